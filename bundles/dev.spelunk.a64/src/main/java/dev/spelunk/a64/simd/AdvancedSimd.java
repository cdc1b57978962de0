// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.a64.Form;
import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;
import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.state.PeState;

/**
 * The Advanced SIMD and cryptographic data-processing instructions (DDI 0487, C4.1.96). Each group of encodings, one
 * form of the instruction table, is a class of its own: it calls the meanings, static methods over plain values.
 * Whether access to the registers is enabled (CPACR_EL1.FPEN and the like) is the caller's to check.
 */
public final class AdvancedSimd {
    private final int features;

    /** The instructions that an architecture has. */
    public AdvancedSimd(Architecture architecture) {
        this(SimdFeatures.of(architecture));
    }

    AdvancedSimd(int features) {
        this.features = features;
    }

    /** Executes one word, whose form is looked up in the instruction table. @return whether it is allocated */
    public boolean execute(PeState pe, int word) {
        Instruction instruction = InstructionSet.whole().decode(word);
        return instruction != null && execute(pe, word, instruction.form());
    }

    /**
     * Executes one word of a form.
     *
     * @param form of the word, as the instruction table has it
     * @return false, with nothing changed, when the encoding is UNALLOCATED
     */
    public boolean execute(PeState pe, int word, Form form) {
        switch (form) {
            case SIMD_TABLE:
                return Permute.table(pe, word);
            case SIMD_PERMUTE:
                return Permute.execute(pe, word);
            case SIMD_EXTRACT:
                return Permute.extract(pe, word);
            case SIMD_COPY:
                return Copy.execute(pe, word);
            case SIMD_MODIFIED_IMMEDIATE:
                return Copy.immediate(pe, word, features);
            case SIMD_THREE_SAME:
                return isFloat(word) ? ThreeSameFloat.execute(pe, word, features) : ThreeSame.execute(pe, word);
            case SIMD_THREE_SAME_HALF:
                return (features & SimdFeatures.FP16) != 0 && ThreeSameFloat.executeHalf(pe, word);
            case SIMD_THREE_SAME_EXTRA:
                return ThreeSameExtra.execute(pe, word, features);
            case SIMD_THREE_DIFFERENT:
                return ThreeDifferent.execute(pe, word, features);
            case SIMD_TWO_MISC:
                return TwoRegisterMisc.execute(pe, word, features);
            case SIMD_TWO_MISC_HALF:
                return (features & SimdFeatures.FP16) != 0 && TwoRegisterMiscFloat.executeHalf(pe, word);
            case SIMD_ACROSS_LANES:
                return AcrossLanes.execute(pe, word, features);
            case SIMD_SHIFT_IMMEDIATE:
                return ShiftImmediate.execute(pe, word, features);
            case SIMD_INDEXED:
                return IndexedElement.execute(pe, word, features);
            default:
                return executeScalar(pe, word, form);
        }
    }

    /** Of "three same": whether opcode says floating point. */
    private static boolean isFloat(int word) {
        return (word >>> 14 & 3) == 3;
    }

    private boolean executeScalar(PeState pe, int word, Form form) {
        switch (form) {
            case AES:
                return (features & SimdFeatures.AES) != 0 && Aes.execute(pe, word);
            case SHA_THREE:
                return Sha.executeThree(pe, word, features);
            case SHA_TWO:
                return Sha.executeTwo(pe, word, features);
            case SIMD_SCALAR_COPY:
                return Copy.executeScalar(pe, word);
            case SIMD_SCALAR_THREE_SAME:
                return isFloat(word) ? ThreeSameFloat.executeScalar(pe, word) : ThreeSame.executeScalar(pe, word);
            case SIMD_SCALAR_THREE_SAME_HALF:
                return (features & SimdFeatures.FP16) != 0 && ThreeSameFloat.executeScalarHalf(pe, word);
            case SIMD_SCALAR_THREE_SAME_EXTRA:
                return ThreeSameExtra.executeScalar(pe, word, features);
            case SIMD_SCALAR_THREE_DIFFERENT:
                return ThreeDifferent.executeScalar(pe, word);
            case SIMD_SCALAR_TWO_MISC:
                return TwoRegisterMisc.executeScalar(pe, word);
            case SIMD_SCALAR_TWO_MISC_HALF:
                return (features & SimdFeatures.FP16) != 0 && TwoRegisterMiscFloat.executeScalarHalf(pe, word);
            case SIMD_SCALAR_PAIRWISE:
                return AcrossLanes.executeScalarPairwise(pe, word, features);
            case SIMD_SCALAR_SHIFT_IMMEDIATE:
                return ShiftImmediate.executeScalar(pe, word, features);
            case SIMD_SCALAR_INDEXED:
                return IndexedElement.executeScalar(pe, word, features);
            default:
                return false;
        }
    }
}
