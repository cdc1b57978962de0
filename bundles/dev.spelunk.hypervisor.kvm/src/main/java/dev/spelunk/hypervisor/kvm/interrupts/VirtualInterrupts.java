// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.interrupts;

import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CNT_CTL;
import dev.spelunk.api.registers.fields.ICH_HCR_EL2;
import dev.spelunk.api.registers.fields.ICH_LR_EL2;
import dev.spelunk.api.registers.fields.ICH_VTR_EL2;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.wiring.PeContext;

/**
 * One vCPU's side of the virtual GIC: lines of timers and PMU, and the list registers through which the virtual CPU
 * interface presents interrupts (IHI 0069, 12.4.13). While the guest runs the list registers hold the
 * state of what is in them; on exit it goes back to the virtual distributor.
 */
public final class VirtualInterrupts {
    private static final int FIRST_PPI = 16;
    private static final int LARGEST_LIST_REGISTERS = 8;

    private final PeContext context;
    private final InterruptDistributor distributor;
    private final HostInterrupts host;
    private final int index;
    private final int[] intids = new int[64];
    private final int[] listedIntids = new int[LARGEST_LIST_REGISTERS];

    /** @param index number of the vCPU */
    public VirtualInterrupts(PeContext context, int index, InterruptDistributor distributor, HostInterrupts host) {
        this.context = context;
        this.distributor = distributor;
        this.host = host;
        this.index = index;
    }

    private int listRegisters() {
        long listRegs = Field.valueIn(context.register(SystemRegister.ICH_VTR_EL2), ICH_VTR_EL2.ListRegs);
        return (int) Math.min(LARGEST_LIST_REGISTERS, listRegs + 1);
    }

    /** As of a vCPU that was just made: nothing is in the list registers, no priority is active. */
    public void reset() {
        for (int n = listRegisters() - 1; n >= 0; n--) {
            context.registers.write(SystemRegister.ICH_LR0_EL2 + n, 0);
        }
        context.registers.write(SystemRegister.ICH_AP1R0_EL2, 0);
    }

    /** Turns the virtual CPU interface off after an exit, and takes the list registers' state back. */
    public void fold() {
        int ended = (int) Field.valueIn(context.register(SystemRegister.ICH_HCR_EL2), ICH_HCR_EL2.EOIcount);
        // Off first: with the list registers emptied it would ask for maintenance.
        context.registers.write(SystemRegister.ICH_HCR_EL2, 0);
        int listed = 0;
        for (int n = listRegisters() - 1; n >= 0; n--) {
            int register = SystemRegister.ICH_LR0_EL2 + n;
            long value = context.register(register);
            if (value != 0) {
                listedIntids[listed++] = (int) (value & ICH_LR_EL2.vINTID);
                fold(value);
                context.registers.write(register, 0);
            }
        }
        if (ended != 0) {
            endUnlisted(ended, listed);
        }
    }

    /** The guest ended so many interrupts that were in no list register: the active ones of the highest priority. */
    private void endUnlisted(int ended, int listed) {
        int count = distributor.pending(index, intids);
        int left = ended;
        for (int i = 0; i < count && left != 0; i++) {
            if (distributor.isActive(index, intids[i]) && !isListed(intids[i], listed)) {
                distributor.setActive(index, intids[i], false);
                left--;
            }
        }
    }

    private boolean isListed(int intid, int listed) {
        for (int i = 0; i < listed; i++) {
            if (listedIntids[i] == intid) {
                return true;
            }
        }
        return false;
    }

    private void fold(long value) {
        int intid = (int) (value & ICH_LR_EL2.vINTID);
        boolean pending = (value & ICH_LR_EL2.State_PENDING) != 0;
        distributor.setActive(index, intid, (value & ICH_LR_EL2.State_ACTIVE) != 0);
        if (!level(intid)) {
            // One that came while this one was in the list register is pending in the distributor, and stays so.
            if (pending) {
                distributor.setPending(index, intid, true);
            }
        } else if (!pending) {
            // Acknowledged: a level is pending again while its line is high.
            distributor.setPending(index, intid, false);
        }
    }

