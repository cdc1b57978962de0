// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.spu;

import dev.spelunk.api.state.Operation;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The SPU of one PE. The run loop asks for a {@link #grant}, lets the PE execute so many operations, and
 * executes the next one in observed form when the grant is 0. Every change of what is enabled goes through
 * {@link #update}, which the run loop calls when {@code PeState.changed} says so.
 */
@ProviderType
public interface Sampler {
    /** Accounts the operations executed since the last call to PMSICR_EL1, as far as profiling was enabled. */
    void synchronize();

    /** {@link #synchronize}, then evaluates ownership and enables again; completes the sample where profiling ended. */
    void update();

    /**
     * Operations that may be executed before the SPU must be asked again: the next one after them is to be
     * sampled (0: the next one). Long.MAX_VALUE when profiling is disabled here.
     */
    long grant();

    /**
     * Operations before each one that is to be sampled which the SPU wants to {@link #observe}: when the grant
     * is not larger, the next operation is to be executed in observed form.
     */
    int window();

    /** An operation of the window was executed in observed form. */
    void observe(Operation operation);

    /** Cycles from now until the sample in flight completes; Long.MAX_VALUE when there is none. */
    long cyclesToCompletion();

    /**
     * The operation that was due has been executed and timed: account it, then take it as the sample in
     * flight, or count a collision.
     */
    void sample(Operation operation);

    /** Completes the sample in flight: filter, build, write, report (DDI 0487, D17.3). No effect when there is none. */
    void complete();

    /** Completes the sample in flight if its time has come. */
    void completeIfDue();

    /** PSB CSYNC (DDI 0487, D17.9). */
    void profilingSynchronizationBarrier();

    /** Level of PMBIRQ (DDI 0487, D17.8). */
    boolean interruptLevel();

    /** Whether profiling is enabled at that Exception level now (DDI 0487, D17.4). */
    boolean enabledAt(int el);

    /** Whether a recorded buffer management event has stopped profiling (DDI 0487, D17.4). */
    boolean stopped();

    /** Drops everything derived. */
    void invalidate();
}
