// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import dev.spelunk.a64.integer.Alu;

/** Immediates that an instruction word encodes in other ways than as a number. */
final class Immediates {
    private Immediates() {}

    /** The bitmask of a logical instruction with immediate (DDI 0487, J1, DecodeBitMasks); 32 bits where sf is 0. */
    static long bitmask(int word) {
        boolean wide = word < 0;
        int n = word >>> 22 & 1;
        int immr = word >>> 16 & 63;
        int imms = word >>> 10 & 63;
        long value = Alu.bitMask(n, immr, imms);
        return wide ? value : value & 0xFFFFFFFFL;
    }

    /** Whether MOVZ or MOVN can encode the bitmask, so that ORR is not the preferred MOV. */
    static boolean moveWidePreferred(int word) {
        int width = word < 0 ? 64 : 32;
        int n = word >>> 22 & 1;
        int immr = word >>> 16 & 63;
        int imms = word >>> 10 & 63;
        boolean whole = width == 64 ? n == 1 : n == 0 && (imms & 0x20) == 0;
        if (!whole) {
            return false;
        }
        if (imms < 16) {
            return (-immr & 15) <= 15 - imms;
        }
        return imms >= width - 17 && (immr & 15) <= imms - (width - 17);
    }

    /** What MOVN writes. */
    static long moveInverted(int word) {
        long value = ~((word >>> 5 & 0xFFFFL) << (word >>> 21 & 3) * 16);
        return word < 0 ? value : value & 0xFFFFFFFFL;
    }

    /** The number that an 8-bit floating-point immediate encodes (DDI 0487, J1, VFPExpandImm): exact in every format. */
    static double expandFloat(int imm8) {
        int exponent = ((imm8 >>> 4 & 7) ^ 4) - 3;
        double value = (1 + (imm8 & 15) / 16.0) * Math.scalb(1.0, exponent);
        return (imm8 & 0x80) != 0 ? -value : value;
    }

    /** A byte of ones for each bit that is set. */
    static long bytes(int imm8) {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value |= (imm8 >>> i & 1) != 0 ? 0xFFL << 8 * i : 0;
        }
        return value;
    }
}
