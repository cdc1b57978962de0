// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.platform.GuestMemory;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.registers.RegisterModelComponent;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One PE with the real register table, the timer's bank and its device, whose lines are kept here. */
final class Bench implements DeviceContext {
    static final long E2H = 1L << 34;
    static final long TGE = 1L << 27;
    private static final long NON_SECURE = 1;

    final MachineState machine = new MachineState(1, new PhysicalMemory(0x4000_0000L, 0x1000), 1);
    final PeContext context = new PeContext(machine, machine.pes[0]);
    final boolean[] lines = new boolean[32];
    final GenericTimer device;

    Bench(String... features) {
        context.architecture = new Architecture(85, Set.of(features), null, Map.of());
        context.registers = new RegisterModelComponent().create(context, List.of(new TimerRegisters()), null);
        context.register(SystemRegister.SCR_EL3, NON_SECURE);
        device = new GenericTimer(this);
    }

    static Bench full() {
        return new Bench("FEAT_EL2", "FEAT_EL3", "FEAT_VHE");
    }

    Bench at(int el) {
        context.pe.el = el;
        return this;
    }

    Bench hcr(long value) {
        context.register(SystemRegister.HCR_EL2, value);
        return this;
    }

    /** Sets the time in ticks of the system counter. */
    Bench ticks(long ticks) {
        context.pe.executed = ticks * MachineState.CYCLES_PER_TICK;
        return this;
    }

    long read(int register) {
        return context.registers.read(register);
    }

    void write(int register, long value) {
        context.registers.write(register, value);
    }

    /** What the run loop does after a write of a timer register. */
    void settle() {
        context.pe.changed = 0;
        device.advance(0);
    }

    static int el02(int encoding) {
        return Encoding.of(3, 5, Encoding.crn(encoding), Encoding.crm(encoding), Encoding.op2(encoding));
    }

    @Override
    public MachineState machine() {
        return machine;
    }

    @Override
    public PeContext[] pes() {
        return new PeContext[] {context};
    }

    @Override
    public void setLine(int pe, int intid, boolean level) {
        lines[intid] = level;
    }

    @Override
    public void console(int value) {
        throw new AssertionError("a timer writes nothing");
    }

    @Override
    public int consoleInput() {
        throw new AssertionError("a timer reads nothing");
    }

    @Override
    public GuestMemory memory() {
        throw new UnsupportedOperationException();
    }
}
