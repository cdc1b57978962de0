// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

import dev.spelunk.api.banks.TrapControls;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.ICC_CTLR_EL1;
import dev.spelunk.api.registers.fields.ICH_VMCR_EL2;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;

/**
 * The CPU interface of one PE, physical (ICC) and virtual (ICV over the ICH registers), with five bits of
 * priority (IHI 0069, 4.8, 12.2 to 12.4). All state is in system registers.
 */
final class CpuInterface {
    static final int MAINTENANCE_INTID = 25;
    /** Least values of the binary points with five bits of priority. */
    static final long LEAST_BPR0 = 2;

    static final long LEAST_BPR1 = 3;
    private static final int IDLE_PRIORITY = 0xFF;
    private static final int EOI_COUNT_SHIFT = 27;

    private CpuInterface() {}

    /** Whether an EL1 access to Group 1 registers goes to the virtual interface. */
    static boolean virtual(PeContext c) {
        return c.pe.el == 1 && TrapControls.el2Enabled(c) && (c.register(SystemRegister.HCR_EL2) & HCR_EL2.IMO) != 0;
    }

    /** Whether an EL1 access to Group 0 registers goes to the virtual interface. */
    static boolean virtualGroup0(PeContext c) {
        return c.pe.el == 1 && TrapControls.el2Enabled(c) && (c.register(SystemRegister.HCR_EL2) & HCR_EL2.FMO) != 0;
    }

    /** As {@link #virtual} for the registers common to both groups. */
    static boolean virtualCommon(PeContext c) {
        return c.pe.el == 1
                && TrapControls.el2Enabled(c)
                && (c.register(SystemRegister.HCR_EL2) & (HCR_EL2.IMO | HCR_EL2.FMO)) != 0;
    }

    private static int running(long activePriorities) {
        return activePriorities == 0 ? IDLE_PRIORITY : Long.numberOfTrailingZeros(activePriorities) << 3;
    }

    /** ICC_BPR1_EL1 as it counts: with ICC_CTLR_EL1.CBPR one more than ICC_BPR0_EL1. */
    static long binaryPoint(PeContext c) {
        return binaryPoint(
                (c.register(SystemRegister.ICC_CTLR_EL1) & ICC_CTLR_EL1.CBPR) != 0,
                c.register(SystemRegister.ICC_BPR0_EL1),
                c.register(SystemRegister.ICC_BPR1_EL1));
    }

    /** ICV_BPR1_EL1 as it counts. */
    static long virtualBinaryPoint(PeContext c) {
        long vmcr = c.register(SystemRegister.ICH_VMCR_EL2);
        return binaryPoint((vmcr & ICH_VMCR_EL2.VCBPR) != 0, vmcr >>> 21 & 7, vmcr >>> 18 & 7);
    }

    private static long binaryPoint(boolean common, long bpr0, long bpr1) {
        return common ? Math.min(Math.max(bpr0, LEAST_BPR0) + 1, 7) : Math.max(bpr1, LEAST_BPR1);
    }

    private static int group(int priority, long binaryPoint) {
        return priority & -1 << (int) binaryPoint;
    }

    static int runningPriority(PeContext c, boolean virtual) {
        return running(c.register(virtual ? SystemRegister.ICH_AP1R0_EL2 : SystemRegister.ICC_AP1R0_EL1));
    }

    /** INTID that the PE would acknowledge now, or 1023. */
    static int physicalCandidate(PeContext c) {
        if (c.interrupts == null || (c.register(SystemRegister.ICC_IGRPEN1_EL1) & 1) == 0) {
            return InterruptDistributor.SPURIOUS;
        }
        int intid = c.interrupts.highestPending(c.pe.index);
        if (intid == InterruptDistributor.SPURIOUS) {
            return intid;
        }
        int priority = c.interrupts.priority(c.pe.index, intid);
        boolean signalled = priority < (c.register(SystemRegister.ICC_PMR_EL1) & 0xFF)
                && group(priority, binaryPoint(c)) < runningPriority(c, false);
        return signalled ? intid : InterruptDistributor.SPURIOUS;
    }

    /** Index of the list register that the guest would acknowledge now, or -1. */
    static int virtualCandidate(PeContext c) {
        long vmcr = c.register(SystemRegister.ICH_VMCR_EL2);
        if ((c.register(SystemRegister.ICH_HCR_EL2) & 1) == 0 || (vmcr & ICH_VMCR_EL2.VENG1) == 0) {
            return -1;
        }
        int n = ListRegisters.highestPending(c);
        if (n < 0) {
            return -1;
        }
        int priority = ListRegisters.priority(ListRegisters.get(c, n));
        boolean signalled =
                priority < (vmcr >>> 24 & 0xFF) && group(priority, virtualBinaryPoint(c)) < runningPriority(c, true);
        return signalled ? n : -1;
    }

