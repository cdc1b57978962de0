// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.vcpu;

import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.state.Bus;
import dev.spelunk.api.state.BusAbort;
import dev.spelunk.api.state.BusTarget;
import dev.spelunk.api.state.PeState;
import dev.spelunk.hypervisor.kvm.memory.VmMemory;
import dev.spelunk.hypervisor.kvm.state.ExitReason;
import dev.spelunk.hypervisor.kvm.state.VmState;

/** Data and instruction aborts of the guest at stage 2: memory to map, or a device to emulate. */
final class MemoryAborts {
    private static final int GICD_SIZE = 0x10000;
    private static final int GICR_SIZE = 0x20000;
    private static final int FSC_TYPE_MASK = 0x3C;
    private static final int FSC_ADDRESS_SIZE = 0x00;
    private static final int FSC_TRANSLATION = 0x04;
    private static final int FSC_ACCESS_FLAG = 0x08;
    private static final int FSC_PERMISSION = 0x0C;
    private static final long ISS_ISV = 1L << 24;
    private static final int ISS_SAS_SHIFT = 22;
    private static final long ISS_SSE = 1L << 21;
    private static final int ISS_SRT_SHIFT = 16;
    private static final long ISS_SF = 1L << 15;
    private static final long ISS_CM = 1L << 8;
    private static final long ISS_S1PTW = 1L << 7;
    private static final long ISS_WNR = 1L << 6;

    private final VmState vm;
    private final PeState pe;
    private final VmMemory memory;
    /** The distributor and the redistributors of the virtual GIC, by IPA. */
    private final Bus interrupts = new Bus();

    private final Bus userSpace;
    private String failure = "";

    MemoryAborts(
            VmState vm,
            PeState pe,
            VmMemory memory,
            InterruptDistributor distributor,
            long distributorBase,
            long redistributorBase,
            int vcpus,
            Bus userSpace) {
        this.vm = vm;
        this.pe = pe;
        this.memory = memory;
        this.userSpace = userSpace;
        interrupts.add(distributorBase, GICD_SIZE, distributor.distributor());
        interrupts.add(redistributorBase, (long) GICR_SIZE * vcpus, distributor.redistributors());
    }

    /** Why {@link #serve} returned false. */
    String failure() {
        return failure;
    }

    /** Serves an abort. Returns false when the VM cannot go on. */
    boolean serve(Exit exit, boolean instruction) {
        int type = (int) exit.syndrome & FSC_TYPE_MASK;
        if (memory.contains(exit.ipa)
                && (type == FSC_TRANSLATION || type == FSC_ACCESS_FLAG || type == FSC_PERMISSION)) {
            vm.count(ExitReason.STAGE_2_FAULT);
            // A walk reads, unless it may not: then it was to set AF or the dirty state.
            boolean write = (exit.syndrome & ISS_S1PTW) != 0
                    ? type == FSC_PERMISSION
                    : !instruction && (exit.syndrome & ISS_WNR) != 0;
            if (type == FSC_ACCESS_FLAG || type == FSC_PERMISSION && (!write || memory.writable(exit.ipa))) {
                failure = String.format(
                        "stage 2 permits what the guest did to IPA 0x%x at 0x%x, and yet it faulted with "
                                + "syndrome 0x%x",
                        exit.ipa, exit.address, exit.syndrome);
                return false;
            }
            if (!memory.map(exit.ipa, write)) {
                failure = "the host has no memory left for the guest's page or its stage 2 tables";
                return false;
            }
            return true;
        }
        if (type != FSC_TRANSLATION && type != FSC_ADDRESS_SIZE) {
            failure = String.format(
                    "the guest's access at 0x%x ended in an abort that the KVM model does not serve, "
                            + "syndrome 0x%x",
                    exit.address, exit.syndrome);
            return false;
        }
        BusTarget target = instruction || (exit.syndrome & ISS_S1PTW) != 0 ? null : target(exit.ipa);
        if (target == null) {
            vm.count(ExitReason.EXTERNAL_ABORT);
            exit.injectExternalAbort(instruction);
            return true;
        }
        vm.count(target == interrupts ? ExitReason.MMIO_GIC : ExitReason.MMIO_USER_SPACE);
        if ((exit.syndrome & ISS_CM) != 0) {
            exit.advance();
        } else if ((exit.syndrome & ISS_ISV) == 0) {
            exit.injectExternalAbort(false);
        } else {
            emulate(exit, target);
        }
        return true;
    }

    private BusTarget target(long ipa) {
        if (interrupts.contains(ipa)) {
            return interrupts;
        }
        return userSpace != null && userSpace.contains(ipa) ? userSpace : null;
    }

    private void emulate(Exit exit, BusTarget target) {
        int size = 1 << (exit.syndrome >>> ISS_SAS_SHIFT & 3);
        int rt = (int) (exit.syndrome >>> ISS_SRT_SHIFT) & 31;
        try {
            if ((exit.syndrome & ISS_WNR) != 0) {
                target.write(exit.ipa, size, pe.x[rt] & mask(size));
            } else {
                long value = target.read(exit.ipa, size) & mask(size);
                if ((exit.syndrome & ISS_SSE) != 0) {
                    int unused = Long.SIZE - size * Byte.SIZE;
                    value = value << unused >> unused;
                }
                if (rt != PeState.ZERO) {
                    pe.x[rt] = (exit.syndrome & ISS_SF) != 0 ? value : value & 0xFFFF_FFFFL;
                }
            }
            exit.advance();
        } catch (BusAbort abort) {
            exit.injectExternalAbort(false);
        }
    }

    private static long mask(int size) {
        return -1L >>> Long.SIZE - size * Byte.SIZE;
    }
}
