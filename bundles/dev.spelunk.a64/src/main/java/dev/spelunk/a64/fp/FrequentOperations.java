// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import dev.spelunk.a64.OperationNames;
import dev.spelunk.api.state.PeState;
import java.util.Map;

/**
 * The frequent scalar floating-point instructions, decoded once to a number and executed by it. What an engine
 * does not find here it gives to {@link ScalarFloatingPoint}, which means the same.
 */
public final class FrequentOperations {
    private static final int FADD_D = 0;
    private static final int FSUB_D = 1;
    private static final int FMUL_D = 2;
    private static final int FDIV_D = 3;
    private static final int FNMUL_D = 4;
    private static final int FMADD_D = 5;
    private static final int FMSUB_D = 6;
    private static final int FNMADD_D = 7;
    private static final int FNMSUB_D = 8;
    private static final int FMOV_D = 9;
    private static final int FABS_D = 10;
    private static final int FNEG_D = 11;
    private static final int FSQRT_D = 12;
    private static final int FCVT_S_D = 13;
    private static final int FADD_S = 14;
    private static final int FSUB_S = 15;
    private static final int FMUL_S = 16;
    private static final int FDIV_S = 17;
    private static final int FNMUL_S = 18;
    private static final int FMADD_S = 19;
    private static final int FMSUB_S = 20;
    private static final int FNMADD_S = 21;
    private static final int FNMSUB_S = 22;
    private static final int FMOV_S = 23;
    private static final int FABS_S = 24;
    private static final int FNEG_S = 25;
    private static final int FSQRT_S = 26;
    private static final int FCVT_D_S = 27;
    private static final int SCVTF_D_X = 28;
    private static final int SCVTF_D_W = 29;
    private static final int UCVTF_D_W = 30;
    private static final int SCVTF_S_W = 31;
    private static final int FMOV_D_X = 32;
    private static final int FMOV_S_W = 33;
    private static final int FMOV_D_IMMEDIATE = 34;
    private static final int FMOV_S_IMMEDIATE = 35;
    private static final int FCMP_D = 36;
    private static final int FCMPE_D = 37;
    private static final int FCMP_D_ZERO = 38;
    private static final int FCMPE_D_ZERO = 39;
    private static final int FCMP_S = 40;
    private static final int FCMPE_S = 41;
    private static final int FCMP_S_ZERO = 42;
    private static final int FCMPE_S_ZERO = 43;
    private static final int FCVTZS_X_D = 44;
    private static final int FCVTZS_W_D = 45;
    private static final int FCVTZS_W_S = 46;
    private static final int FMOV_X_D = 47;
    private static final int FMOV_W_S = 48;

    /** Operations below this write a vector register. */
    private static final int WRITES_VECTOR = FCMP_D;

    private static final long SINGLE = 0xFFFFFFFFL;
    private static final long SIGN_D = 1L << 63;
    private static final long SIGN_S = 1L << 31;

    private static final Map<String, Integer> NAMES = OperationNames.of(FrequentOperations.class);

    private FrequentOperations() {}

    /**
     * The number of an operation.
     *
     * @param name as the constants of this class are called, and the decodings of the instruction table
     * @return -1 when there is none of that name
     */
    public static int named(String name) {
        return NAMES.getOrDefault(name, -1);
    }

    /** The operation as it is executed, with the register of the addend, 0 where it has none. */
    public static int operation(int number, int addend) {
        return number | addend << 8;
    }

    /** Whether the decoded operation's destination is a general-purpose register. */
    public static boolean writesGeneral(int operation) {
        return (operation & 0xFF) >= FCVTZS_X_D;
    }

    /** Whether the decoded operation's first source is a general-purpose register. */
    public static boolean readsGeneral(int operation) {
        int number = operation & 0xFF;
        return number >= SCVTF_D_X && number <= FMOV_S_W;
    }

