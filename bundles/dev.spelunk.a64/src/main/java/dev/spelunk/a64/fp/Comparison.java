// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;

/** Comparisons, maxima and minima, for every size. */
final class Comparison {
    private static final int LESS = 8;
    private static final int EQUAL = 6;
    private static final int GREATER = 2;
    private static final int UNORDERED = 3;

    private Comparison() {}

    /** FPCompare. @return NZCV */
    static int compare(PeState pe, int size, long op1, long op2, boolean signalling) {
        long a = Format.operand(pe, size, op1);
        long b = Format.operand(pe, size, op2);
        if (Format.isNaN(size, a) || Format.isNaN(size, b)) {
            if (signalling || Format.isSignalling(size, a) || Format.isSignalling(size, b)) {
                Format.raise(pe, FPSR.IOC);
            }
            return UNORDERED;
        }
        long order = order(size, a, b);
        return order == 0 ? EQUAL : order < 0 ? LESS : GREATER;
    }

    /** Negative, zero or positive as a is less than, equal to or greater than b; neither is a NaN. */
    private static int order(int size, long a, long b) {
        return Long.compare(signed(size, a), signed(size, b));
    }

    /** The value as an integer of the same order. */
    private static long signed(int size, long a) {
        long magnitude = Format.magnitude(size, a);
        return (a & Format.sign(size)) != 0 ? -magnitude : magnitude;
    }

    /** FPMax and FPMin. */
    static long extreme(PeState pe, int size, long op1, long op2, boolean max) {
        long a = Format.operand(pe, size, op1);
        long b = Format.operand(pe, size, op2);
        if (Format.isNaN(size, a) || Format.isNaN(size, b)) {
            return Format.processNaNs(pe, size, a, b);
        }
        return choose(size, a, b, max);
    }

    private static long choose(int size, long a, long b, boolean max) {
        int order = order(size, a, b);
        if (order == 0) {
            return max ? a & b : a | b;
        }
        return order > 0 == max ? a : b;
    }

    /** FPMaxNum and FPMinNum. */
    static long extremeNumber(PeState pe, int size, long op1, long op2, boolean max) {
        long a = Format.operand(pe, size, op1);
        long b = Format.operand(pe, size, op2);
        boolean quietA = Format.isNaN(size, a) && !Format.isSignalling(size, a);
        boolean quietB = Format.isNaN(size, b) && !Format.isSignalling(size, b);
        if (quietA != quietB) {
            if (quietA && !Format.isNaN(size, b)) {
                return b;
            }
            if (quietB && !Format.isNaN(size, a)) {
                return a;
            }
        }
        if (Format.isNaN(size, a) || Format.isNaN(size, b)) {
            return Format.processNaNs(pe, size, a, b);
        }
        return choose(size, a, b, max);
    }
}
