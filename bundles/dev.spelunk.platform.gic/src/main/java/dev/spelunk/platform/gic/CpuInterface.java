// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.ICC_CTLR_EL1;
import dev.spelunk.api.registers.fields.ICC_IGRPENn_EL1;
import dev.spelunk.api.registers.fields.ICC_PMR_EL1;
import dev.spelunk.api.registers.fields.ICH_HCR_EL2;
import dev.spelunk.api.registers.fields.ICH_LR_EL2;
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
    /** The bits of a priority that are implemented. */
    static final long PRIORITY_BITS = 0xF8;

    private CpuInterface() {}

    /** Whether an EL1 access to Group 1 registers goes to the virtual interface. */
    static boolean virtual(PeContext c) {
        return c.pe.el == 1 && (c.system.effectiveHcr() & HCR_EL2.IMO) != 0;
    }

    /** Whether an EL1 access to Group 0 registers goes to the virtual interface. */
    static boolean virtualGroup0(PeContext c) {
        return c.pe.el == 1 && (c.system.effectiveHcr() & HCR_EL2.FMO) != 0;
    }

    /** As {@link #virtual} for the registers common to both groups. */
    static boolean virtualCommon(PeContext c) {
        return c.pe.el == 1 && (c.system.effectiveHcr() & (HCR_EL2.IMO | HCR_EL2.FMO)) != 0;
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
        return binaryPoint(
                (vmcr & ICH_VMCR_EL2.VCBPR) != 0,
                Field.valueIn(vmcr, ICH_VMCR_EL2.VBPR0),
                Field.valueIn(vmcr, ICH_VMCR_EL2.VBPR1));
    }

    /** ICV_BPR0_EL1 as it counts. */
    static long virtualBinaryPoint0(PeContext c) {
        return Math.max(Field.valueIn(c.register(SystemRegister.ICH_VMCR_EL2), ICH_VMCR_EL2.VBPR0), LEAST_BPR0);
    }

    /** Group priority of a virtual interrupt. A binary point of Group 0 leaves out one bit more than one of Group 1. */
    private static int virtualGroup(PeContext c, int priority, boolean group1) {
        return group(priority, group1 ? virtualBinaryPoint(c) : virtualBinaryPoint0(c) + 1);
    }

    private static long binaryPoint(boolean common, long bpr0, long bpr1) {
        return common ? Math.min(Math.max(bpr0, LEAST_BPR0) + 1, 7) : Math.max(bpr1, LEAST_BPR1);
    }

    private static int group(int priority, long binaryPoint) {
        return priority & -1 << (int) binaryPoint;
    }

    static int runningPriority(PeContext c, boolean virtual) {
        return virtual
                ? running(c.register(SystemRegister.ICH_AP0R0_EL2) | c.register(SystemRegister.ICH_AP1R0_EL2))
                : running(c.register(SystemRegister.ICC_AP1R0_EL1));
    }

    /** INTID that the PE would acknowledge now, or 1023. */
    static int physicalCandidate(PeContext c) {
        if (c.interrupts == null || (c.register(SystemRegister.ICC_IGRPEN1_EL1) & ICC_IGRPENn_EL1.Enable) == 0) {
            return InterruptDistributor.SPURIOUS;
        }
        int intid = c.interrupts.highestPending(c.pe.index);
        if (intid == InterruptDistributor.SPURIOUS) {
            return intid;
        }
        int priority = c.interrupts.priority(c.pe.index, intid);
        boolean signalled = priority < (c.register(SystemRegister.ICC_PMR_EL1) & ICC_PMR_EL1.Priority)
                && group(priority, binaryPoint(c)) < runningPriority(c, false);
        return signalled ? intid : InterruptDistributor.SPURIOUS;
    }

    /** Index of the list register whose interrupt is signalled to the guest now, or -1. */
    static int virtualCandidate(PeContext c) {
        if ((c.register(SystemRegister.ICH_HCR_EL2) & ICH_HCR_EL2.En) == 0) {
            return -1;
        }
        int n = ListRegisters.highestPending(c);
        if (n < 0) {
            return -1;
        }
        long lr = ListRegisters.get(c, n);
        int priority = ListRegisters.priority(lr);
        boolean signalled = priority < Field.valueIn(c.register(SystemRegister.ICH_VMCR_EL2), ICH_VMCR_EL2.VPMR)
                && virtualGroup(c, priority, ListRegisters.group1(lr)) < runningPriority(c, true);
        return signalled ? n : -1;
    }

    /** As {@link #virtualCandidate}, -1 when that interrupt is in the other group. */
    private static int virtualCandidate(PeContext c, boolean group1) {
        int n = virtualCandidate(c);
        return n >= 0 && ListRegisters.group1(ListRegisters.get(c, n)) == group1 ? n : -1;
    }

    /** Brings the PE's interrupt inputs and the maintenance interrupt up to date. */
    static void update(PeContext c) {
        boolean hasEl2 = c.registers.index(SystemRegister.ICH_HCR_EL2) >= 0;
        if (hasEl2 && c.interrupts != null) {
            boolean maintenance =
                    (c.register(SystemRegister.ICH_HCR_EL2) & ICH_HCR_EL2.En) != 0 && ListRegisters.maintenance(c) != 0;
            c.interrupts.setLine(c.pe.index, MAINTENANCE_INTID, maintenance);
        }
        int inputs = c.pe.interrupts & ~(PeState.IRQ | PeState.VIRQ | PeState.VFIQ);
        if (physicalCandidate(c) != InterruptDistributor.SPURIOUS) {
            inputs |= PeState.IRQ;
        }
        int virtual = hasEl2 ? virtualCandidate(c) : -1;
        if (virtual >= 0) {
            inputs |= ListRegisters.group1(ListRegisters.get(c, virtual)) ? PeState.VIRQ : PeState.VFIQ;
        }
        if (inputs != c.pe.interrupts) {
            c.pe.interrupts = inputs;
            c.pe.changed |= PeState.CHANGED_INTERRUPTS;
        }
    }

    /** ICC_IAR1_EL1 or ICV_IAR1_EL1. */
    static long acknowledge(PeContext c) {
        if (virtual(c)) {
            return acknowledgeVirtual(c, true);
        }
        int intid = physicalCandidate(c);
        if (intid != InterruptDistributor.SPURIOUS) {
            raise(c, SystemRegister.ICC_AP1R0_EL1, group(c.interrupts.priority(c.pe.index, intid), binaryPoint(c)));
            c.interrupts.acknowledge(c.pe.index, intid);
            update(c);
        }
        return intid;
    }

    /** ICC_IAR0_EL1 or ICV_IAR0_EL1: the physical interface has no Group 0 interrupts. */
    static long acknowledge0(PeContext c) {
        return virtualGroup0(c) ? acknowledgeVirtual(c, false) : InterruptDistributor.SPURIOUS;
    }

    private static long acknowledgeVirtual(PeContext c, boolean group1) {
        int n = virtualCandidate(c, group1);
        if (n < 0) {
            return InterruptDistributor.SPURIOUS;
        }
        long lr = ListRegisters.get(c, n);
        ListRegisters.set(c, n, lr & ~ICH_LR_EL2.State_PENDING | ICH_LR_EL2.State_ACTIVE);
        raise(
                c,
                group1 ? SystemRegister.ICH_AP1R0_EL2 : SystemRegister.ICH_AP0R0_EL2,
                virtualGroup(c, ListRegisters.priority(lr), group1));
        update(c);
        return ListRegisters.intid(lr);
    }

    private static void raise(PeContext c, int register, int priority) {
        c.register(register, c.register(register) | 1L << (priority >>> 3));
    }

    private static void drop(PeContext c, int register) {
        long active = c.register(register);
        c.register(register, active & active - 1);
    }

    /** ICC_HPPIR1_EL1 or ICV_HPPIR1_EL1: without regard to priority masks. */
    static long highestPending(PeContext c) {
        if (virtual(c)) {
            return highestPendingVirtual(c, true);
        }
        return c.interrupts == null ? InterruptDistributor.SPURIOUS : c.interrupts.highestPending(c.pe.index);
    }

    /** ICC_HPPIR0_EL1 or ICV_HPPIR0_EL1. */
    static long highestPending0(PeContext c) {
        return virtualGroup0(c) ? highestPendingVirtual(c, false) : InterruptDistributor.SPURIOUS;
    }

    private static long highestPendingVirtual(PeContext c, boolean group1) {
        int n = ListRegisters.highestPending(c);
        long lr = n < 0 ? 0 : ListRegisters.get(c, n);
        return n >= 0 && ListRegisters.group1(lr) == group1 ? ListRegisters.intid(lr) : InterruptDistributor.SPURIOUS;
    }

    private static boolean special(int intid) {
        return intid >= 1020 && intid <= InterruptDistributor.SPURIOUS;
    }

    /** ICC_EOIR1_EL1 or ICV_EOIR1_EL1: priority drop, and deactivation unless EOImode is 1. */
    static void endOfInterrupt(PeContext c, int intid) {
        if (special(intid)) {
            return;
        }
        if (virtual(c)) {
            endVirtual(c, intid, true);
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

    /** ICC_EOIR0_EL1 or ICV_EOIR0_EL1. */
    static void endOfInterrupt0(PeContext c, int intid) {
        if (!special(intid) && virtualGroup0(c)) {
            endVirtual(c, intid, false);
            update(c);
        }
    }

    /**
     * Drops the highest active priority, of whichever group, and deactivates the interrupt if it is of the register's
     * group.
     */
    private static void endVirtual(PeContext c, int intid, boolean group1) {
        long active0 = c.register(SystemRegister.ICH_AP0R0_EL2);
        long active1 = c.register(SystemRegister.ICH_AP1R0_EL2);
        if ((active0 | active1) == 0) {
            return;
        }
        drop(c, running(active0) < running(active1) ? SystemRegister.ICH_AP0R0_EL2 : SystemRegister.ICH_AP1R0_EL2);
        int n = ListRegisters.active(c, intid);
        boolean otherGroup = n >= 0 && ListRegisters.group1(ListRegisters.get(c, n)) != group1;
        if ((c.register(SystemRegister.ICH_VMCR_EL2) & ICH_VMCR_EL2.VEOIM) == 0 && !otherGroup) {
            deactivateVirtual(c, intid);
        }
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
            if ((hcr & ICH_HCR_EL2.EOIcount) != ICH_HCR_EL2.EOIcount) {
                c.register(SystemRegister.ICH_HCR_EL2, hcr + (1L << ICH_HCR_EL2.EOIcount_SHIFT));
            }
            return;
        }
        long lr = ListRegisters.get(c, n);
        ListRegisters.set(c, n, lr & ~ICH_LR_EL2.State_ACTIVE);
        if ((lr & ICH_LR_EL2.HW) != 0
                && c.interrupts != null
                && ListRegisters.physicalIntid(lr) < InterruptState.INTIDS) {
            c.interrupts.setActive(c.pe.index, ListRegisters.physicalIntid(lr), false);
        }
    }
}
