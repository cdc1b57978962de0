// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

/**
 * Kinds of decoded operations that {@link Interpreter} knows itself. The operands of an operation are one
 * long: registers n (7:0), m (15:8) and d or t (63:56) as indices in {@code PeState.x}, immediate (47:16); while
 * it is decoded its kind is in 55:48. Suffix _X is the 64-bit, _W the 32-bit form.
 */
final class Kinds {
    /** Anything else: executed by {@link Instructions}. */
    static final int SLOW = 0;
    /** Put over an operation for a while, to end a run before it. */
    static final int EXIT = 1;

    static final int NOP = 2;
    /** Another of the group; the immediate is the word. */
    static final int DP_IMMEDIATE = 3;

    static final int DP_REGISTER = 4;
    static final int MOVI = 5;
    /** Pool: the immediate is the index of a constant in the block's ops. */
    static final int MOVI_POOL = 6;

    static final int MOVK = 7;
    static final int MOV_X = 8;
    static final int MOV_W = 9;
    static final int ADDI_X = 10;
    static final int ADDI_W = 11;
    static final int SUBSI_X = 12;
    static final int SUBSI_W = 13;
    static final int ADD_X = 14;
    static final int ADD_W = 15;
    static final int SUB_X = 16;
    static final int SUB_W = 17;
    static final int SUBS_X = 18;
    static final int SUBS_W = 19;
    static final int ADD_LSL_X = 20;
    static final int AND_X = 21;
    static final int ORR_X = 22;
    static final int EOR_X = 23;
    static final int AND_W = 24;
    static final int ORR_W = 25;
    static final int EOR_W = 26;
    static final int EOR_LSL_X = 27;
    static final int EOR_LSR_X = 28;
    static final int ANDI = 29;
    static final int ANDI_POOL = 30;
    static final int ANDSI_X = 31;
    static final int ANDSI_W = 32;
    static final int LSLI_X = 33;
    static final int LSRI_X = 34;
    /** Right shift m, then the mask -1 >>> immediate. */
    static final int UBFX = 35;

    /** Left shift m, then arithmetic right shift by the immediate. */
    static final int SBF_X = 36;

    static final int MADD_X = 37;
    static final int MADD_W = 38;
    static final int CSEL_X = 39;
    static final int CSINC_X = 40;
    static final int CSINC_W = 41;
    /** Memory: the m field is a mask of base address bits that must be 0. */
    static final int LDR_X = 42;

    static final int LDR_W = 43;
    static final int LDR_B = 44;
    static final int STR_X = 45;
    static final int STR_W = 46;
    static final int STR_B = 47;
    /** Offset register: left shift, arithmetic right shift and mask in the immediate's bytes. */
    static final int LDR_X_REG = 48;

    static final int LDR_W_REG = 49;
    static final int LDR_B_REG = 50;
    static final int STR_X_REG = 51;
    static final int STR_W_REG = 52;
    /** Writeback: address offset in the low, base offset in the high half of the immediate. */
    static final int LDR_X_WB = 53;

    static final int LDR_W_WB = 54;
    static final int LDR_B_WB = 55;
    static final int STR_X_WB = 56;
    static final int STR_W_WB = 57;
    /** Pairs: second register in m; offset (16 bits), writeback (12), base mask (4) in the immediate. */
    static final int LDP_X = 58;

    static final int STP_X = 59;
    static final int LDP_X_WB = 60;
    static final int STP_X_WB = 61;
    static final int B = 62;
    static final int BL = 63;
    /** The immediate has a bit for each NZCV for which the condition holds. */
    static final int B_COND = 64;

    static final int CBZ_X = 65;
    static final int CBZ_W = 66;
    static final int CBNZ_X = 67;
    static final int CBNZ_W = 68;
    static final int TBZ = 69;
    static final int TBNZ = 70;
    static final int BR = 71;
    static final int BLR = 72;
    /** End of a block that goes on at the next address. */
    static final int FALL = 73;
    /** The first of the kinds that {@link DataOperations} executes. */
    static final int DATA = 74;

    static final int ADDSI_X = 74;
    static final int ADDSI_W = 75;
    static final int ADDS_X = 76;
    static final int ADDS_W = 77;
    static final int ADD_LSL_W = 78;
    static final int SUB_LSL_X = 79;
    static final int ADD_UXTW = 80;
    static final int BIC_X = 81;
    static final int ANDS_X = 82;
    static final int ANDS_W = 83;
    static final int ORR_LSL_X = 84;
    static final int ORRI_POOL = 85;
    static final int EORI_POOL = 86;
    static final int LSLV_X = 87;
    static final int LSRV_X = 88;
    static final int ASRV_X = 89;
    static final int LSLV_W = 90;
    static final int LSRV_W = 91;
    static final int ASRV_W = 92;
    static final int MSUB_X = 93;
    static final int MSUB_W = 94;
    static final int SMADDL = 95;
    static final int UMADDL = 96;
    static final int CCMP_X = 97;
    static final int CCMP_W = 98;
    static final int CCMPI_X = 99;
    static final int CCMPI_W = 100;
    static final int ADD_SXTW = 101;
    static final int SBF_W = 102;
    static final int CSEL_W = 103;
    static final int UBFIZ = 104;
    /** The first of the kinds that {@link VectorOperations} executes. */
    static final int VECTOR = 105;
    /** A frequent scalar floating-point operation: its number in the immediate, registers as it takes them. */
    static final int FP = 105;
    /** Another one; the immediate is the word. */
    static final int FP_WORD = 106;
    /** Advanced SIMD: the ordinal of the form in m, the word in the immediate. */
    static final int SIMD = 107;
    /** Memory: as LDR_X and STR_X, t is a SIMD&amp;FP register. */
    static final int LDR_S = 108;

    static final int LDR_D = 109;
    static final int LDR_Q = 110;
    static final int STR_S = 111;
    static final int STR_D = 112;
    static final int STR_Q = 113;
    /** Pairs, with writeback or none: as LDP_X_WB and STP_X_WB. */
    static final int LDP_D = 114;

    static final int LDP_Q = 115;
    static final int STP_D = 116;
    static final int STP_Q = 117;

    /** Put over the first operation of a block that is an entry of a translated region. */
    static final int REGION = 118;
    /** The first of the kinds that {@link MemoryOperations} executes; in {@link Block#kinds} they are negative. */
    static final int MEMORY = 128;
    /** Offset register as LDR_X_REG; how wide in the immediate's highest byte, see {@link MemoryOperations}. */
    static final int LOAD_REG = 128;

    static final int STORE_REG = 129;
    /** Offset (16 bits), writeback (12), how wide (4) in the immediate; the m field is the base mask. */
    static final int LOAD = 130;

    static final int STORE = 131;
    /** LDTR and STTR, in the same form. */
    static final int LOAD_UNPRIVILEGED = 132;

    static final int STORE_UNPRIVILEGED = 133;
    /** Pairs, with writeback or none: as LDP_X_WB and STP_X_WB. */
    static final int LDP_W = 134;

    static final int LDPSW = 135;
    static final int STP_W = 136;

    private Kinds() {}
}
