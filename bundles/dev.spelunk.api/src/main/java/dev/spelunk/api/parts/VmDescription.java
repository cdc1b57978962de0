// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.parts;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.state.Bus;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;

/**
 * What the composition gives a hypervisor.
 *
 * @param processors what the vCPUs run on
 * @param memory where the guest's memory and the host's own are
 * @param gic what the virtual GIC is made of
 * @param userDevices devices that the VM's user space emulates, by IPA
 * @param contributions what other bundles bring
 * @param options how it is run
 */
public record VmDescription(
        Processors processors,
        Memory memory,
        VirtualGic gic,
        Bus userDevices,
        Contributions contributions,
        VmOptions options) {
    /**
     * PEs and vCPUs.
     *
     * @param pes the PEs
     * @param vcpus a context for each vCPU: where the vCPUs share the PEs, what they have while they are not on one;
     *     where vCPU n runs on PE n, the contexts of the PEs
     * @param shared whether the vCPUs share the PEs
     */
    public record Processors(List<PeContext> pes, List<PeContext> vcpus, boolean shared) {
        /** vCPU n runs on PE n. */
        public static Processors own(List<PeContext> pes) {
            return new Processors(pes, pes, false);
        }

        /** The vCPUs share the PEs. */
        public static Processors shared(List<PeContext> pes, List<PeContext> vcpus) {
            return new Processors(pes, vcpus, true);
        }
    }

    /**
     * Memory.
     *
     * @param base first IPA of the guest's memory
     * @param size of that memory in bytes
     * @param hostBase physical address of the host memory that backs it at creation
     * @param reserved physical address of memory that is the host's own (stage 2 tables), page aligned
     * @param reservedSize in bytes
     */
    public record Memory(long base, long size, long hostBase, long reserved, long reservedSize) {}

    /**
     * The virtual GIC.
     *
     * @param controller makes it
     * @param distributor IPA of the virtual distributor
     * @param redistributors IPA of the first virtual redistributor
     */
    public record VirtualGic(InterruptController controller, long distributor, long redistributors) {}

    /**
     * What other bundles bring.
     *
     * @param firmware answers the guest's PSCI calls; null: they are not supported
     * @param trapHandlers contributed handlers, in the order of their names
     * @param pinningPolicy the policy of this VM
     */
    public record Contributions(
            FirmwareCalls firmware, List<TrapHandler> trapHandlers, BufferPinningPolicy pinningPolicy) {}
}
