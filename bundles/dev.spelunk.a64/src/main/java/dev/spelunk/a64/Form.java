// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

/**
 * The form of an instruction's operands in its word, as the key {@code form} of the table names it: what an engine that decodes
 * frequent instructions ahead goes by. Instructions of one form differ in bits that say which operation it is.
 */
public enum Form {
    /** None that an engine decodes ahead. */
    OTHER,
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
    HINT,
    /** DSB and DMB. */
    BARRIER,
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
    /** Scalar floating point. */
    FLOAT,
    /** Advanced SIMD and cryptographic data processing. */
    SIMD;

    static final Form[] ALL = values();
}