    /** Brings the PE's interrupt inputs and the maintenance interrupt up to date. */
    static void update(PeContext c) {
        boolean hasEl2 = c.registers.index(SystemRegister.ICH_HCR_EL2) >= 0;
        if (hasEl2 && c.interrupts != null) {
            boolean maintenance =
                    (c.register(SystemRegister.ICH_HCR_EL2) & 1) != 0 && ListRegisters.maintenance(c) != 0;
            c.interrupts.setLine(c.pe.index, MAINTENANCE_INTID, maintenance);
        }
        int inputs = c.pe.interrupts & ~(PeState.IRQ | PeState.VIRQ);
        if (physicalCandidate(c) != InterruptDistributor.SPURIOUS) {
            inputs |= PeState.IRQ;
        }
        if (hasEl2 && virtualCandidate(c) >= 0) {
            inputs |= PeState.VIRQ;
        }
        if (inputs != c.pe.interrupts) {
            c.pe.interrupts = inputs;
            c.pe.changed |= PeState.CHANGED_INTERRUPTS;
        }
    }

    /** ICC_IAR1_EL1 or ICV_IAR1_EL1. */
    static long acknowledge(PeContext c) {
        if (virtual(c)) {
            int n = virtualCandidate(c);
            if (n < 0) {
                return InterruptDistributor.SPURIOUS;
            }
            long lr = ListRegisters.get(c, n);
            ListRegisters.set(c, n, lr & ~ListRegisters.PENDING | ListRegisters.ACTIVE);
            raise(c, SystemRegister.ICH_AP1R0_EL2, group(ListRegisters.priority(lr), virtualBinaryPoint(c)));
            update(c);
            return ListRegisters.intid(lr);
        }
        int intid = physicalCandidate(c);
        if (intid != InterruptDistributor.SPURIOUS) {
            raise(c, SystemRegister.ICC_AP1R0_EL1, group(c.interrupts.priority(c.pe.index, intid), binaryPoint(c)));
            c.interrupts.acknowledge(c.pe.index, intid);
            update(c);
        }
        return intid;
    }

    private static void raise(PeContext c, int register, int priority) {
        c.register(register, c.register(register) | 1L << (priority >>> 3));
    }

    private static void drop(PeContext c, int register) {
        long active = c.register(register);
        c.register(register, active & active - 1);
    }

    /** ICC_HPPIR1_EL1 or ICV_HPPIR1_EL1: without regard to masks. */
    static long highestPending(PeContext c) {
        if (virtual(c)) {
            int n = ListRegisters.highestPending(c);
            return n < 0 ? InterruptDistributor.SPURIOUS : ListRegisters.intid(ListRegisters.get(c, n));
        }
        return c.interrupts == null ? InterruptDistributor.SPURIOUS : c.interrupts.highestPending(c.pe.index);
    }

    /** ICC_EOIR1_EL1 or ICV_EOIR1_EL1: priority drop, and deactivation unless EOImode is 1. */
    static void endOfInterrupt(PeContext c, int intid) {
        if (intid >= 1020 && intid <= InterruptDistributor.SPURIOUS) {
            return;
        }
        if (virtual(c)) {
            boolean dropped = c.register(SystemRegister.ICH_AP1R0_EL2) != 0;
            drop(c, SystemRegister.ICH_AP1R0_EL2);
            if ((c.register(SystemRegister.ICH_VMCR_EL2) & ICH_VMCR_EL2.VEOIM) == 0 && dropped) {
                deactivateVirtual(c, intid);
            }
        } else {
            drop(c, SystemRegister.ICC_AP1R0_EL1);
            if ((c.register(SystemRegister.ICC_CTLR_EL1) & ICC_CTLR_EL1.EOImode) == 0
                    && c.interrupts != null
                    && intid < InterruptState.INTIDS) {
                c.interrupts.setActive(c.pe.index, intid, false);
            }
        }
        update(c);
    }

    /** ICC_DIR_EL1 or ICV_DIR_EL1. */
    static void deactivate(PeContext c, int intid) {
        if (virtualCommon(c)) {
            if ((c.register(SystemRegister.ICH_VMCR_EL2) & ICH_VMCR_EL2.VEOIM) != 0) {
                deactivateVirtual(c, intid);
            }
        } else if (c.interrupts != null && intid < InterruptState.INTIDS) {
            c.interrupts.setActive(c.pe.index, intid, false);
        }
        update(c);
    }

    private static void deactivateVirtual(PeContext c, int intid) {
        int n = ListRegisters.active(c, intid);
        if (n < 0) {
            long hcr = c.register(SystemRegister.ICH_HCR_EL2);
            long count = hcr >>> EOI_COUNT_SHIFT & 31;
            c.register(
                    SystemRegister.ICH_HCR_EL2,
                    hcr & ~(31L << EOI_COUNT_SHIFT) | Math.min(count + 1, 31) << EOI_COUNT_SHIFT);
            return;
        }
        long lr = ListRegisters.get(c, n);
        ListRegisters.set(c, n, lr & ~ListRegisters.ACTIVE);
        if ((lr & ListRegisters.HARDWARE) != 0
                && c.interrupts != null
                && ListRegisters.physicalIntid(lr) < InterruptState.INTIDS) {
            c.interrupts.setActive(c.pe.index, ListRegisters.physicalIntid(lr), false);
        }
    }
}
