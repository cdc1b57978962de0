// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe.simd;

/** Which Advanced SIMD data-processing instructions are floating-point (DDI 0487, C4.1.96), as FP_SPEC counts them. */
public final class FloatingPointVectors {
    private FloatingPointVectors() {}

    /** Whether the word, which is of the Advanced SIMD data-processing group (scalar or vector), is floating-point. */
    public static boolean matches(int word) {
        boolean bit21 = (word >>> 21 & 1) != 0;
        boolean bit10 = (word >>> 10 & 1) != 0;
        if ((word >>> 24 & 1) != 0) {
            return bit10 ? immediate(word) : element(word >>> 29 & 1, word >>> 12 & 15, word >>> 22 & 3);
        }
        if (!bit21) {
            return bit10
                    && ((word >>> 15 & 1) != 0 ? extension(word) : (word >>> 14 & 1) == 0 && (word >>> 22 & 1) != 0);
        }
        if (bit10) {
            return (word >>> 11 & 31) >= 0x18;
        }
        return (word >>> 11 & 1) != 0 && miscellaneous(word);
    }

    /** Vector x indexed element: FMLA, FMLS, FMUL, FMULX, FCMLA, and FMLAL and FMLSL with size 0b10. */
    private static boolean element(int u, int opcode, int size) {
        switch (opcode) {
            case 1:
            case 5:
            case 9:
                return true;
            case 3:
            case 7:
                return u == 1;
            case 0:
            case 4:
                return u == 0 && size == 2;
            case 8:
            case 12:
                return u == 1 && size == 2;
            default:
                return false;
        }
    }

    /** Shift by immediate: SCVTF, UCVTF, FCVTZS, FCVTZU; modified immediate: FMOV. */
    private static boolean immediate(int word) {
        int opcode = word >>> 11 & 31;
        if ((word >>> 19 & 15) == 0) {
            return (word >>> 12 & 15) == 15;
        }
        return opcode == 0x1C || opcode == 0x1F;
    }

    /** Three registers, extension: FCMLA and FCADD; otherwise three registers of half precision. */
    private static boolean extension(int word) {
        return (word >>> 11 & 15) >= 8;
    }

    /** Two registers miscellaneous, across lanes, scalar pairwise. */
    private static boolean miscellaneous(int word) {
        int opcode = word >>> 12 & 31;
        int group = word >>> 17 & 15;
        boolean large = (word >>> 23 & 1) != 0;
        if (group == 8) {
            return opcode == 0xC || opcode == 0xD || opcode == 0xF;
        }
        if (opcode == 0x1C) {
            return !large;
        }
        return opcode >= 0x16 || opcode >= 0xC && opcode <= 0xF && large;
    }
}