    /**
     * Sets the lines of the guest's timers from the timers' registers (DDI 0487, D12.2.4), and of its PMU, whose
     * physical line follows the registers that the guest writes without an exit.
     */
    public void sampleLines() {
        long now = context.machine.count(context.pe.cycles());
        long offset = context.register(SystemRegister.CNTVOFF_EL2);
        distributor.setLine(
                index,
                HostInterrupts.VIRTUAL_TIMER,
                fires(
                        context.register(SystemRegister.CNTV_CTL_EL0),
                        context.register(SystemRegister.CNTV_CVAL_EL0),
                        now - offset));
        distributor.setLine(
                index,
                HostInterrupts.PHYSICAL_TIMER,
                fires(
                        context.register(SystemRegister.CNTP_CTL_EL0),
                        context.register(SystemRegister.CNTP_CVAL_EL0),
                        now));
        if (context.interrupts != null) {
            distributor.setLine(
                    index, HostInterrupts.PMU, context.interrupts.line(context.pe.index, HostInterrupts.PMU));
        }
    }

    /** Whether anything is pending for the vCPU. */
    public boolean pending() {
        return distributor.highestPending(index) != InterruptDistributor.SPURIOUS;
    }

    /**
     * Virtual time at which a timer of a vCPU that is not on a PE expires.
     *
     * @param saved its context
     */
    public long timerDue(PeContext saved, long counterOffset) {
        return Math.min(
                due(
                        saved.register(SystemRegister.CNTV_CTL_EL0),
                        saved.register(SystemRegister.CNTV_CVAL_EL0) + counterOffset),
                due(saved.register(SystemRegister.CNTP_CTL_EL0), saved.register(SystemRegister.CNTP_CVAL_EL0)));
    }

    private static long due(long control, long count) {
        return (control & (CNT_CTL.ENABLE | CNT_CTL.IMASK)) != CNT_CTL.ENABLE
                        || Long.compareUnsigned(count, Long.MAX_VALUE / MachineState.CYCLES_PER_TICK) >= 0
                ? Long.MAX_VALUE
                : count * MachineState.CYCLES_PER_TICK;
    }

    private static boolean fires(long control, long compare, long count) {
        return (control & (CNT_CTL.ENABLE | CNT_CTL.IMASK)) == CNT_CTL.ENABLE
                && Long.compareUnsigned(count, compare) >= 0;
    }

    /** Fills the list registers before an entry, and turns the virtual CPU interface on. */
    public void flush() {
        int available = listRegisters();
        int count = distributor.pending(index, intids);
        int used = 0;
        boolean more = false;
        for (int i = 0; i < count; i++) {
            long value = listRegister(intids[i]);
            if (value == 0) {
                continue;
            }
            if (used == available) {
                more = true;
                break;
            }
            context.registers.write(SystemRegister.ICH_LR0_EL2 + used++, value);
            if ((value & ICH_LR_EL2.State_PENDING) != 0 && !level(intids[i])) {
                // The pending state of an edge moves to the list register.
                distributor.setPending(index, intids[i], false);
            }
        }
        context.registers.write(SystemRegister.ICH_HCR_EL2, ICH_HCR_EL2.En | (more ? ICH_HCR_EL2.UIE : 0));
        forward(HostInterrupts.VIRTUAL_TIMER);
        forward(HostInterrupts.PHYSICAL_TIMER);
        forward(HostInterrupts.PMU);
    }

    /** Interrupts of which the guest's deactivation is to be the physical one's. */
    private static boolean forwarded(int intid) {
        return intid == HostInterrupts.VIRTUAL_TIMER
                || intid == HostInterrupts.PHYSICAL_TIMER
                || intid == HostInterrupts.PMU;
    }

    private void forward(int intid) {
        host.forward(
                intid,
                distributor.line(index, intid)
                        || distributor.isActive(index, intid)
                        || distributor.isPending(index, intid));
    }

    private boolean level(int intid) {
        return intid >= FIRST_PPI && distributor.isLevel(index, intid);
    }

    /** List register value for an interrupt, 0 when it is neither pending nor active. */
    private long listRegister(int intid) {
        boolean active = distributor.isActive(index, intid);
        boolean pending = distributor.isPending(index, intid);
        boolean forwarded = forwarded(intid);
        boolean level = level(intid);
        if (active && (forwarded || level)) {
            // The pending state of a level is kept at its line until the guest deactivates.
            pending = false;
        }
        if (!active && !pending) {
            return 0;
        }
        long value = ICH_LR_EL2.Group
                | (long) distributor.priority(index, intid) << ICH_LR_EL2.Priority_SHIFT
                | intid
                | (active ? ICH_LR_EL2.State_ACTIVE : 0)
                | (pending ? ICH_LR_EL2.State_PENDING : 0);
        if (forwarded) {
            return value | ICH_LR_EL2.HW | (long) intid << ICH_LR_EL2.pINTID_SHIFT;
        }
        return level ? value | ICH_LR_EL2.EOI : value;
    }
}