    /** Whether the decoded operation sets the flags. */
    public static boolean compares(int operation) {
        int number = operation & 0xFF;
        return number >= FCMP_D && number <= FCMPE_S_ZERO;
    }

    /**
     * Executes a decoded operation, access to the registers having been checked.
     *
     * @param operation as {@link #operation} gives it
     * @param d destination: an index in {@link PeState#x} where {@link #writesGeneral}, else a vector register
     * @param n first source, an index in {@link PeState#x} or a vector register
     * @param m second source, a vector register, or the immediate
     */
    public static void execute(PeState pe, int operation, int d, int n, int m) {
        long[] v = pe.v;
        int number = operation & 0xFF;
        if (number >= WRITES_VECTOR) {
            executeOther(pe, number, d, n, m);
            return;
        }
        long result = number < FADD_S
                ? inDouble(pe, v, number, n, m, operation >>> 8)
                : number < SCVTF_D_X ? inSingle(pe, v, number, n, m, operation >>> 8) : moved(pe, number, n, m);
        v[d << 1] = result;
        v[(d << 1) + 1] = 0;
    }

    /** Operations on double precision. */
    private static long inDouble(PeState pe, long[] v, int number, int n, int m, int a) {
        switch (number) {
            case FADD_D:
                return DoublePrecision.add(pe, v[n << 1], v[m << 1]);
            case FSUB_D:
                return DoublePrecision.sub(pe, v[n << 1], v[m << 1]);
            case FMUL_D:
                return DoublePrecision.mul(pe, v[n << 1], v[m << 1]);
            case FDIV_D:
                return DoublePrecision.div(pe, v[n << 1], v[m << 1]);
            case FNMUL_D:
                return DoublePrecision.mul(pe, v[n << 1], v[m << 1]) ^ SIGN_D;
            case FMADD_D:
                return DoublePrecision.mulAdd(pe, v[a << 1], v[n << 1], v[m << 1]);
            case FMSUB_D:
                return DoublePrecision.mulAdd(pe, v[a << 1], v[n << 1] ^ SIGN_D, v[m << 1]);
            case FNMADD_D:
                return DoublePrecision.mulAdd(pe, v[a << 1] ^ SIGN_D, v[n << 1] ^ SIGN_D, v[m << 1]);
            case FNMSUB_D:
                return DoublePrecision.mulAdd(pe, v[a << 1] ^ SIGN_D, v[n << 1], v[m << 1]);
            case FMOV_D:
                return v[n << 1];
            case FABS_D:
                return v[n << 1] & ~SIGN_D;
            case FNEG_D:
                return v[n << 1] ^ SIGN_D;
            case FSQRT_D:
                return DoublePrecision.sqrt(pe, v[n << 1]);
            default:
                return SinglePrecision.fromDouble(pe, v[n << 1]) & SINGLE;
        }
    }

    /** Operations on single precision. */
    private static long inSingle(PeState pe, long[] v, int number, int n, int m, int a) {
        switch (number) {
            case FADD_S:
                return SinglePrecision.add(pe, (int) v[n << 1], (int) v[m << 1]) & SINGLE;
            case FSUB_S:
                return SinglePrecision.sub(pe, (int) v[n << 1], (int) v[m << 1]) & SINGLE;
            case FMUL_S:
                return SinglePrecision.mul(pe, (int) v[n << 1], (int) v[m << 1]) & SINGLE;
            case FDIV_S:
                return SinglePrecision.div(pe, (int) v[n << 1], (int) v[m << 1]) & SINGLE;
            case FNMUL_S:
                return SinglePrecision.mul(pe, (int) v[n << 1], (int) v[m << 1]) & SINGLE ^ SIGN_S;
            case FMADD_S:
                return SinglePrecision.mulAdd(pe, (int) v[a << 1], (int) v[n << 1], (int) v[m << 1]) & SINGLE;
            case FMSUB_S:
                return SinglePrecision.mulAdd(pe, (int) v[a << 1], (int) (v[n << 1] ^ SIGN_S), (int) v[m << 1])
                        & SINGLE;
            case FNMADD_S:
                return SinglePrecision.mulAdd(
                                pe, (int) (v[a << 1] ^ SIGN_S), (int) (v[n << 1] ^ SIGN_S), (int) v[m << 1])
                        & SINGLE;
            case FNMSUB_S:
                return SinglePrecision.mulAdd(pe, (int) (v[a << 1] ^ SIGN_S), (int) v[n << 1], (int) v[m << 1])
                        & SINGLE;
            case FMOV_S:
                return v[n << 1] & SINGLE;
            case FABS_S:
                return v[n << 1] & SINGLE & ~SIGN_S;
            case FNEG_S:
                return v[n << 1] & SINGLE ^ SIGN_S;
            case FSQRT_S:
                return SinglePrecision.sqrt(pe, (int) v[n << 1]) & SINGLE;
            default:
                return SinglePrecision.toDouble(pe, (int) v[n << 1]);
        }
    }

