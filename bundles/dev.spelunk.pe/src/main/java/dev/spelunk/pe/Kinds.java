// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

/**
 * Kinds of decoded operations that {@link Interpreter} knows itself. An operation is one long: kind (7:0),
 * registers d or t (15:8), n (23:16) and m (31:24) as indices in {@code PeState.x}, immediate (63:32).
 * Suffix _X is the 64-bit, _W the 32-bit form.
 */
final class Kinds {
    /** Anything else: executed by {@link Instructions}. */
    static final int SLOW = 0;
    static final int NOP = 1;
    /** Another of the group; the immediate is the word. */
    static final int DP_IMMEDIATE = 2;
    static final int DP_REGISTER = 3;
    static final int MOVI = 4;
    /** Pool: the immediate is the index of a constant in the block's ops. */
    static final int MOVI_POOL = 5;
    static final int MOVK = 6;
    static final int MOV_X = 7;
    static final int MOV_W = 8;
    static final int ADDI_X = 9;
    static final int ADDI_W = 10;
    static final int ADDSI_X = 11;
    static final int ADDSI_W = 12;
    static final int SUBSI_X = 13;
    static final int SUBSI_W = 14;
    static final int ADD_X = 15;
    static final int ADD_W = 16;
    static final int SUB_X = 17;
    static final int SUB_W = 18;
    static final int ADDS_X = 19;
    static final int ADDS_W = 20;
    static final int SUBS_X = 21;
    static final int SUBS_W = 22;
    static final int ADD_LSL_X = 23;
    static final int ADD_LSL_W = 24;
    static final int SUB_LSL_X = 25;
    static final int ADD_SXTW = 26;
    static final int ADD_UXTW = 27;
    static final int AND_X = 28;
    static final int ORR_X = 29;
    static final int EOR_X = 30;
    static final int BIC_X = 31;
    static final int ANDS_X = 32;
    static final int AND_W = 33;
    static final int ORR_W = 34;
    static final int EOR_W = 35;
    static final int ANDS_W = 36;
    static final int ORR_LSL_X = 37;
    static final int EOR_LSL_X = 38;
    static final int EOR_LSR_X = 39;
    static final int ANDI = 40;
    static final int ANDI_POOL = 41;
    static final int ORRI_POOL = 42;
    static final int EORI_POOL = 43;
    static final int ANDSI_X = 44;
    static final int ANDSI_W = 45;
    static final int LSLI_X = 46;
    static final int LSRI_X = 47;
    /** Right shift m, then the mask -1 >>> immediate. */
    static final int UBFX = 48;
    static final int UBFIZ = 49;
    /** Left shift m, then arithmetic right shift by the immediate. */
    static final int SBF_X = 50;
    static final int SBF_W = 51;
    static final int LSLV_X = 52;
    static final int LSRV_X = 53;
    static final int ASRV_X = 54;
    static final int LSLV_W = 55;
    static final int LSRV_W = 56;
    static final int ASRV_W = 57;
    static final int MADD_X = 58;
    static final int MADD_W = 59;
    static final int MSUB_X = 60;
    static final int MSUB_W = 61;
    static final int SMADDL = 62;
    static final int UMADDL = 63;
    static final int CSEL_X = 64;
    static final int CSEL_W = 65;
    static final int CSINC_X = 66;
    static final int CSINC_W = 67;
    static final int CCMP_X = 68;
    static final int CCMP_W = 69;
    static final int CCMPI_X = 70;
    static final int CCMPI_W = 71;
    /** Memory: the m field is a mask of base address bits that must be 0. */
    static final int LDR_X = 72;
    static final int LDR_W = 73;
    static final int LDR_H = 74;
    static final int LDR_B = 75;
    static final int LDRSW = 76;
    static final int LDRSH_X = 77;
    static final int LDRSB_X = 78;
    static final int LDRSH_W = 79;
    static final int LDRSB_W = 80;
    static final int STR_X = 81;
    static final int STR_W = 82;
    static final int STR_H = 83;
    static final int STR_B = 84;
    /** Offset register: left shift, arithmetic right shift and mask in the immediate's bytes. */
    static final int LDR_X_REG = 85;
    static final int LDR_W_REG = 86;
    static final int LDR_H_REG = 87;
    static final int LDR_B_REG = 88;
    static final int LDRSW_REG = 89;
    static final int STR_X_REG = 90;
    static final int STR_W_REG = 91;
    static final int STR_B_REG = 92;
    /** Writeback: address offset in the low, base offset in the high half of the immediate. */
    static final int LDR_X_WB = 93;
    static final int LDR_W_WB = 94;
    static final int LDR_B_WB = 95;
    static final int STR_X_WB = 96;
    static final int STR_W_WB = 97;
    static final int STR_B_WB = 98;
    /** Pairs: second register in m; offset (16 bits), writeback (12), base mask (4) in the immediate. */
    static final int LDP_X = 99;
    static final int LDP_W = 100;
    static final int STP_X = 101;
    static final int STP_W = 102;
    static final int LDP_X_WB = 103;
    static final int STP_X_WB = 104;
    static final int B = 105;
    static final int BL = 106;
    /** The immediate has a bit for each NZCV for which the condition holds. */
    static final int B_COND = 107;
    static final int CBZ_X = 108;
    static final int CBZ_W = 109;
    static final int CBNZ_X = 110;
    static final int CBNZ_W = 111;
    static final int TBZ = 112;
    static final int TBNZ = 113;
    static final int BR = 114;
    static final int BLR = 115;
    /** End of a block that goes on at the next address. */
    static final int FALL = 116;
    /** Put over an operation for a while, to end a run before it. */
    static final int EXIT = 117;

    private Kinds() {
    }
}
