// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

/** The kind of execution unit that an instruction occupies, as the key {@code unit} of the table names it. */
public enum Unit {
    INTEGER,
    MULTIPLY,
    /** Integer divide: one after the other. */
    DIVIDE,
    /** Scalar floating point. */
    FLOAT,
    /** Floating-point divide and square root, scalar or vector: one after the other. */
    FLOAT_DIVIDE,
    /** Advanced SIMD and cryptography. */
    SIMD,
    LOAD_STORE,
    BRANCH,
    /** Exceptions, hints, barriers, system registers and maintenance. */
    SYSTEM
}