    /** What comes from a general-purpose register or from the instruction. */
    private static long moved(PeState pe, int number, int n, int m) {
        switch (number) {
            case SCVTF_D_X:
                return DoublePrecision.fromInteger(pe, pe.x[n]);
            case SCVTF_D_W:
                return DoublePrecision.fromInteger(pe, (int) pe.x[n]);
            case UCVTF_D_W:
                return DoublePrecision.fromInteger(pe, pe.x[n] & SINGLE);
            case SCVTF_S_W:
                return Conversions.fromFixed(pe, 32, (int) pe.x[n], 0, false);
            case FMOV_D_X:
                return pe.x[n];
            case FMOV_S_W:
                return pe.x[n] & SINGLE;
            case FMOV_D_IMMEDIATE:
                return ScalarFloatingPoint.expandImmediate(64, m);
            default:
                return ScalarFloatingPoint.expandImmediate(32, m);
        }
    }

    /** Comparisons, and what goes to a general-purpose register. */
    private static void executeOther(PeState pe, int number, int d, int n, int m) {
        long[] v = pe.v;
        switch (number) {
            case FCMP_D:
                pe.nzcv = DoublePrecision.compare(pe, v[n << 1], v[m << 1], false);
                break;
            case FCMPE_D:
                pe.nzcv = DoublePrecision.compare(pe, v[n << 1], v[m << 1], true);
                break;
            case FCMP_D_ZERO:
                pe.nzcv = DoublePrecision.compare(pe, v[n << 1], 0, false);
                break;
            case FCMPE_D_ZERO:
                pe.nzcv = DoublePrecision.compare(pe, v[n << 1], 0, true);
                break;
            case FCMP_S:
                pe.nzcv = SinglePrecision.compare(pe, (int) v[n << 1], (int) v[m << 1], false);
                break;
            case FCMPE_S:
                pe.nzcv = SinglePrecision.compare(pe, (int) v[n << 1], (int) v[m << 1], true);
                break;
            case FCMP_S_ZERO:
                pe.nzcv = SinglePrecision.compare(pe, (int) v[n << 1], 0, false);
                break;
            case FCMPE_S_ZERO:
                pe.nzcv = SinglePrecision.compare(pe, (int) v[n << 1], 0, true);
                break;
            case FCVTZS_X_D:
                pe.x[d] = DoublePrecision.toIntegerZero(pe, v[n << 1], 64);
                break;
            case FCVTZS_W_D:
                pe.x[d] = DoublePrecision.toIntegerZero(pe, v[n << 1], 32);
                break;
            case FCVTZS_W_S:
                pe.x[d] = Conversions.toFixed(pe, 32, v[n << 1], 0, false, FloatingPoint.TO_ZERO, 32);
                break;
            case FMOV_X_D:
                pe.x[d] = v[n << 1];
                break;
            default:
                pe.x[d] = v[n << 1] & SINGLE;
                break;
        }
    }
}
