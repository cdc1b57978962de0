// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.testkit.Configs;
import dev.spelunk.testkit.TestMachine;
import java.util.Map;

/** A PE without a machine, whose operations a test makes up. */
final class Models {
    static final int ADD = 0x8B020020;
    static final int LDR = 0xF9400020;
    static final int STR = 0xF9000020;

    final TestMachine bare = TestMachine.builder().build();
    final MachineState machine = bare.machine;
    final PeContext context = bare.context;
    OperationTimer timer;
    long pc = 0x4000_0000L;

    Models(Map<String, Object> changed) {
        use(changed);
    }

    static InOrderTimingModel model(Map<String, Object> changed) {
        return new InOrderTimingModel(Configs.of(InOrderTimingModel.Config.class, changed));
    }

    /** Makes the timer anew, as a swap does. */
    void use(Map<String, Object> changed) {
        timer = model(changed).create(context);
    }

    Operation operation(int word, int operationClass, int flags) {
        Operation o = new Operation();
        context.pe.executed++;
        o.begin(pc, 1, true, context.pe.cycles());
        o.instructionPa = pc;
        o.word = word;
        o.operationClass = operationClass;
        o.flags = flags;
        return o;
    }

    Operation timed(Operation o) {
        timer.time(o);
        return o;
    }

    Operation add() {
        return timed(operation(ADD, Operation.OTHER, 0));
    }

    Operation load(long va) {
        return access(LDR, Operation.LOAD, va, va, 8);
    }

    Operation store(long va) {
        return access(STR, Operation.STORE, va, va, 8);
    }

    Operation access(int word, int flags, long va, long pa, int size) {
        Operation o = operation(
                word,
                Operation.LOAD_STORE,
                flags | Operation.HAS_VA | Operation.HAS_PA | ((va & size - 1) != 0 ? Operation.MISALIGNED : 0));
        o.va = va;
        o.pa = pa;
        o.accessSize = size;
        return timed(o);
    }

    /** A branch at an address. */
    Operation branch(long at, int flags, long target) {
        Operation o = operation(0x54000040, Operation.BRANCH, flags);
        o.pc = at;
        o.target = target;
        return timed(o);
    }
}
