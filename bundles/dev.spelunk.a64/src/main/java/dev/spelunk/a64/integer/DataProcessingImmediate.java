// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.integer;

import dev.spelunk.api.state.PeState;

/** Data processing, immediate (DDI 0487, C4.1.92): works on the general-purpose registers and flags alone. */
public final class DataProcessingImmediate {
    /** Result of {@link #execute} for an encoding that is not allocated. */
    public static final int UNALLOCATED = -1;

    private DataProcessingImmediate() {}

    /**
     * Executes one instruction.
     *
     * @param x the registers as in {@link PeState#x}
     * @param pc address of the instruction
     * @return the new NZCV, or {@link #UNALLOCATED} with nothing changed
     */
    public static int execute(long[] x, int word, int nzcv, long pc) {
        switch (word >>> 23 & 7) {
            case 0:
            case 1:
                x[destination(word & 31)] = pcRelative(word, pc);
                return nzcv;
            case 2:
                return addSubtract(x, word, nzcv);
            case 4:
                return logical(x, word, nzcv);
            case 5:
                return moveWide(x, word) ? nzcv : UNALLOCATED;
            case 6:
                return bitfield(x, word) ? nzcv : UNALLOCATED;
            case 7:
                return extract(x, word) ? nzcv : UNALLOCATED;
            default:
                return UNALLOCATED;
        }
    }

    /** Index in {@link PeState#x} for a write to register 0..31 where 31 is XZR. */
    public static int destination(int register) {
        return register == 31 ? PeState.DISCARD : register;
    }

    /** Index in {@link PeState#x} of register 0..31 where 31 is SP. */
    public static int orStackPointer(int register) {
        return register == 31 ? PeState.SP : register;
    }

    /** ADR and ADRP. */
    public static long pcRelative(int word, long pc) {
        long immediate = ((long) word << 40 >> 45) << 2 | word >>> 29 & 3;
        return word < 0 ? (pc & ~0xFFFL) + (immediate << 12) : pc + immediate;
    }

    private static int addSubtract(long[] x, int word, int nzcv) {
        long immediate = (word >>> 10 & 0xFFF) << ((word >>> 22 & 1) != 0 ? 12 : 0);
        boolean subtract = (word >>> 30 & 1) != 0;
        boolean setFlags = (word >>> 29 & 1) != 0;
        long a = x[orStackPointer(word >>> 5 & 31)];
        int d = setFlags ? destination(word & 31) : orStackPointer(word & 31);
        if (word < 0) {
            long r = subtract ? a - immediate : a + immediate;
            x[d] = r;
            return !setFlags ? nzcv : subtract ? Alu.subFlags(a, immediate, r) : Alu.addFlags(a, immediate, r);
        }
        int b = (int) immediate;
        int r = subtract ? (int) a - b : (int) a + b;
        x[d] = r & 0xFFFFFFFFL;
        return !setFlags ? nzcv : subtract ? Alu.subFlags((int) a, b, r) : Alu.addFlags((int) a, b, r);
    }

    private static int logical(long[] x, int word, int nzcv) {
        boolean is64 = word < 0;
        int n = word >>> 22 & 1;
        int imms = word >>> 10 & 0x3F;
        if (!Alu.validBitMask(is64, n, imms)) {
            return UNALLOCATED;
        }
        long mask = Alu.bitMask(n, word >>> 16 & 0x3F, imms);
        long a = x[word >>> 5 & 31];
        int opc = word >>> 29 & 3;
        long r = opc == 1 ? a | mask : opc == 2 ? a ^ mask : a & mask;
        if (!is64) {
            r &= 0xFFFFFFFFL;
        }
        x[opc == 3 ? destination(word & 31) : orStackPointer(word & 31)] = r;
        return opc != 3 ? nzcv : is64 ? Alu.logicalFlags(r) : Alu.logicalFlags((int) r);
    }

    private static boolean moveWide(long[] x, int word) {
        int opc = word >>> 29 & 3;
        int shift = (word >>> 21 & 3) << 4;
        boolean is64 = word < 0;
        if (opc == 1 || !is64 && shift > 16) {
            return false;
        }
        long immediate = (word >>> 5 & 0xFFFFL) << shift;
        long r = opc == 0 ? ~immediate : opc == 2 ? immediate : x[word & 31] & ~(0xFFFFL << shift) | immediate;
        x[destination(word & 31)] = is64 ? r : r & 0xFFFFFFFFL;
        return true;
    }

    private static boolean bitfield(long[] x, int word) {
        boolean is64 = word < 0;
        int opc = word >>> 29 & 3;
        int immr = word >>> 16 & 0x3F;
        int imms = word >>> 10 & 0x3F;
        if (opc == 3 || is64 != ((word >>> 22 & 1) != 0) || !is64 && (immr > 31 || imms > 31)) {
            return false;
        }
        long source = x[word >>> 5 & 31];
        int width = is64 ? 64 : 32;
        long mask;
        long field;
        int sign;
        if (imms >= immr) {
            mask = Alu.ones(imms - immr + 1);
            field = source >>> immr & mask;
            sign = imms - immr;
        } else {
            mask = Alu.ones(imms + 1) << width - immr;
            field = source << width - immr & mask;
            sign = imms + width - immr;
        }
        long r;
        if (opc == 0) {
            r = field << 63 - sign >> 63 - sign;
        } else if (opc == 1) {
            r = x[word & 31] & ~mask | field;
        } else {
            r = field;
        }
        x[destination(word & 31)] = is64 ? r : r & 0xFFFFFFFFL;
        return true;
    }

    private static boolean extract(long[] x, int word) {
        boolean is64 = word < 0;
        int lsb = word >>> 10 & 0x3F;
        if ((word >>> 29 & 3) != 0 || (word >>> 21 & 1) != 0 || is64 != ((word >>> 22 & 1) != 0) || !is64 && lsb > 31) {
            return false;
        }
        long high = x[word >>> 5 & 31];
        long low = x[word >>> 16 & 31];
        int d = destination(word & 31);
        if (is64) {
            x[d] = lsb == 0 ? low : low >>> lsb | high << 64 - lsb;
        } else {
            x[d] = (high << 32 | low & 0xFFFFFFFFL) >>> lsb & 0xFFFFFFFFL;
        }
        return true;
    }
}
