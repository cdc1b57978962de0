// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.log;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;

/**
 * The lines {@code MR} and {@code MW} of a Tarmac trace: the accesses of one operation in parts of at most eight bytes, by what is in
 * memory behind the operation. A device is not read for it: there the transfer register says the value, or nobody.
 */
final class DataLines {
    private static final int PAGE = 4096;
    private static final int ZR = 31;

    private final Line line;
    private final Translation translation = new Translation();

    DataLines(Line line) {
        this.line = line;
    }

    void tell(PeContext context, long count, Operation o) {
        if (!o.is(Operation.HAS_VA) || !o.is(Operation.HAS_PA) || o.is(Operation.MAINTENANCE) || failed(context, o)) {
            return;
        }
        // DC ZVA may name any byte of its block.
        long aligned = o.is(Operation.UNSPECIFIED_REGISTERS) ? -o.accessSize : -1;
        long va = o.va & aligned;
        long pa = o.pa & aligned;
        for (int done = 0; done < o.accessSize; ) {
            int size = Math.min(Long.BYTES, Integer.highestOneBit(o.accessSize - done));
            part(context, count, o, size, va + done, (pa & PAGE - 1) + done + size <= PAGE ? pa + done : -1);
            done += size;
        }
    }

    /** Whether it is a Store-Exclusive that did not store. */
    private static boolean failed(PeContext context, Operation o) {
        int status = o.word >>> 16 & 31;
        return o.is(Operation.EXCLUSIVE) && o.is(Operation.STORE) && status != ZR && (int) context.pe.x[status] != 0;
    }

    private void part(PeContext context, long count, Operation o, int size, long va, long knownPa) {
        boolean write = o.is(Operation.STORE);
        long pa = knownPa != -1 ? knownPa : physical(context, va);
        line.begin(count, context.pe, write ? "MW" : "MR").add(size).add(' ').hex(va, 16);
        if (pa != -1) {
            line.add(':').hex(pa, 12).add(o.ns ? "_NS" : "_S");
        }
        line.add(' ');
        if (pa != -1 && context.memory.isRam(pa, size)) {
            line.hex(byBytes(context, va, pa, size), 2 * size);
        } else if (size == o.accessSize
                && !o.is(Operation.SIMD_FP_REGISTERS | Operation.ATOMIC | Operation.EXCLUSIVE)) {
            line.hex((o.word & ZR) == ZR ? 0 : context.pe.x[o.word & ZR], 2 * size);
        } else {
            line.add("x".repeat(2 * size));
        }
        line.end();
    }

    /** A part may itself lie in two pages. */
    private long byBytes(PeContext context, long va, long pa, int size) {
        int here = (int) Math.min(size, PAGE - (pa & PAGE - 1));
        long value = 0;
        for (int i = 0; i < size; i++) {
            long at = i < here ? pa + i : physical(context, va + i);
            value |= at != -1 && context.memory.isRam(at, 1) ? context.memory.read(at, 1) << 8 * i : 0;
        }
        return value;
    }

    /** As cache maintenance translates: no TLB takes it, no descriptor is updated. */
    private long physical(PeContext context, long va) {
        Translator translator = context.translator;
        int look = Translator.READ | Translator.MAINTENANCE | Translator.IGNORE_PAN;
        return translator.translate(translation, translator.regime(), va, look) ? translation.pa : -1;
    }
}
