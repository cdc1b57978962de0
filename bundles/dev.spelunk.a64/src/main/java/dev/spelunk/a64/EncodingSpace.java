// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

/** What can be said of an A64 instruction word from its top-level encoding alone (DDI 0487, C4.1). */
public final class EncodingSpace {
    private EncodingSpace() {}

    /**
     * Whether the word is in the encoding space of floating-point, Advanced SIMD or SVE: data processing, or
     * loads and stores of their registers. A guest compiled without {@code -mgeneral-regs-only} contains these.
     */
    public static boolean isFloatingPointOrSimd(int word) {
        int group = word >>> 25 & 15;
        return (group & 7) == 7 || (group & 5) == 4 && (word >>> 26 & 1) != 0 || group == 2;
    }
}
