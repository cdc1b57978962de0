// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.state.ExceptionHistory;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.BoardWiring;
import dev.spelunk.machine.board.SymbolTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a person wants to know of a guest whose run has ended before the guest ended it: where it was, and how it came there. */
public final class Diagnosis {
    private static final int FRAMES = 16;
    private static final int FRAME_POINTER = 29;
    private static final int LINK_REGISTER = 30;
    /** Bits above those that an address uses hold a pointer authentication code, or repeat bit 55. */
    private static final int ADDRESS_BITS = 48;

    private static final int SELECTS_RANGE = 55;

    private final BoardWiring board;
    private final SymbolTables symbols;

    public Diagnosis(BoardWiring board, SymbolTables symbols) {
        this.board = board;
        this.symbols = symbols;
    }

    /** Lines of text. Translates addresses as the guest would: to be asked when the run is over. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (PeContext context : board.pes) {
            PeState pe = context.pe;
            if (!pe.powered) {
                lines.add("PE " + pe.index + " is off");
                continue;
            }
            lines.add(String.format(
                    Locale.ROOT,
                    "PE %d %s at EL%d in %s after %,d instructions",
                    pe.index,
                    pe.waiting ? pe.waitingForEvent ? "waits for an event" : "waits for an interrupt" : "was",
                    pe.el,
                    place(pe.el, pe.pc),
                    pe.executed));
            List<String> callers = callers(context);
            if (!callers.isEmpty()) {
                lines.add("  called from " + String.join(", from ", callers));
            }
            exceptions(context, lines);
        }
        return lines;
    }

    /** {@code main+0x1c (0x40001234)}, or the address alone. */
    private String place(int el, long address) {
        String name = symbols.at(el, address);
        return name.isEmpty() ? String.format("0x%x", address) : String.format("%s (0x%x)", name, address);
    }

    private void exceptions(PeContext context, List<String> lines) {
        ExceptionHistory history = context.pe.exceptions;
        for (long n = Math.max(0, history.taken - ExceptionHistory.KEPT); n < history.taken; n++) {
            int i = (int) (n % ExceptionHistory.KEPT);
            long syndrome = history.syndrome[i];
            lines.add(String.format(
                    "  exception %d: %s at EL%d in %s, taken to EL%d%s",
                    n + 1,
                    ExceptionClass.name(syndrome),
                    history.levels[i] & 15,
                    place((int) history.levels[i] & 15, history.pc[i]),
                    history.levels[i] >>> 4,
                    ExceptionClass.isAbort(syndrome) ? String.format(", address 0x%x", history.address[i]) : ""));
            if (n == history.taken - 1 && ExceptionClass.isAlignmentFault(syndrome)) {
                alignment(context, (int) history.levels[i] & 15, lines);
            }
        }
    }

    private static void alignment(PeContext context, int el, List<String> lines) {
        int sctlr = el == 2 ? SystemRegister.SCTLR_EL2 : SystemRegister.SCTLR_EL1;
        if ((context.register(sctlr) & SCTLR_ELx.M) == 0) {
            lines.add(
                    "  with the MMU off all memory is Device memory, which takes aligned accesses only: turn the MMU on "
                            + "before, or compile with -mstrict-align");
        }
    }

    /** By the chain of frame records (AAPCS64, 6.4.6): from the innermost caller on. */
    private List<String> callers(PeContext context) {
        List<String> callers = new ArrayList<>();
        long frame = context.pe.x[FRAME_POINTER];
        long[] pair = new long[2];
        while (callers.size() < FRAMES && frame != 0 && (frame & 7) == 0 && read(context, frame, pair)) {
            long caller = address(pair[1]);
            if (caller == 0) {
                break;
            }
            callers.add(place(context.pe.el, caller));
            // Stacks grow downwards: a caller's frame is above.
            if (Long.compareUnsigned(pair[0], frame) <= 0) {
                break;
            }
            frame = pair[0];
        }
        if (callers.isEmpty()
                && !symbols.at(context.pe.el, address(context.pe.x[LINK_REGISTER]))
                        .isEmpty()) {
            callers.add(place(context.pe.el, address(context.pe.x[LINK_REGISTER])));
        }
        return callers;
    }

    private static long address(long value) {
        long low = value & (1L << ADDRESS_BITS) - 1;
        return (value >>> SELECTS_RANGE & 1) != 0 ? low | -1L << ADDRESS_BITS : low;
    }

    private static boolean read(PeContext context, long frame, long[] pair) {
        Translation t = new Translation();
        for (int i = 0; i < 2; i++) {
            if (!context.translator.translate(t, frame + 8L * i, Translator.READ | Translator.MAINTENANCE)
                    || !context.memory.isRam(t.pa, Long.BYTES)) {
                return false;
            }
            pair[i] = context.memory.read(t.pa, Long.BYTES);
        }
        return true;
    }

    /** Why a machine with SPE took no records, in one sentence; empty when some of its operations could be recorded. */
    public String withoutRecords() {
        long[] sum = new long[SpuState.NOT_PROFILED.length];
        long population = 0;
        long taken = 0;
        long passed = 0;
        long lost = 0;
        for (PeContext context : board.pes) {
            SpuState spu = context.pe.spu;
            for (int i = 0; i < sum.length; i++) {
                sum[i] += spu.notProfiled[i];
            }
            population += spu.counters[SpuState.SAMPLE_POP];
            taken += spu.counters[SpuState.SAMPLE_FEED];
            passed += spu.counters[SpuState.SAMPLE_FILTRATE];
            lost += spu.counters[SpuState.RECORDS_LOST];
        }
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < sum.length; i++) {
            if (sum[i] != 0) {
                parts.add(String.format(Locale.ROOT, "%,d operations %s", sum[i], SpuState.NOT_PROFILED[i]));
            }
        }
        parts.add(String.format(
                Locale.ROOT,
                "%,d were profiled, %,d of them sampled, %,d of those passed the filters, %,d lost for want of a buffer",
                population,
                taken,
                passed,
                lost));
        return String.join("; ", parts);
    }
}
