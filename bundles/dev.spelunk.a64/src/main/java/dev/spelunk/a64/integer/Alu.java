// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.integer;

/**
 * The manual's shared functions of integer instructions (DDI 0487, J1.3) over plain values. Flags are
 * PSTATE.NZCV in four bits: N=8, Z=4, C=2, V=1.
 */
public final class Alu {
    /** For each condition, one bit for each value of NZCV for which it holds (DDI 0487, C1.2.4). */
    private static final int[] CONDITIONS = conditions();

    private Alu() {}

    private static int[] conditions() {
        int[] masks = new int[16];
        for (int condition = 0; condition < 16; condition++) {
            for (int nzcv = 0; nzcv < 16; nzcv++) {
                boolean n = (nzcv & 8) != 0;
                boolean z = (nzcv & 4) != 0;
                boolean c = (nzcv & 2) != 0;
                boolean v = (nzcv & 1) != 0;
                boolean holds =
                        switch (condition >> 1) {
                            case 0 -> z;
                            case 1 -> c;
                            case 2 -> n;
                            case 3 -> v;
                            case 4 -> c && !z;
                            case 5 -> n == v;
                            case 6 -> n == v && !z;
                            default -> true;
                        };
                if ((condition & 1) != 0 && condition != 15) {
                    holds = !holds;
                }
                if (holds) {
                    masks[condition] |= 1 << nzcv;
                }
            }
        }
        return masks;
    }

    /** The values of NZCV for which the condition holds, one bit each. */
    public static int conditionMask(int condition) {
        return CONDITIONS[condition & 15];
    }

    /** ConditionHolds. */
    public static boolean holds(int condition, int nzcv) {
        return (CONDITIONS[condition & 15] >>> nzcv & 1) != 0;
    }

    /** Flags of the 64-bit sum r = a + b + carry. Each function here is below 35 bytecodes, so that it is inlined. */
    public static int addFlags(long a, long b, long r) {
        return logicalFlags(r) | addCarry(a, b, r) | (int) (((a ^ r) & (b ^ r)) >>> 63);
    }

    /** Flags of the 32-bit sum r = a + b + carry. */
    public static int addFlags(int a, int b, int r) {
        return logicalFlags(r) | (a & b | (a | b) & ~r) >>> 30 & 2 | ((a ^ r) & (b ^ r)) >>> 31;
    }

    private static int addCarry(long a, long b, long r) {
        return (int) ((a & b | (a | b) & ~r) >>> 62) & 2;
    }

    /** Flags of the 64-bit difference r = a - b. */
    public static int subFlags(long a, long b, long r) {
        return logicalFlags(r) | subCarry(a, b) | (int) (((a ^ b) & (a ^ r)) >>> 63);
    }

    /** Flags of the 32-bit difference r = a - b. */
    public static int subFlags(int a, int b, int r) {
        return logicalFlags(r) | (Integer.compareUnsigned(a, b) >= 0 ? 2 : 0) | ((a ^ b) & (a ^ r)) >>> 31;
    }

    private static int subCarry(long a, long b) {
        return Long.compareUnsigned(a, b) >= 0 ? 2 : 0;
    }

    /** N and Z of a 64-bit result, C and V 0. */
    public static int logicalFlags(long r) {
        return (int) (r >>> 60) & 8 | (r == 0 ? 4 : 0);
    }

    /** N and Z of a 32-bit result, C and V 0. */
    public static int logicalFlags(int r) {
        return r >>> 28 & 8 | (r == 0 ? 4 : 0);
    }

    /** ShiftReg: type 0 LSL, 1 LSR, 2 ASR, 3 ROR; 64-bit value. */
    public static long shift(long value, int type, int amount) {
        switch (type) {
            case 0:
                return value << amount;
            case 1:
                return value >>> amount;
            case 2:
                return value >> amount;
            default:
                return Long.rotateRight(value, amount);
        }
    }

    /** ShiftReg of a 32-bit value. */
    public static int shift(int value, int type, int amount) {
        switch (type) {
            case 0:
                return value << amount;
            case 1:
                return value >>> amount;
            case 2:
                return value >> amount;
            default:
                return Integer.rotateRight(value, amount);
        }
    }

    /** ExtendReg: option as in the encoding (0 UXTB … 3 UXTX, 4 SXTB … 7 SXTX), then a left shift. */
    public static long extend(long value, int option, int shift) {
        long v;
        switch (option) {
            case 0:
                v = value & 0xFF;
                break;
            case 1:
                v = value & 0xFFFF;
                break;
            case 2:
                v = value & 0xFFFFFFFFL;
                break;
            case 4:
                v = (byte) value;
                break;
            case 5:
                v = (short) value;
                break;
            case 6:
                v = (int) value;
                break;
            default:
                v = value;
                break;
        }
        return v << shift;
    }

    /** Whether DecodeBitMasks accepts N:imms for a logical immediate of that width. */
    public static boolean validBitMask(boolean is64, int n, int imms) {
        if (!is64 && n != 0) {
            return false;
        }
        int length = 31 - Integer.numberOfLeadingZeros(n << 6 | ~imms & 0x3F);
        if (length < 1) {
            return false;
        }
        int levels = (1 << length) - 1;
        return (imms & levels) != levels;
    }

    /** The logical immediate N:immr:imms as 64 bits (DecodeBitMasks); the caller has asked {@link #validBitMask}. */
    public static long bitMask(int n, int immr, int imms) {
        int length = 31 - Integer.numberOfLeadingZeros(n << 6 | ~imms & 0x3F);
        int size = 1 << length;
        int levels = size - 1;
        int s = imms & levels;
        int r = immr & levels;
        long element = s == 63 ? -1L : (1L << s + 1) - 1;
        long sizeMask = size == 64 ? -1L : (1L << size) - 1;
        if (r != 0) {
            element = (element >>> r | element << size - r) & sizeMask;
        }
        long mask = element;
        for (int width = size; width < 64; width <<= 1) {
            mask |= mask << width;
        }
        return mask;
    }

    /** The low count bits set, count 0..64. */
    public static long ones(int count) {
        return count >= 64 ? -1L : (1L << count) - 1;
    }

    /** High half of the unsigned product. */
    public static long unsignedMultiplyHigh(long a, long b) {
        return Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a);
    }

    /** SDIV: rounds towards zero; division by zero gives 0, the lowest value by -1 itself. */
    public static long divide(long a, long b) {
        return b == 0 ? 0 : a / b;
    }

    public static int divide(int a, int b) {
        return b == 0 ? 0 : a / b;
    }

    public static long divideUnsigned(long a, long b) {
        return b == 0 ? 0 : Long.divideUnsigned(a, b);
    }

    public static int divideUnsigned(int a, int b) {
        return b == 0 ? 0 : Integer.divideUnsigned(a, b);
    }

    /** CRC32 (polynomial 0x04C11DB7) or CRC32C (0x1EDC6F41) of size bytes of value, bit-reversed as the instruction does. */
    public static int crc32(int accumulator, long value, int size, boolean castagnoli) {
        int polynomial = castagnoli ? 0x82F63B78 : 0xEDB88320;
        int crc = accumulator;
        for (int i = 0; i < size; i++) {
            crc ^= (int) (value >>> 8 * i) & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >>> 1 ^ (-(crc & 1) & polynomial);
            }
        }
        return crc;
    }

    /** REV16: swaps the bytes of each halfword. */
    public static long reverse16(long v) {
        return v >>> 8 & 0x00FF00FF00FF00FFL | (v & 0x00FF00FF00FF00FFL) << 8;
    }
}
