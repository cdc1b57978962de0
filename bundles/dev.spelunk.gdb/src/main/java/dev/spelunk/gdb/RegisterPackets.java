// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.gdb;

import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Registers of PEs by GDB's numbers. */
final class RegisterPackets {
    /** System registers that GDB has by other names already. */
    private static final Set<String> ELSEWHERE = Set.of("FPSR", "FPCR");

    private final Debugger debugger;
    private final List<PeContext> pes;
    private final List<String> system;

    RegisterPackets(Debugger debugger, List<PeContext> pes) {
        this.debugger = debugger;
        this.pes = pes;
        system = debugger.registers(0).stream()
                .filter(name -> !ELSEWHERE.contains(name.toUpperCase(Locale.ROOT)))
                .toList();
    }

    List<String> system() {
        return system;
    }

    /** Size in bytes; 0 where there is no such register. */
    int size(int number) {
        if (number == TargetDescription.CPSR || number == TargetDescription.FPSR || number == TargetDescription.FPCR) {
            return Integer.BYTES;
        }
        if (number >= TargetDescription.V && number < TargetDescription.FPSR) {
            return 2 * Long.BYTES;
        }
        return number >= 0 && number < TargetDescription.SYSTEM + system.size() ? Long.BYTES : 0;
    }

    /** The value in hexadecimal digits; x for each where the PE does not have the register. */
    String read(int pe, int number) {
        PeState state = pes.get(pe).pe;
        int size = size(number);
        if (number < TargetDescription.SP) {
            return Hex.ofValue(state.x[number], size);
        }
        if (number >= TargetDescription.SYSTEM) {
            try {
                return Hex.ofValue(debugger.register(pe, system.get(number - TargetDescription.SYSTEM)), size);
            } catch (IllegalArgumentException e) {
                return "xx".repeat(size);
            }
        }
        if (size == 2 * Long.BYTES) {
            int v = 2 * (number - TargetDescription.V);
            return Hex.ofValue(state.v[v], Long.BYTES) + Hex.ofValue(state.v[v + 1], Long.BYTES);
        }
        return Hex.ofValue(
                switch (number) {
                    case TargetDescription.SP -> state.x[PeState.SP];
                    case TargetDescription.PC -> state.pc;
                    case TargetDescription.CPSR -> state.spsr();
                    case TargetDescription.FPSR -> state.fpsr;
                    default -> state.fpcr;
                },
                size);
    }

    /** All that have a fixed number. */
    String readAll(int pe) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < TargetDescription.SYSTEM; i++) {
            all.append(read(pe, i));
        }
        return all.toString();
    }

    /** Sets a register. @throws IllegalArgumentException where it cannot be set to this */
    void write(int pe, int number, byte[] value, int from) {
        int size = size(number);
        if (size == 0 || from + size > value.length) {
            throw new IllegalArgumentException("no such register, or too few bytes");
        }
        long low = Hex.value(value, from, Math.min(size, Long.BYTES));
        if (number >= TargetDescription.SYSTEM) {
            debugger.register(pe, system.get(number - TargetDescription.SYSTEM), low);
            return;
        }
        PeState state = pes.get(pe).pe;
        if (number == TargetDescription.CPSR && ((low >>> 2 & 3) == 3 || (low & 0x12) != 0)) {
            throw new IllegalArgumentException("no PSTATE of AArch64 below EL3");
        }
        debugger.change(() -> {
            if (number < TargetDescription.SP) {
                state.x[number] = low;
            } else if (size == 2 * Long.BYTES) {
                int v = 2 * (number - TargetDescription.V);
                state.v[v] = low;
                state.v[v + 1] = Hex.value(value, from + Long.BYTES, Long.BYTES);
            } else {
                other(state, number, low);
            }
        });
    }

    private static void other(PeState state, int number, long low) {
        switch (number) {
            case TargetDescription.SP -> state.x[PeState.SP] = low;
            case TargetDescription.PC -> state.pc = low;
            case TargetDescription.CPSR -> state.restorePstate(low);
            case TargetDescription.FPSR -> state.fpsr = (int) low;
            default -> state.fpcr = (int) low;
        }
    }

    /** Sets all that have a fixed number; those that the packet is too short for stay. */
    void writeAll(int pe, byte[] values) {
        int at = 0;
        for (int i = 0; i < TargetDescription.SYSTEM && at + size(i) <= values.length; i++) {
            byte[] now = Hex.bytes(read(pe, i));
            for (int b = 0; b < now.length; b++) {
                if (now[b] != values[at + b]) {
                    write(pe, i, values, at);
                    break;
                }
            }
            at += size(i);
        }
    }
}
