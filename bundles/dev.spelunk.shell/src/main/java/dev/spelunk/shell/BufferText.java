// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.machine.Machine;
import java.util.List;
import java.util.Locale;

/** How full the profiling buffers are (DDI 0487, D17.7). */
final class BufferText {
    private static final long LIMIT_MASK = ~0xFFFL;
    private static final long ENABLED = 1;
    private static final int SERVICE = 17;

    private BufferText() {}

    /** Text of a machine that stands. */
    static String of(Machine machine) {
        Debugger debugger = machine.debugger();
        StringBuilder text = new StringBuilder();
        for (int pe = 0; pe < machine.pes().size(); pe++) {
            text.append("PE ").append(pe).append(": ");
            if (!debugger.registers(pe).contains("PMBLIMITR_EL1")) {
                text.append("without SPE\n");
                continue;
            }
            long limit = debugger.register(pe, "PMBLIMITR_EL1");
            long pointer = debugger.register(pe, "PMBPTR_EL1");
            long free = (limit & LIMIT_MASK) - pointer;
            text.append(
                    (limit & ENABLED) == 0
                            ? "disabled"
                            : String.format(
                                    Locale.ROOT,
                                    "enabled, pointer 0x%x, limit 0x%x, %,d bytes free",
                                    pointer,
                                    limit & LIMIT_MASK,
                                    Math.max(free, 0)));
            if ((debugger.register(pe, "PMBSR_EL1") >>> SERVICE & 1) != 0) {
                text.append(", an event is to be served (PMBSR_EL1.S)");
            }
            text.append('\n');
        }
        List<long[]> fill = machine.bufferHistory().fill();
        for (int vcpu = 0; vcpu < fill.size(); vcpu++) {
            long[] stretches = fill.get(vcpu);
            long most = 0;
            for (long bytes : stretches) {
                most = Math.max(most, bytes);
            }
            text.append(String.format(
                    Locale.ROOT,
                    "vCPU %d: %,d bytes of records in the buffer at last, %,d at most%n",
                    vcpu,
                    stretches.length == 0 ? 0 : stretches[stretches.length - 1],
                    most));
        }
        return text.toString().stripTrailing();
    }
}
