// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.watch;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.wiring.PeContext;
import java.util.Locale;

/** The registers of a PE that decide who profiles into which buffer: their values, and the last changes of them. */
final class RegisterChanges {
    static final int LIMIT = 0;
    static final int POINTER = 1;
    static final int STATUS = 2;
    static final int SAMPLING = 3;
    static final int OWNER = 4;
    static final int CONTROL = 5;
    static final int TABLES = 6;
    static final int VCPU = 7;
    private static final int[] ENCODINGS = {
        SystemRegister.PMBLIMITR_EL1,
        SystemRegister.PMBPTR_EL1,
        SystemRegister.PMBSR_EL1,
        SystemRegister.PMSCR_EL1,
        SystemRegister.MDCR_EL2,
        SystemRegister.HCR_EL2,
        SystemRegister.VTTBR_EL2,
        SystemRegister.VMPIDR_EL2
    };
    private static final String[] NAMES = {
        "PMBLIMITR_EL1", "PMBPTR_EL1", "PMBSR_EL1", "PMSCR_EL1", "MDCR_EL2", "HCR_EL2", "VTTBR_EL2", "VMPIDR_EL2"
    };
    private static final int KEPT = 24;

    private final PeContext context;
    private final long[] values = new long[ENCODINGS.length];
    // A ring of changes: plain arrays, as nothing is to be made for each of them.
    private final int[] register = new int[KEPT];
    private final long[] executed = new long[KEPT];
    private final long[] pc = new long[KEPT];
    private final int[] el = new int[KEPT];
    private final long[] from = new long[KEPT];
    private final long[] to = new long[KEPT];
    private long changes;

    RegisterChanges(PeContext context) {
        this.context = context;
        for (int i = 0; i < ENCODINGS.length; i++) {
            values[i] = context.register(ENCODINGS[i]);
        }
    }

    static String name(int which) {
        return NAMES[which];
    }

    /** The value that was last seen. */
    long value(int which) {
        return values[which];
    }

    /** Looks at a register: whether it differs from what was last seen, which is kept as a change. */
    boolean changed(int which) {
        long now = context.register(ENCODINGS[which]);
        if (now == values[which]) {
            return false;
        }
        int at = (int) (changes++ % KEPT);
        register[at] = which;
        executed[at] = context.pe.executed;
        pc[at] = context.pe.pc;
        el[at] = context.pe.el;
        from[at] = values[which];
        to[at] = now;
        values[which] = now;
        return true;
    }

    int count() {
        return ENCODINGS.length;
    }

    /** One line for each of the last changes, oldest first. */
    String history() {
        StringBuilder text = new StringBuilder();
        for (long n = Math.max(0, changes - KEPT); n < changes; n++) {
            int i = (int) (n % KEPT);
            text.append(String.format(
                    Locale.ROOT,
                    "%n  operation %,14d  EL%d  0x%012x  %-13s  0x%016x -> 0x%016x",
                    executed[i],
                    el[i],
                    pc[i],
                    NAMES[register[i]],
                    from[i],
                    to[i]));
        }
        return text.toString();
    }
}
