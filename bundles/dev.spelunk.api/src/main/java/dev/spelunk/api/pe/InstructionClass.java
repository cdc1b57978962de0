// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.pe;

/** Coarse classes of A64 encodings (DDI 0487, C4.1), for reports. */
public final class InstructionClass {
    private InstructionClass() {
    }

    /**
     * Whether the word is in the encoding space of floating-point, Advanced SIMD or SVE instructions, their
     * loads and stores included.
     */
    public static boolean isFloatingPointOrSimd(int word) {
        int op0 = word >>> 25 & 0xF;
        boolean dataProcessing = (op0 & 7) == 7;
        boolean loadStoreOfVector = (op0 & 5) == 4 && (word >>> 26 & 1) != 0;
        boolean sve = op0 == 2;
        return dataProcessing || loadStoreOfVector || sve;
    }
}
