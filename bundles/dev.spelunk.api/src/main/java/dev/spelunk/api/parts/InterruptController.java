// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.parts;

import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.state.StateBlock;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Service: makes GICv3 distributors with their redistributors. A machine has one for its physical
 * interrupts; a hypervisor makes another one over its own state for each VM.
 */
@ProviderType
public interface InterruptController {
    /** Words of state that one distributor for so many PEs needs. */
    int stateWords(int peCount);

    /**
     * @param state at least {@link #stateWords} words; zero is the state after reset
     * @param affinities MPIDR_EL1 values of the PEs
     * @param output is told when the highest pending interrupt of a PE may have changed
     */
    InterruptDistributor create(StateBlock state, long[] affinities, InterruptDistributor.Output output);

    /**
     * Brings {@code PeState.interrupts} up to date: IRQ and FIQ from {@code context.interrupts} and the
     * ICC registers, VIRQ and VFIQ from the ICH registers. Called when an output has changed.
     */
    void update(PeContext context);
}
