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
 * @param pes the PEs
 * @param vcpus contexts of vCPUs that share the PEs, for the time in which they are not on one; empty where vCPU n runs
 *     on PE n
 * @param memslotBase first IPA of the guest's memory
 * @param memslotSize in bytes
 * @param hostBase physical address of the host memory that backs the memslot at creation
 * @param hostReserved physical address of memory that is the host's own (stage 2 tables), page aligned
 * @param hostReservedSize in bytes
 * @param userDevices devices that the VM's user space emulates, by IPA
 * @param interrupts makes the virtual GIC
 * @param distributorBase IPA of the virtual distributor
 * @param redistributorBase IPA of the first virtual redistributor
 * @param firmware answers the guest's PSCI calls
 * @param trapHandlers contributed handlers, in the order of their names
 * @param pinningPolicy the policy of this VM
 * @param options how it is run
 */
public record VmDescription(
        List<PeContext> pes,
        List<PeContext> vcpus,
        long memslotBase,
        long memslotSize,
        long hostBase,
        long hostReserved,
        long hostReservedSize,
        Bus userDevices,
        InterruptController interrupts,
        long distributorBase,
        long redistributorBase,
        FirmwareCalls firmware,
        List<TrapHandler> trapHandlers,
        BufferPinningPolicy pinningPolicy,
        VmOptions options) {
    /** vCPU n runs on PE n. */
    public VmDescription(
            List<PeContext> pes,
            long memslotBase,
            long memslotSize,
            long hostBase,
            long hostReserved,
            long hostReservedSize,
            Bus userDevices,
            InterruptController interrupts,
            long distributorBase,
            long redistributorBase,
            FirmwareCalls firmware,
            List<TrapHandler> trapHandlers,
            BufferPinningPolicy pinningPolicy,
            VmOptions options) {
        this(
                pes,
                List.of(),
                memslotBase,
                memslotSize,
                hostBase,
                hostReserved,
                hostReservedSize,
                userDevices,
                interrupts,
                distributorBase,
                redistributorBase,
                firmware,
                trapHandlers,
                pinningPolicy,
                options);
    }

    /** The contexts that firmware calls of the guest work on, one for each vCPU. */
    public List<PeContext> firmwareContexts() {
        return vcpus.isEmpty() ? pes : vcpus;
    }
}
