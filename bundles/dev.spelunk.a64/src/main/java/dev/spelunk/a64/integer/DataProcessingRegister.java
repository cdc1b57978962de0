// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.integer;

import static dev.spelunk.a64.integer.DataProcessingImmediate.UNALLOCATED;
import static dev.spelunk.a64.integer.DataProcessingImmediate.destination;
import static dev.spelunk.a64.integer.DataProcessingImmediate.orStackPointer;

/** Data processing, register (DDI 0487, C4.1.95): works on the general-purpose registers and flags alone. */
public final class DataProcessingRegister {
    private static final long LOW = 0xFFFFFFFFL;

    private DataProcessingRegister() {}

    /**
     * Executes one instruction.
     *
     * @param features {@link Features#CRC32} and the following
     * @return the new NZCV, or {@link DataProcessingImmediate#UNALLOCATED} with nothing changed
     */
    public static int execute(long[] x, int word, int nzcv, int features) {
        int group = word >>> 21 & 15;
        if ((word >>> 28 & 1) == 0) {
            if (group < 8) {
                return logicalShifted(x, word, nzcv);
            }
            return (group & 1) == 0 ? addSubtractShifted(x, word, nzcv) : addSubtractExtended(x, word, nzcv);
        }
        switch (group) {
            case 0:
                return carryAndFlags(x, word, nzcv, features);
            case 2:
                return conditionalCompare(x, word, nzcv);
            case 4:
                return conditionalSelect(x, word, nzcv) ? nzcv : UNALLOCATED;
            case 6:
                if ((word >>> 29 & 1) != 0) {
                    return UNALLOCATED;
                }
                return ((word >>> 30 & 1) == 0 ? twoSource(x, word, features) : oneSource(x, word))
                        ? nzcv
                        : UNALLOCATED;
            case 8:
            case 9:
            case 10:
            case 11:
            case 12:
            case 13:
            case 14:
            case 15:
                return threeSource(x, word) ? nzcv : UNALLOCATED;
            default:
                return UNALLOCATED;
        }
    }

    private static void put(long[] x, int word, long value) {
        x[destination(word & 31)] = word < 0 ? value : value & LOW;
    }

    private static int logicalShifted(long[] x, int word, int nzcv) {
        int amount = word >>> 10 & 0x3F;
        if (word >= 0 && amount > 31) {
            return UNALLOCATED;
        }
        long b = x[word >>> 16 & 31];
        int type = word >>> 22 & 3;
        b = word < 0 ? Alu.shift(b, type, amount) : Alu.shift((int) b, type, amount);
        if ((word >>> 21 & 1) != 0) {
            b = ~b;
        }
        long a = x[word >>> 5 & 31];
        int opc = word >>> 29 & 3;
        long r = opc == 1 ? a | b : opc == 2 ? a ^ b : a & b;
        put(x, word, r);
        return opc != 3 ? nzcv : word < 0 ? Alu.logicalFlags(r) : Alu.logicalFlags((int) r);
    }

    private static int addSubtractShifted(long[] x, int word, int nzcv) {
        int amount = word >>> 10 & 0x3F;
        int type = word >>> 22 & 3;
        if (type == 3 || word >= 0 && amount > 31) {
            return UNALLOCATED;
        }
        long b = x[word >>> 16 & 31];
        b = word < 0 ? Alu.shift(b, type, amount) : Alu.shift((int) b, type, amount);
        return addSubtract(x, word, nzcv, x[word >>> 5 & 31], b, destination(word & 31));
    }

    private static int addSubtractExtended(long[] x, int word, int nzcv) {
        int shift = word >>> 10 & 7;
        if (shift > 4 || (word >>> 22 & 3) != 0) {
            return UNALLOCATED;
        }
        long b = Alu.extend(x[word >>> 16 & 31], word >>> 13 & 7, shift);
        int d = (word >>> 29 & 1) != 0 ? destination(word & 31) : orStackPointer(word & 31);
        return addSubtract(x, word, nzcv, x[orStackPointer(word >>> 5 & 31)], b, d);
    }

    private static int addSubtract(long[] x, int word, int nzcv, long a, long b, int d) {
        boolean subtract = (word >>> 30 & 1) != 0;
        boolean setFlags = (word >>> 29 & 1) != 0;
        if (word < 0) {
            long r = subtract ? a - b : a + b;
            x[d] = r;
            return !setFlags ? nzcv : subtract ? Alu.subFlags(a, b, r) : Alu.addFlags(a, b, r);
        }
        int r = subtract ? (int) a - (int) b : (int) a + (int) b;
        x[d] = r & LOW;
        return !setFlags ? nzcv : subtract ? Alu.subFlags((int) a, (int) b, r) : Alu.addFlags((int) a, (int) b, r);
    }

    private static int carryAndFlags(long[] x, int word, int nzcv, int features) {
        int op3 = word >>> 10 & 0x3F;
        if (op3 == 0) {
            return addWithCarry(x, word, nzcv);
        }
        if ((features & IntegerFeatures.FLAGM) == 0 || (word >>> 29 & 3) != 1) {
            return UNALLOCATED;
        }
        if ((op3 & 0x1F) == 1 && word < 0 && (word & 0x10) == 0) {
            int mask = word & 15;
            int value = (int) Long.rotateRight(x[word >>> 5 & 31], word >>> 15 & 0x3F) & 15;
            return nzcv & ~mask | value & mask;
        }
        if ((op3 & 0xF) == 2 && word >= 0 && (word >>> 15 & 0x3F) == 0 && (word & 0x1F) == 0xD) {
            int shift = (op3 & 0x10) == 0 ? 24 : 16;
            int value = (int) x[word >>> 5 & 31];
            int top = value << shift;
            return (top >>> 31) << 3 | (top == 0 ? 4 : 0) | nzcv & 2 | (value << shift - 1 ^ top) >>> 31;
        }
        return UNALLOCATED;
    }

