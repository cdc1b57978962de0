// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

import dev.spelunk.api.state.Operation;

/**
 * Which registers an instruction reads and writes, as sets of bits: X0 to X30, V0 to V31 and the flags, by its
 * encoding group (DDI 0487, C4.1). Register 31 as general-purpose register never waits.
 */
final class Operands {
    /** Position of V0. */
    static final int V = 32;
    /** Position of NZCV, where X31 would be. */
    static final int FLAGS = 31;

    private static final long GENERAL = (1L << 31) - 1;

    long reads;
    long writes;

    /** Describes an operation. */
    void of(Operation o) {
        reads = 0;
        writes = 0;
        int word = o.word;
        switch (word >>> 25 & 15) {
            case 8:
            case 9:
                immediate(word);
                break;
            case 10:
            case 11:
                branchOrSystem(word);
                break;
            case 5:
            case 13:
                register(word);
                break;
            case 7:
            case 15:
                vector(word);
                break;
            default:
                if (o.operationClass == Operation.LOAD_STORE) {
                    loadStore(word, o);
                }
                break;
        }
    }

    private static long x(int word, int shift) {
        return 1L << (word >>> shift & 31) & GENERAL;
    }

    private static long v(int word, int shift) {
        return 1L << V + (word >>> shift & 31);
    }

    private void immediate(int word) {
        writes = x(word, 0);
        int group = word >>> 23 & 7;
        int opc = word >>> 29 & 3;
        if (group > 1 && !(group == 5 && opc != 3)) {
            reads = group == 5 ? x(word, 0) : x(word, 5);
        }
        if (group == 7) {
            reads |= x(word, 16);
        }
        if (group == 2 && (opc & 1) != 0 || group == 4 && opc == 3) {
            writes |= 1L << FLAGS;
        }
    }

    private void branchOrSystem(int word) {
        switch (word >>> 29) {
            case 1:
            case 5:
                reads = x(word, 0);
                break;
            case 2:
                reads = 1L << FLAGS;
                break;
            case 4:
                writes = 1L << 30;
                break;
            case 6:
                indirectOrSystem(word);
                break;
            default:
                break;
        }
    }

    private void indirectOrSystem(int word) {
        if ((word >>> 25 & 1) != 0) {
            reads = x(word, 5);
            if ((word >>> 21 & 7) == 1) {
                writes = 1L << 30;
            }
        } else if ((word & 0xFFC00000) == 0xD5000000 && (word >>> 19 & 3) != 0) {
            if ((word >>> 21 & 1) != 0) {
                writes = x(word, 0);
            } else {
                reads = x(word, 0);
            }
        }
    }

    private void register(int word) {
        writes = x(word, 0);
        reads = x(word, 5) | x(word, 16);
        int opc = word >>> 29 & 3;
        switch (word >>> 24 & 31) {
            case 10:
                writes |= opc == 3 ? 1L << FLAGS : 0;
                break;
            case 11:
                writes |= (opc & 1) != 0 ? 1L << FLAGS : 0;
                break;
            case 27:
                reads |= x(word, 10);
                break;
            default:
                other(word, opc);
                break;
        }
    }

    /** Carry, condition, and one and two source forms: bits 28:24 are 11010. */
    private void other(int word, int opc) {
        switch (word >>> 21 & 7) {
            case 0:
                reads |= 1L << FLAGS;
                writes |= (opc & 1) != 0 ? 1L << FLAGS : 0;
                break;
            case 2:
                reads = x(word, 5) | ((word >>> 11 & 1) == 0 ? x(word, 16) : 0) | 1L << FLAGS;
                writes = 1L << FLAGS;
                break;
            case 4:
                reads |= 1L << FLAGS;
                break;
            case 6:
                reads = (opc & 2) != 0 ? x(word, 5) : reads;
                break;
            default:
                break;
        }
    }

