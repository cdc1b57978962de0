// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.registers.RegisterModelComponent;
import dev.spelunk.testkit.TestBoard;
import dev.spelunk.testkit.TestMachine;

/** One PE with the real register table, the timer's bank and its device. */
final class Bench extends TestBoard {
    static final long E2H = 1L << 34;
    static final long TGE = 1L << 27;
    private static final long NON_SECURE = 1;

    final GenericTimer device;

    Bench(String... features) {
        super(TestMachine.builder()
                .el(0)
                .features(features)
                .registers(new RegisterModelComponent(), new TimerRegisters()));
        context.register(SystemRegister.SCR_EL3, NON_SECURE);
        device = new GenericTimer(this);
    }

    static Bench full() {
        return new Bench("FEAT_EL2", "FEAT_EL3", "FEAT_VHE");
    }

    Bench at(int el) {
        pe.el = el;
        return this;
    }

    Bench hcr(long value) {
        context.register(SystemRegister.HCR_EL2, value);
        return this;
    }

    /** Sets the time in ticks of the system counter. */
    Bench ticks(long ticks) {
        pe.executed = ticks * MachineState.CYCLES_PER_TICK;
        return this;
    }

    /** What the run loop does after a write of a timer register. */
    void settle() {
        pe.changed = 0;
        device.advance(0);
    }

    static int el02(int encoding) {
        return Encoding.of(3, 5, Encoding.crn(encoding), Encoding.crm(encoding), Encoding.op2(encoding));
    }
}
