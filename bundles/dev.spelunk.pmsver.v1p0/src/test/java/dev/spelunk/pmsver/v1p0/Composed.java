// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.profiling.SampleFilter;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import java.util.Arrays;
import java.util.List;

/** Composed rules of FEAT_SPE, and registers without any rule of their own. */
final class Composed {
    private Composed() {}

    static ProfilingRules rules(boolean wideCounters) {
        ProfilingRules rules = new ProfilingRules();
        rules.pmsidr = 6L << 12 | (wideCounters ? 3L : 2L) << 16;
        new StatisticalProfiling().contribute(rules);
        return rules;
    }

    static byte[] record(Operation operation, ProfilingRules rules) {
        byte[] out = new byte[256];
        int at = 0;
        for (PacketEncoder encoder : rules.encoders()) {
            at = encoder.encode(operation, rules, out, at);
        }
        return Arrays.copyOf(out, at);
    }

    static boolean rejects(PeContext context, ProfilingRules rules, Operation operation) {
        for (SampleFilter filter : rules.filters()) {
            if (filter.enabled(context) && filter.rejects(context, rules, operation)) {
                return true;
            }
        }
        return false;
    }

    static Operation operation(int operationClass, int flags) {
        Operation operation = new Operation();
        operation.begin(0x1234, 1, true, 0);
        operation.operationClass = operationClass;
        operation.flags = flags;
        return operation;
    }

    /** A PE whose registers hold what a test stores. */
    static PeContext context() {
        MachineState machine = new MachineState(1, new PhysicalMemory(0, 4096), 0);
        PeContext context = new PeContext(machine, machine.pes[0]);
        context.pe.sys = new long[1 << 16];
        context.registers = new RegisterFile() {
            @Override
            public int index(int encoding) {
                return encoding;
            }

            @Override
            public RegisterDefinition definition(int encoding) {
                return null;
            }

            @Override
            public List<RegisterDefinition> definitions() {
                return List.of();
            }

            @Override
            public int decide(int encoding, boolean read) {
                return 0;
            }

            @Override
            public long read(int encoding) {
                return context.pe.sys[encoding];
            }

            @Override
            public void write(int encoding, long value) {
                context.pe.sys[encoding] = value;
            }

            @Override
            public void reset() {}

            @Override
            public void reset(int level) {
                reset();
            }
        };
        return context;
    }
}
