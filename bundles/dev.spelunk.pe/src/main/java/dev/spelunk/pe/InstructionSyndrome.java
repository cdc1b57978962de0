// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

/** What the syndrome of a Data Abort from stage 2 says of the load or store, so that it can be emulated. */
final class InstructionSyndrome {
    private InstructionSyndrome() {}

    /**
     * ISV, SAS, SSE, SRT, SF and AR of a load or store of one general-purpose register without writeback,
     * 0 for any other instruction (DDI 0487, D24.2.40, ISS encoding for an exception from a Data Abort).
     */
    static int of(int word) {
        int size = word >>> 30;
        if ((word >>> 24 & 0x3F) == 0b001000) {
            boolean ordered = (word >>> 23 & 1) != 0 && (word >>> 21 & 1) == 0;
            return ordered ? syndrome(word, size, false, size == 3, true) : 0;
        }
        boolean single = (word >>> 24 & 0x3F) == 0b111001
                || (word >>> 24 & 0x3F) == 0b111000
                        && ((word >>> 21 & 1) == 0 ? (word >>> 10 & 1) == 0 : (word >>> 10 & 3) == 2);
        boolean unscaledOrdered = (word >>> 24 & 0x3F) == 0b011001 && (word >>> 21 & 1) == 0;
        boolean acquirePc = (word & 0x3FFFFC00) == 0x38BFC000;
        if (acquirePc) {
            return syndrome(word, size, false, size == 3, true);
        }
        if (single || unscaledOrdered) {
            int opc = word >>> 22 & 3;
            boolean sf = opc == 2 || opc < 2 && size == 3;
            return syndrome(word, size, opc > 1, sf, unscaledOrdered);
        }
        if ((word & 0x3F000000) == 0x18000000) {
            boolean signed = size == 2;
            return syndrome(word, size == 1 ? 3 : 2, signed, size != 0, false);
        }
        return 0;
    }

    private static int syndrome(int word, int size, boolean signExtend, boolean sf, boolean acquireRelease) {
        return 1 << 24
                | size << 22
                | (signExtend ? 1 << 21 : 0)
                | (word & 31) << 16
                | (sf ? 1 << 15 : 0)
                | (acquireRelease ? 1 << 14 : 0);
    }
}
