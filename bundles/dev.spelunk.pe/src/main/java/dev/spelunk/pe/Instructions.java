// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.integer.DataProcessingImmediate;
import dev.spelunk.a64.integer.DataProcessingRegister;

/** The whole A64 encoding space, by its top level (DDI 0487, C4.1): the meaning of any instruction word. */
final class Instructions {
    private Instructions() {}

    /**
     * Executes the instruction at {@code pe.pc}; pc, flags and counts of the PE are exact.
     *
     * @return {@link Processor#NEXT} or {@link Processor#LEAVE}
     * @throws SynchronousException with nothing changed but what the architecture lets change
     */
    static int execute(Processor p, int word) {
        switch (word >>> 25 & 15) {
            case 8:
            case 9:
                return flags(p, DataProcessingImmediate.execute(p.x, word, p.pe.nzcv, p.pe.pc));
            case 5:
            case 13:
                return register(p, word, DataProcessingRegister.execute(p.x, word, p.pe.nzcv, p.features));
            case 10:
            case 11:
                return Branches.execute(p, word);
            case 4:
            case 12:
                return LoadStore.execute(p, word);
            case 6:
            case 7:
            case 14:
            case 15:
                return p.vectors.execute(word);
            default:
                throw p.undefined();
        }
    }

    private static int register(Processor p, int word, int nzcv) {
        return nzcv == DataProcessingImmediate.UNALLOCATED ? p.pointers.execute(word) : flags(p, nzcv);
    }

    private static int flags(Processor p, int nzcv) {
        if (nzcv == DataProcessingImmediate.UNALLOCATED) {
            throw p.undefined();
        }
        p.pe.nzcv = nzcv;
        return Processor.NEXT;
    }
}