    private void loadStore(int word, Operation o) {
        boolean vector = (word >>> 26 & 1) != 0;
        boolean pair = (word >>> 28 & 3) == 2;
        long data = vector ? v(word, 0) : x(word, 0);
        if (pair) {
            data |= vector ? v(word, 10) : x(word, 10);
        }
        boolean literal = (word >>> 28 & 3) == 1 && (word >>> 24 & 1) == 0;
        reads = literal ? 0 : x(word, 5);
        if (o.is(Operation.LOAD)) {
            writes = data;
        } else {
            reads |= data;
        }
        boolean single = (word >>> 28 & 3) == 3 && (word >>> 24 & 1) == 0;
        if (single && (word >>> 21 & 1) != 0 && (word >>> 10 & 3) == 2) {
            reads |= x(word, 16);
        }
        if (single && (word >>> 21 & 1) == 0 && (word >>> 10 & 1) != 0 || pair && (word >>> 23 & 1) != 0) {
            writes |= x(word, 5);
        }
        if (o.is(Operation.ATOMIC)) {
            operand(word, data, single);
        } else if (o.is(Operation.EXCLUSIVE) && !o.is(Operation.LOAD)) {
            writes |= x(word, 16);
        }
    }

    /** LDADD and the like have an operand in Xs; compare and swap has the compared value there, and the old one after. */
    private void operand(int word, long data, boolean single) {
        reads |= x(word, 16);
        if (!single) {
            reads |= data;
            writes = x(word, 16);
        }
    }

    private void vector(int word) {
        writes = v(word, 0);
        reads = v(word, 5) | v(word, 16);
        if ((word & 0x5F000000) == 0x1F000000) {
            reads |= v(word, 10);
        } else if ((word & 0x5F200000) == 0x1E200000) {
            scalar(word);
        } else if ((word & 0x9FE08400) == 0x0E000400) {
            general(word);
        } else if (accumulates(word)) {
            reads |= v(word, 0);
        }
    }

    /** Scalar floating point: conversions with a general-purpose register, compares, conditional selects. */
    private void scalar(int word) {
        int opcode = word >>> 16 & 7;
        switch (word >>> 10 & 3) {
            case 1:
                reads |= 1L << FLAGS;
                writes = 1L << FLAGS;
                break;
            case 3:
                reads |= 1L << FLAGS;
                break;
            case 0:
                if ((word >>> 10 & 63) == 0) {
                    boolean fromGeneral = opcode == 2 || opcode == 3 || opcode == 7;
                    reads = fromGeneral ? x(word, 5) : v(word, 5);
                    writes = fromGeneral ? v(word, 0) : x(word, 0);
                } else if ((word >>> 10 & 15) == 8) {
                    writes = 1L << FLAGS;
                } else if ((word >>> 12 & 1) != 0) {
                    reads = 0;
                } else {
                    reads = v(word, 5);
                }
                break;
            default:
                break;
        }
    }

    /** DUP, INS, SMOV and UMOV. */
    private void general(int word) {
        int imm4 = word >>> 11 & 15;
        if (imm4 == 1 || imm4 == 3) {
            reads = x(word, 5) | (imm4 == 3 ? v(word, 0) : 0);
        } else if (imm4 == 5 || imm4 == 7) {
            reads = v(word, 5);
            writes = x(word, 0);
        }
    }

    /** Multiply-accumulate, dot product, absolute difference and accumulate, cryptography: they read Vd too. */
    private static boolean accumulates(int word) {
        if ((word & 0x9F000000) == 0x0F000000) {
            int opcode = word >>> 12 & 15;
            return (word >>> 10 & 1) == 0 && (opcode & 3) != 3 && opcode != 8 && opcode != 9 && opcode != 10;
        }
        if ((word & 0xFF3E0C00) == 0x4E280800 || (word & 0xFF208C00) == 0x5E000000) {
            return true;
        }
        if ((word & 0x9F200C00) == 0x0E200000) {
            int opcode = word >>> 12 & 15;
            return opcode == 5 || opcode == 8 || opcode == 10;
        }
        int opcode = word >>> 11 & 31;
        return (word & 0x9F000400) == 0x0E000400 && (opcode == 18 || opcode == 25);
    }
}
