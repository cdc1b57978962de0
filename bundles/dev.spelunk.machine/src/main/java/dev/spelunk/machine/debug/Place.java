// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.debug;

import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.api.wiring.PeContext;

/**
 * A place of a run between two operations. The count of operations alone does not say which: an interrupt that is taken, a
 * sample record that is written, or an exit to the hypervisor, lies between two operations too.
 *
 * @param count operations executed over all PEs
 * @param pe index of the PE that is about to execute an operation; -1 where the place is known by the whole state
 * @param pc its PC
 * @param el its Exception level
 * @param mark of the whole state
 */
record Place(long count, int pe, long pc, int el, long mark) {
    /** Where a machine is. */
    static Place of(long count, PeContext[] pes) {
        return new Place(count, -1, 0, 0, mark(pes));
    }

    /** Before an operation. */
    static Place before(long count, int pe, long pc, int el) {
        return new Place(count, pe, pc, el, 0);
    }

    boolean is(long executed, PeContext[] pes) {
        if (executed != count) {
            return false;
        }
        return pe < 0 ? mark(pes) == mark : pes[pe].pe.pc == pc && pes[pe].pe.el == el;
    }

    private static long mark(PeContext[] pes) {
        long mark = 0;
        for (PeContext context : pes) {
            PeState p = context.pe;
            mark = mix(mark, p.pc);
            mark = mix(mark, p.executed);
            mark = mix(mark, p.idleCycles);
            mark = mix(mark, p.spsr());
            mark = mix(mark, p.waiting ? 1 : 0);
            mark = mix(mark, p.spu.inFlight ? 1 : 0);
            mark = mix(mark, p.spu.counters[SpuState.RECORDS_WRITTEN]);
            for (int i = 0; i < PeState.DISCARD; i++) {
                mark = mix(mark, p.x[i]);
            }
        }
        return mark;
    }

    private static long mix(long mark, long value) {
        return Long.rotateLeft((mark ^ value) * 0x9E3779B97F4A7C15L, 29);
    }
}
