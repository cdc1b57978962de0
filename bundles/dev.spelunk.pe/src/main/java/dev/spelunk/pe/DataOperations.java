// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.pe.Kinds.*;

import dev.spelunk.a64.integer.Alu;

/** Decoded data processing operations that are less frequent than those of {@link Interpreter}. */
final class DataOperations {
    private static final long LOW = 0xFFFFFFFFL;

    private DataOperations() {}

    /**
     * Executes an operation of the kinds from {@link Kinds#DATA} on.
     *
     * @param ops operations of the block, with its constants
     * @return the new NZCV
     */
    static int execute(int kind, long op, long[] x, long[] ops, int nzcv) {
        long a;
        long b;
        long r;
        int u;
        int q;
        int s;
        switch (kind) {
            case ADDSI_X:
                a = x[(int) op & 0x3F];
                b = (int) (op >>> 16);
                r = a + b;
                x[(int) (op >>> 56)] = r;
                return Alu.addFlags(a, b, r);
            case ADDSI_W:
                u = (int) x[(int) op & 0x3F];
                q = (int) (op >>> 16);
                s = u + q;
                x[(int) (op >>> 56)] = s & LOW;
                return Alu.addFlags(u, q, s);
            case ADDS_X:
                a = x[(int) op & 0x3F];
                b = x[(int) op >>> 8 & 0x3F];
                r = a + b;
                x[(int) (op >>> 56)] = r;
                return Alu.addFlags(a, b, r);
            case ADDS_W:
                u = (int) x[(int) op & 0x3F];
                q = (int) x[(int) op >>> 8 & 0x3F];
                s = u + q;
                x[(int) (op >>> 56)] = s & LOW;
                return Alu.addFlags(u, q, s);
            case ADD_LSL_W:
                x[(int) (op >>> 56)] = (x[(int) op & 0x3F] + (x[(int) op >>> 8 & 0x3F] << (int) (op >>> 16))) & LOW;
                return nzcv;
            case SUB_LSL_X:
                x[(int) (op >>> 56)] = x[(int) op & 0x3F] - (x[(int) op >>> 8 & 0x3F] << (int) (op >>> 16));
                return nzcv;
            case ADD_UXTW:
                x[(int) (op >>> 56)] = x[(int) op & 0x3F] + ((x[(int) op >>> 8 & 0x3F] & LOW) << (int) (op >>> 16));
                return nzcv;
            case BIC_X:
                x[(int) (op >>> 56)] = x[(int) op & 0x3F] & ~x[(int) op >>> 8 & 0x3F];
                return nzcv;
            case ANDS_X:
                r = x[(int) op & 0x3F] & x[(int) op >>> 8 & 0x3F];
                x[(int) (op >>> 56)] = r;
                return Alu.logicalFlags(r);
            case ANDS_W:
                s = (int) (x[(int) op & 0x3F] & x[(int) op >>> 8 & 0x3F]);
                x[(int) (op >>> 56)] = s & LOW;
                return Alu.logicalFlags(s);
            case ORR_LSL_X:
                x[(int) (op >>> 56)] = x[(int) op & 0x3F] | x[(int) op >>> 8 & 0x3F] << (int) (op >>> 16);
                return nzcv;
            case ORRI_POOL:
                x[(int) (op >>> 56)] = x[(int) op & 0x3F] | ops[(int) (op >>> 16)];
                return nzcv;
            case EORI_POOL:
                x[(int) (op >>> 56)] = x[(int) op & 0x3F] ^ ops[(int) (op >>> 16)];
                return nzcv;
            case LSLV_X:
                x[(int) (op >>> 56)] = x[(int) op & 0x3F] << (int) x[(int) op >>> 8 & 0x3F];
                return nzcv;
            case LSRV_X:
                x[(int) (op >>> 56)] = x[(int) op & 0x3F] >>> (int) x[(int) op >>> 8 & 0x3F];
                return nzcv;
            case ASRV_X:
                x[(int) (op >>> 56)] = x[(int) op & 0x3F] >> (int) x[(int) op >>> 8 & 0x3F];
                return nzcv;
            case LSLV_W:
                x[(int) (op >>> 56)] = ((int) x[(int) op & 0x3F] << (int) x[(int) op >>> 8 & 0x3F]) & LOW;
                return nzcv;
            case LSRV_W:
                x[(int) (op >>> 56)] = ((int) x[(int) op & 0x3F] >>> (int) x[(int) op >>> 8 & 0x3F]) & LOW;
                return nzcv;
            case ASRV_W:
                x[(int) (op >>> 56)] = ((int) x[(int) op & 0x3F] >> (int) x[(int) op >>> 8 & 0x3F]) & LOW;
                return nzcv;
            case MSUB_X:
                x[(int) (op >>> 56)] = x[(int) (op >>> 16)] - x[(int) op & 0x3F] * x[(int) op >>> 8 & 0x3F];
                return nzcv;
            case MSUB_W:
                x[(int) (op >>> 56)] = (x[(int) (op >>> 16)] - x[(int) op & 0x3F] * x[(int) op >>> 8 & 0x3F]) & LOW;
                return nzcv;
            case SMADDL:
                x[(int) (op >>> 56)] =
                        x[(int) (op >>> 16)] + (long) (int) x[(int) op & 0x3F] * (int) x[(int) op >>> 8 & 0x3F];
                return nzcv;
            case UMADDL:
                x[(int) (op >>> 56)] =
                        x[(int) (op >>> 16)] + (x[(int) op & 0x3F] & LOW) * (x[(int) op >>> 8 & 0x3F] & LOW);
                return nzcv;
            case CCMP_X:
                a = x[(int) op & 0x3F];
                b = x[(int) op >>> 8 & 0x3F];
                return ((int) (op >>> 16) >>> nzcv & 1) != 0 ? Alu.subFlags(a, b, a - b) : (int) (op >>> 32) & 15;
            case CCMP_W:
                u = (int) x[(int) op & 0x3F];
                q = (int) x[(int) op >>> 8 & 0x3F];
                return ((int) (op >>> 16) >>> nzcv & 1) != 0 ? Alu.subFlags(u, q, u - q) : (int) (op >>> 32) & 15;
            case CCMPI_X:
                a = x[(int) op & 0x3F];
                b = (int) op >>> 8 & 0x3F;
                return ((int) (op >>> 16) >>> nzcv & 1) != 0 ? Alu.subFlags(a, b, a - b) : (int) (op >>> 32) & 15;
            case CCMPI_W:
                u = (int) x[(int) op & 0x3F];
                q = (int) op >>> 8 & 0x3F;
                return ((int) (op >>> 16) >>> nzcv & 1) != 0 ? Alu.subFlags(u, q, u - q) : (int) (op >>> 32) & 15;
            case ADD_SXTW:
                x[(int) (op >>> 56)] =
                        x[(int) op & 0x3F] + ((long) (int) x[(int) op >>> 8 & 0x3F] << (int) (op >>> 16));
                return nzcv;
            case SBF_W:
                x[(int) (op >>> 56)] = ((int) x[(int) op & 0x3F] << (int) (op >>> 8) >> (int) (op >>> 16)) & LOW;
                return nzcv;
            case CSEL_W:
                x[(int) (op >>> 56)] =
                        (((int) (op >>> 16) >>> nzcv & 1) != 0 ? x[(int) op & 0x3F] : x[(int) op >>> 8 & 0x3F]) & LOW;
                return nzcv;
            case UBFIZ:
                x[(int) (op >>> 56)] = (x[(int) op & 0x3F] & -1L >>> (int) (op >>> 16)) << (int) (op >>> 8);
                return nzcv;
            default:
                throw new IllegalStateException("not a data operation: " + kind);
        }
    }
}