    private static int addWithCarry(long[] x, int word, int nzcv) {
        long a = x[word >>> 5 & 31];
        long b = x[word >>> 16 & 31];
        if ((word >>> 30 & 1) != 0) {
            b = ~b;
        }
        int carry = nzcv >>> 1 & 1;
        boolean setFlags = (word >>> 29 & 1) != 0;
        if (word < 0) {
            long r = a + b + carry;
            x[destination(word & 31)] = r;
            return setFlags ? Alu.addFlags(a, b, r) : nzcv;
        }
        int r = (int) a + (int) b + carry;
        x[destination(word & 31)] = r & LOW;
        return setFlags ? Alu.addFlags((int) a, (int) b, r) : nzcv;
    }

    private static int conditionalCompare(long[] x, int word, int nzcv) {
        if ((word & 0x10) != 0 || (word & 0x400) != 0 || (word >>> 29 & 1) == 0) {
            return UNALLOCATED;
        }
        if (!Alu.holds(word >>> 12 & 15, nzcv)) {
            return word & 15;
        }
        long a = x[word >>> 5 & 31];
        long b = (word & 0x800) != 0 ? word >>> 16 & 31 : x[word >>> 16 & 31];
        boolean subtract = (word >>> 30 & 1) != 0;
        if (word < 0) {
            return subtract ? Alu.subFlags(a, b, a - b) : Alu.addFlags(a, b, a + b);
        }
        int p = (int) a;
        int q = (int) b;
        return subtract ? Alu.subFlags(p, q, p - q) : Alu.addFlags(p, q, p + q);
    }

    private static boolean conditionalSelect(long[] x, int word, int nzcv) {
        if ((word >>> 29 & 1) != 0 || (word & 0x800) != 0) {
            return false;
        }
        long r;
        if (Alu.holds(word >>> 12 & 15, nzcv)) {
            r = x[word >>> 5 & 31];
        } else {
            r = x[word >>> 16 & 31];
            if ((word >>> 30 & 1) != 0) {
                r = ~r;
            }
            if ((word & 0x400) != 0) {
                r++;
            }
        }
        put(x, word, r);
        return true;
    }

    private static boolean twoSource(long[] x, int word, int features) {
        boolean is64 = word < 0;
        long a = x[word >>> 5 & 31];
        long b = x[word >>> 16 & 31];
        int opcode = word >>> 10 & 0x3F;
        long r;
        switch (opcode) {
            case 2:
                r = is64 ? Alu.divideUnsigned(a, b) : Alu.divideUnsigned((int) a, (int) b);
                break;
            case 3:
                r = is64 ? Alu.divide(a, b) : Alu.divide((int) a, (int) b);
                break;
            case 8:
            case 9:
            case 10:
            case 11:
                r = is64 ? Alu.shift(a, opcode & 3, (int) b & 63) : Alu.shift((int) a, opcode & 3, (int) b & 31);
                break;
            case 16:
            case 17:
            case 18:
            case 19:
            case 20:
            case 21:
            case 22:
            case 23:
                if ((features & IntegerFeatures.CRC32) == 0 || is64 != ((opcode & 3) == 3)) {
                    return false;
                }
                x[destination(word & 31)] = Alu.crc32((int) a, b, 1 << (opcode & 3), (opcode & 4) != 0) & LOW;
                return true;
            default:
                return false;
        }
        put(x, word, r);
        return true;
    }

    private static boolean oneSource(long[] x, int word) {
        if ((word >>> 16 & 31) != 0) {
            return false;
        }
        boolean is64 = word < 0;
        long a = x[word >>> 5 & 31];
        long r;
        switch (word >>> 10 & 0x3F) {
            case 0:
                r = is64 ? Long.reverse(a) : Integer.reverse((int) a);
                break;
            case 1:
                r = Alu.reverse16(a);
                break;
            case 2:
                r = is64 ? Long.rotateLeft(Long.reverseBytes(a), 32) : Integer.reverseBytes((int) a);
                break;
            case 3:
                if (!is64) {
                    return false;
                }
                r = Long.reverseBytes(a);
                break;
            case 4:
                r = is64 ? Long.numberOfLeadingZeros(a) : Integer.numberOfLeadingZeros((int) a);
                break;
            case 5:
                r = is64
                        ? Long.numberOfLeadingZeros(a ^ a >> 63) - 1
                        : Integer.numberOfLeadingZeros((int) a ^ (int) a >> 31) - 1;
                break;
            default:
                return false;
        }
        put(x, word, r);
        return true;
    }

    private static boolean threeSource(long[] x, int word) {
        if ((word >>> 29 & 3) != 0) {
            return false;
        }
        int operation = (word >>> 21 & 7) << 1 | word >>> 15 & 1;
        long n = x[word >>> 5 & 31];
        long m = x[word >>> 16 & 31];
        long a = x[word >>> 10 & 31];
        long r;
        if (operation != 0 && operation != 1 && word >= 0) {
            return false;
        }
        switch (operation) {
            case 0:
                r = a + n * m;
                break;
            case 1:
                r = a - n * m;
                break;
            case 2:
                r = a + (long) (int) n * (int) m;
                break;
            case 3:
                r = a - (long) (int) n * (int) m;
                break;
            case 4:
                r = Math.multiplyHigh(n, m);
                break;
            case 10:
                r = a + (n & LOW) * (m & LOW);
                break;
            case 11:
                r = a - (n & LOW) * (m & LOW);
                break;
            case 12:
                r = Alu.unsignedMultiplyHigh(n, m);
                break;
            default:
                return false;
        }
        put(x, word, r);
        return true;
    }
}
