// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.BusTarget;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.StateBlock;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.registers.RegisterModelComponent;
import dev.spelunk.testkit.TestMachine;
import java.util.Arrays;

/** Two PEs with the real register table around one GIC. */
final class Bench extends TestMachine {
    static final long IMO = 1L << 4;
    static final long FMO = 1L << 3;
    private static final int PES = 2;
    private static final int FRAMES = 0x2_0000;
    private static final int SGI_BASE = 0x1_0000;

    final GicComponent component = new GicComponent();
    final StateBlock state = machine.block("gic", component.stateWords(PES), 0);
    final PeContext[] pes = contexts;
    final InterruptDistributor gic;
    private final BusTarget distributor;
    private final BusTarget redistributors;

    Bench() {
        super(TestMachine.builder()
                .pes(PES)
                .features("FEAT_EL2", "FEAT_EL3", "FEAT_VHE", "FEAT_FGT")
                .registers(new RegisterModelComponent(), new CpuInterfaceBank()));
        gic = component.create(
                state,
                Arrays.stream(pes)
                        .mapToLong(c -> c.register(SystemRegister.MPIDR_EL1))
                        .toArray(),
                pe -> machine.pes[pe].changed |= PeState.CHANGED_INTERRUPTS);
        distributor = gic.distributor();
        redistributors = gic.redistributors();
        for (PeContext c : pes) {
            c.register(SystemRegister.SCR_EL3, 1);
            c.interrupts = gic;
        }
    }

    /** With distributor, CPU interfaces and every SGI and PPI enabled, all at priority 0xA0, PMR 0xF0. */
    static Bench enabled() {
        Bench b = new Bench();
        b.gicd(0, 0x12);
        for (int pe = 0; pe < PES; pe++) {
            b.gicr(pe, 0x14, 0);
            b.gicr(pe, SGI_BASE + 0x80, 0xFFFF_FFFFL);
            b.gicr(pe, SGI_BASE + 0x100, 0xFFFF_FFFFL);
            for (int n = 0; n < 32; n += 4) {
                b.gicr(pe, SGI_BASE + 0x400 + n, 0xA0A0_A0A0L);
            }
            b.write(pe, SystemRegister.ICC_PMR_EL1, 0xF0);
            b.write(pe, SystemRegister.ICC_IGRPEN1_EL1, 1);
        }
        b.settle();
        return b;
    }

    void gicd(int offset, long value) {
        distributor.write(offset, 4, value);
        settle();
    }

    long gicd(int offset) {
        return distributor.read(offset, 4);
    }

    void gicr(int pe, int offset, long value) {
        redistributors.write((long) pe * FRAMES + offset, 4, value);
        settle();
    }

    long gicr(int pe, int offset) {
        return redistributors.read((long) pe * FRAMES + offset, 4);
    }

    /** A register of the SGI frame. */
    void sgi(int pe, int offset, long value) {
        gicr(pe, SGI_BASE + offset, value);
    }

    long sgi(int pe, int offset) {
        return gicr(pe, SGI_BASE + offset);
    }

    void priority(int pe, int intid, int value) {
        redistributors.write((long) pe * FRAMES + SGI_BASE + 0x400 + intid, 1, value);
        settle();
    }

    /** Enables an SPI with a priority, routed to a PE. */
    void spi(int intid, int priority, int pe) {
        distributor.write(0x400 + intid, 1, priority);
        distributor.write(0x6000 + 8 * intid, 8, pes[pe].register(SystemRegister.MPIDR_EL1));
        distributor.write(0x100 + intid / 32 * 4, 4, 1L << intid % 32);
        settle();
    }

    void line(int intid, boolean level) {
        gic.setLine(0, intid, level);
        settle();
    }

    void line(int pe, int intid, boolean level) {
        gic.setLine(pe, intid, level);
        settle();
    }

    long read(int pe, int register) {
        long value = pes[pe].registers.read(register);
        settle();
        return value;
    }

    void write(int pe, int register, long value) {
        pes[pe].registers.write(register, value);
        settle();
    }

    /** ICC_IAR1_EL1 of PE 0. */
    int acknowledge() {
        return (int) read(0, SystemRegister.ICC_IAR1_EL1);
    }

    /** ICC_EOIR1_EL1 of PE 0. */
    void end(int intid) {
        write(0, SystemRegister.ICC_EOIR1_EL1, intid);
    }

    boolean irq(int pe) {
        return (pes[pe].pe.interrupts & PeState.IRQ) != 0;
    }

    boolean irq() {
        return irq(0);
    }

    boolean virq() {
        return (pes[0].pe.interrupts & PeState.VIRQ) != 0;
    }

    long register(int register) {
        return context.register(register);
    }

    /** PE 0 at EL2, for what a hypervisor does. */
    Bench hypervisor() {
        pes[0].pe.el = 2;
        return this;
    }

    /** PE 0 in a guest whose interrupts are virtual. */
    Bench guest() {
        pes[0].pe.el = 1;
        pes[0].register(SystemRegister.HCR_EL2, IMO | FMO);
        return this;
    }

    /** What the run loop does when an output may have changed. */
    void settle() {
        for (PeContext c : pes) {
            while ((c.pe.changed & PeState.CHANGED_INTERRUPTS) != 0) {
                c.pe.changed &= ~PeState.CHANGED_INTERRUPTS;
                component.update(c);
            }
        }
    }
}
