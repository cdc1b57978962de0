// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

/**
 * The form of an instruction's operands in its word, as the key {@code form} of the table names it: what an engine finds the
 * meaning by, and what it goes by when it decodes ahead. Every allocated instruction has one, and instructions of one form
 * have one meaning: they differ in bits that say which operation it is.
 */
public enum Form {
    /** Of a word that is no instruction. */
    UNALLOCATED,
    PC_RELATIVE,
    /** Register, 12-bit immediate with an optional shift by 12. */
    ADD_IMMEDIATE,
    LOGICAL_IMMEDIATE,
    MOVE_WIDE,
    BITFIELD,
    /** Another one with general-purpose registers and an immediate. */
    INTEGER_IMMEDIATE,
    LOGICAL_REGISTER,
    ADD_REGISTER,
    ADD_EXTENDED,
    CONDITIONAL_COMPARE,
    CONDITIONAL_SELECT,
    SHIFT_VARIABLE,
    /** MADD and MSUB. */
    MULTIPLY,
    /** SMADDL and UMADDL. */
    MULTIPLY_LONG,
    /** Another one on general-purpose registers alone. */
    INTEGER_REGISTER,
    BRANCH,
    BRANCH_CONDITIONAL,
    COMPARE_BRANCH,
    TEST_BRANCH,
    BRANCH_REGISTER,
    /** With pointer authentication: BRAA and the like, RETAA, RETAB. */
    BRANCH_AUTHENTICATED,
    /** SVC, HVC, SMC, BRK, HLT and DCPS1 to DCPS3. */
    EXCEPTION_GENERATION,
    /** ERET. */
    EXCEPTION_RETURN,
    /** ERETAA and ERETAB. */
    EXCEPTION_RETURN_AUTHENTICATED,
    HINT,
    /** A hint that signs, authenticates or strips a pointer where a PE has FEAT_PAuth. */
    POINTER_AUTHENTICATION_HINT,
    /** DSB and DMB. */
    BARRIER,
    /** MRS. */
    SYSTEM_READ,
    /** MSR (register). */
    SYSTEM_WRITE,
    /** TLBI. */
    TLB_INVALIDATE,
    /** Other barriers, PSTATE fields, other SYS, and SYSL. */
    SYSTEM,
    /** UDF, and what is UNDEFINED outside Debug state. */
    UNDEFINED,
    /** Signs, authenticates or strips a pointer in a register. */
    POINTER_AUTHENTICATION,
    EXCLUSIVE,
    EXCLUSIVE_PAIR,
    /** LDAR, STLR, LDLAR and STLLR. */
    ORDERED,
    /** LDAPUR and STLUR. */
    ORDERED_UNSCALED,
    /** LDAPR. */
    LOAD_ACQUIRE_PC,
    COMPARE_AND_SWAP,
    COMPARE_AND_SWAP_PAIR,
    /** The others of FEAT_LSE. */
    ATOMIC,
    LOAD_LITERAL,
    /** PRFM and PRFUM. */
    PREFETCH,
    /** LDRAA and LDRAB. */
    LOAD_AUTHENTICATED,
    LOAD_STORE_UNSIGNED,
    LOAD_STORE_UNSCALED,
    /** Pre-indexed and post-indexed. */
    LOAD_STORE_WRITEBACK,
    /** LDTR and STTR. */
    LOAD_STORE_UNPRIVILEGED,
    LOAD_STORE_REGISTER,
    LOAD_STORE_PAIR,
    /** The same with SIMD&amp;FP registers. */
    VECTOR_LOAD_STORE_UNSIGNED,
    VECTOR_LOAD_STORE_UNSCALED,
    VECTOR_LOAD_STORE_PAIR,
    /** Another one with one SIMD&amp;FP register. */
    VECTOR_LOAD_STORE,
    /** Advanced SIMD structures. */
    VECTOR_STRUCTURE,
    /** Scalar floating point. */
    FLOAT,
    /** Advanced SIMD data processing, by the manual's classes (DDI 0487, C4.1.96): first those that write one element. */
    SIMD_SCALAR_COPY,
    SIMD_SCALAR_THREE_SAME,
    SIMD_SCALAR_THREE_SAME_HALF,
    SIMD_SCALAR_THREE_SAME_EXTRA,
    SIMD_SCALAR_TWO_MISC,
    SIMD_SCALAR_TWO_MISC_HALF,
    SIMD_SCALAR_PAIRWISE,
    SIMD_SCALAR_THREE_DIFFERENT,
    SIMD_SCALAR_SHIFT_IMMEDIATE,
    SIMD_SCALAR_INDEXED,
    /** TBL and TBX. */
    SIMD_TABLE,
    SIMD_PERMUTE,
    SIMD_EXTRACT,
    SIMD_COPY,
    SIMD_THREE_SAME,
    SIMD_THREE_SAME_HALF,
    SIMD_THREE_SAME_EXTRA,
    SIMD_TWO_MISC,
    SIMD_TWO_MISC_HALF,
    SIMD_ACROSS_LANES,
    SIMD_THREE_DIFFERENT,
    SIMD_MODIFIED_IMMEDIATE,
    SIMD_SHIFT_IMMEDIATE,
    SIMD_INDEXED,
    AES,
    /** Cryptographic three-register SHA. */
    SHA_THREE,
    SHA_TWO;

    static final Form[] ALL = values();

    /** The form of an ordinal. */
    public static Form at(int ordinal) {
        return ALL[ordinal];
    }

    /** Whether it is Advanced SIMD or cryptographic data processing. */
    public boolean isSimd() {
        return ordinal() >= SIMD_SCALAR_COPY.ordinal();
    }
}
