// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.interrupts;

import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.BusTarget;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.state.ExitReason;

/** The host's side of the physical GIC: interrupts of the SPU, the guest's timers and PMU, and the GIC go to the host. */
public final class HostInterrupts {
    /** Software generated interrupt that brings a PE out of its guest. */
    static final int KICK = 1;

    public static final int SPE = 21;
    public static final int PMU = 23;
    static final int MAINTENANCE = 25;
    public static final int VIRTUAL_TIMER = 27;
    public static final int PHYSICAL_TIMER = 30;

    private static final int INTID_MASK = 0xFF_FFFF;
    private static final int FIRST_SPECIAL = 1020;
    private static final long ENABLED =
            1L << KICK | 1L << SPE | 1L << PMU | 1L << MAINTENANCE | 1L << VIRTUAL_TIMER | 1L << PHYSICAL_TIMER;
    private static final long PRIORITY_MASK = 0xF0;
    private static final long PRIORITY = 0xA0;
    private static final int GICD_CTLR = 0;
    private static final long GICD_CTLR_ENABLE = 1L << 4 | 3;
    private static final int REDISTRIBUTOR_SIZE = 0x20000;
    private static final int GICR_WAKER = 0x14;
    private static final int SGI_FRAME = 0x10000;
    private static final int GICR_IGROUPR0 = SGI_FRAME + 0x80;
    private static final int GICR_ISENABLER0 = SGI_FRAME + 0x100;
    private static final int GICR_ICENABLER0 = SGI_FRAME + 0x180;
    private static final int GICR_IPRIORITYR = SGI_FRAME + 0x400;

    private final PeContext context;

    public HostInterrupts(PeContext context) {
        this.context = context;
    }

    /** What the host's GIC driver does when it brings up this PE. */
    public void initialize() {
        if (context.interrupts == null) {
            return;
        }
        context.interrupts.distributor().write(GICD_CTLR, 4, GICD_CTLR_ENABLE);
        BusTarget redistributors = context.interrupts.redistributors();
        long frame = (long) context.pe.index * REDISTRIBUTOR_SIZE;
        redistributors.write(frame + GICR_WAKER, 4, 0);
        redistributors.write(frame + GICR_IGROUPR0, 4, 0xFFFF_FFFFL);
        for (int intid = 0; intid < 32; intid++) {
            redistributors.write(frame + GICR_IPRIORITYR + intid, 1, PRIORITY);
        }
        redistributors.write(frame + GICR_ISENABLER0, 4, ENABLED);
        context.registers.write(SystemRegister.ICC_PMR_EL1, PRIORITY_MASK);
        context.registers.write(SystemRegister.ICC_IGRPEN1_EL1, 1);
    }

    /** Acknowledges the highest pending interrupt. Returns its INTID or one from 1020 for none. */
    public int acknowledge() {
        return context.interrupts == null
                ? InterruptDistributor.SPURIOUS
                : (int) context.registers.read(SystemRegister.ICC_IAR1_EL1) & INTID_MASK;
    }

    /** INTID of the highest pending interrupt, as {@link #acknowledge} would return it. */
    int pending() {
        return context.interrupts == null
                ? InterruptDistributor.SPURIOUS
                : context.interrupts.highestPending(context.pe.index);
    }

    /** Keeps the SPU's interrupt from being signalled, or lets it be. */
    void hold(boolean held) {
        BusTarget redistributors = context.interrupts.redistributors();
        long frame = (long) context.pe.index * REDISTRIBUTOR_SIZE;
        redistributors.write(frame + (held ? GICR_ICENABLER0 : GICR_ISENABLER0), 4, 1L << SPE);
    }

    public static boolean spurious(int intid) {
        return intid >= FIRST_SPECIAL;
    }

    /** Ends an acknowledged interrupt: priority drop and deactivation. */
    public void end(int intid) {
        context.registers.write(SystemRegister.ICC_EOIR1_EL1, intid);
    }

    /**
     * Forwards a timer's or the PMU's interrupt: while the guest has it pending or active its physical interrupt stays
     * active, so that it is not signalled again.
     */
    void forward(int intid, boolean active) {
        if (context.interrupts != null && context.interrupts.isActive(context.pe.index, intid) != active) {
            context.interrupts.setActive(context.pe.index, intid, active);
        }
    }

    /** Makes the PE leave its guest. */
    public void kick() {
        if (context.interrupts != null) {
            context.interrupts.setPending(context.pe.index, KICK, true);
        }
    }

    public static ExitReason reason(int intid) {
        switch (intid) {
            case SPE:
                return ExitReason.IRQ_SPE;
            case PMU:
                return ExitReason.IRQ_PMU;
            case VIRTUAL_TIMER:
            case PHYSICAL_TIMER:
                return ExitReason.IRQ_TIMER;
            case MAINTENANCE:
                return ExitReason.IRQ_MAINTENANCE;
            case KICK:
                return ExitReason.IRQ_KICK;
            default:
                return spurious(intid) ? ExitReason.IRQ_SPURIOUS : ExitReason.IRQ_OTHER;
        }
    }
}
