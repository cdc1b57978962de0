// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import dev.spelunk.api.state.PeState;

/** Conversions between floating-point and general-purpose registers (DDI 0487, C4.1). */
final class ScalarConversions {
    private static final long LOW = 0xFFFFFFFFL;

    private ScalarConversions() {}

    /** Conversion between floating-point and fixed-point. */
    static boolean fixedPoint(PeState pe, int word, int size) {
        boolean is64 = word < 0;
        int fractionBits = 64 - (word >>> 10 & 0x3F);
        if (!is64 && fractionBits > 32) {
            return false;
        }
        switch (word >>> 16 & 31) {
            case 0b00010:
                return from(pe, word, size, is64, fractionBits, false);
            case 0b00011:
                return from(pe, word, size, is64, fractionBits, true);
            case 0b11000:
                return to(pe, word, size, is64, fractionBits, false, FloatingPoint.TO_ZERO);
            case 0b11001:
                return to(pe, word, size, is64, fractionBits, true, FloatingPoint.TO_ZERO);
            default:
                return false;
        }
    }

    /** Conversion between floating-point and integer, and FMOV between registers. */
    static boolean integer(PeState pe, int word, int size, int features) {
        boolean is64 = word < 0;
        int rmode = word >>> 19 & 3;
        int opcode = word >>> 16 & 7;
        if (opcode >= 6) {
            return move(pe, word, size, features, is64, rmode, opcode == 7);
        }
        if (!ScalarFloatingPoint.exists(size, features) || opcode >= 2 && rmode != 0) {
            return false;
        }
        boolean unsigned = (opcode & 1) != 0;
        switch (opcode >> 1) {
            case 0:
                return to(pe, word, size, is64, 0, unsigned, rmode);
            case 1:
                return from(pe, word, size, is64, 0, unsigned);
            default:
                return to(pe, word, size, is64, 0, unsigned, FloatingPoint.TIES_TO_AWAY);
        }
    }

    private static boolean from(PeState pe, int word, int size, boolean is64, int fractionBits, boolean unsigned) {
        long value = pe.x[word >>> 5 & 31];
        if (!is64) {
            value = unsigned ? value & LOW : (int) value;
        }
        boolean plain = size == 64 && fractionBits == 0 && (!unsigned || value >= 0);
        ScalarFloatingPoint.result(
                pe,
                word & 31,
                plain
                        ? DoublePrecision.fromInteger(pe, value)
                        : FloatingPoint.fromFixed(pe, size, value, fractionBits, unsigned));
        return true;
    }

    private static boolean to(
            PeState pe, int word, int size, boolean is64, int fractionBits, boolean unsigned, int rounding) {
        long value = ScalarFloatingPoint.operand(pe, word >>> 5 & 31);
        int width = is64 ? 64 : 32;
        boolean plain = size == 64 && fractionBits == 0 && !unsigned && rounding == FloatingPoint.TO_ZERO;
        pe.x[destination(word & 31)] = plain
                ? DoublePrecision.toIntegerZero(pe, value, width)
                : FloatingPoint.toFixed(pe, size, value, fractionBits, unsigned, rounding, width);
        return true;
    }

    private static int destination(int register) {
        return register == 31 ? PeState.DISCARD : register;
    }

    /** FMOV (general), and FJCVTZS. */
    private static boolean move(
            PeState pe, int word, int size, int features, boolean is64, int rmode, boolean fromGeneral) {
        if (rmode == 0) {
            return moveLow(pe, word, size, features, is64, fromGeneral);
        }
        if (rmode == 1 && is64 && size == 0) {
            if (fromGeneral) {
                pe.v[((word & 31) << 1) + 1] = pe.x[word >>> 5 & 31];
            } else {
                pe.x[destination(word & 31)] = pe.v[((word >>> 5 & 31) << 1) + 1];
            }
            return true;
        }
        if (rmode == 3 && !is64 && size == 64 && !fromGeneral && (features & FpFeatures.JSCVT) != 0) {
            pe.x[destination(word & 31)] =
                    FloatingPoint.toFixedJavaScript(pe, ScalarFloatingPoint.operand(pe, word >>> 5 & 31));
            return true;
        }
        return false;
    }

    private static boolean moveLow(PeState pe, int word, int size, int features, boolean is64, boolean fromGeneral) {
        boolean allocated = size == 16 ? (features & FpFeatures.FP16) != 0 : size == (is64 ? 64 : 32);
        if (!allocated) {
            return false;
        }
        if (fromGeneral) {
            ScalarFloatingPoint.result(pe, word & 31, Format.raw(size, pe.x[word >>> 5 & 31]));
        } else {
            pe.x[destination(word & 31)] = Format.raw(size, ScalarFloatingPoint.operand(pe, word >>> 5 & 31));
        }
        return true;
    }
}
