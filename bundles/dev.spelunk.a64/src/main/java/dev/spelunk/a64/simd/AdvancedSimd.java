// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.state.PeState;

/**
 * The Advanced SIMD and cryptographic data-processing instructions (DDI 0487, C4.1.96). Each group of encodings is a
 * class of its own: it decodes the words of the group and calls the meanings, static methods over plain values.
 * Whether access to the registers is enabled (CPACR_EL1.FPEN and the like) is the caller's to check.
 */
public final class AdvancedSimd {
    /** The groups of encodings; 0 is for words of none. */
    private static final int AES = 1;

    private static final int SHA_THREE = 2;
    private static final int SHA_TWO = 3;
    private static final int SCALAR_COPY = 4;
    private static final int SCALAR_THREE_SAME_HALF = 5;
    private static final int SCALAR_TWO_MISC_HALF = 6;
    private static final int SCALAR_THREE_SAME_EXTRA = 7;
    private static final int SCALAR_TWO_MISC = 8;
    private static final int SCALAR_PAIRWISE = 9;
    private static final int SCALAR_THREE_DIFFERENT = 10;
    private static final int SCALAR_THREE_SAME = 11;
    private static final int SCALAR_SHIFT_IMMEDIATE = 12;
    private static final int SCALAR_INDEXED = 13;
    private static final int TABLE = 14;
    private static final int PERMUTE = 15;
    private static final int EXTRACT = 16;
    private static final int COPY = 17;
    private static final int THREE_SAME_HALF = 18;
    private static final int TWO_MISC_HALF = 19;
    private static final int THREE_EXTRA = 20;
    private static final int TWO_MISC = 21;
    private static final int ACROSS_LANES = 22;
    private static final int THREE_DIFFERENT = 23;
    private static final int THREE_SAME = 24;
    private static final int MODIFIED_IMMEDIATE = 25;
    private static final int SHIFT_IMMEDIATE = 26;
    private static final int INDEXED = 27;
    private static final int THREE_SAME_FLOAT = 28;
    private static final int SCALAR_THREE_SAME_FLOAT = 29;

    private final int features;

    /** The instructions that an architecture has. */
    public AdvancedSimd(Architecture architecture) {
        this(SimdFeatures.of(architecture));
    }

    AdvancedSimd(int features) {
        this.features = features;
    }

    /**
     * Executes one word.
     *
     * @return false, with nothing changed, when the encoding is UNALLOCATED
     */
    public boolean execute(PeState pe, int word) {
        return execute(pe, word, group(word));
    }

    /**
     * Executes one word whose group is known.
     *
     * @param group of {@link #group}
     * @return false, with nothing changed, when the encoding is UNALLOCATED
     */
    public boolean execute(PeState pe, int word, int group) {
        switch (group) {
            case TABLE:
                return Permute.table(pe, word);
            case PERMUTE:
                return Permute.execute(pe, word);
            case EXTRACT:
                return Permute.extract(pe, word);
            case COPY:
                return Copy.execute(pe, word);
            case MODIFIED_IMMEDIATE:
                return Copy.immediate(pe, word, features);
            case THREE_SAME:
                return ThreeSame.execute(pe, word);
            case THREE_SAME_FLOAT:
                return ThreeSameFloat.execute(pe, word, features);
            case THREE_SAME_HALF:
                return (features & SimdFeatures.FP16) != 0 && ThreeSameFloat.executeHalf(pe, word);
            case THREE_EXTRA:
                return ThreeSameExtra.execute(pe, word, features);
            case THREE_DIFFERENT:
                return ThreeDifferent.execute(pe, word, features);
            case TWO_MISC:
                return TwoRegisterMisc.execute(pe, word, features);
            case TWO_MISC_HALF:
                return (features & SimdFeatures.FP16) != 0 && TwoRegisterMiscFloat.executeHalf(pe, word);
            case ACROSS_LANES:
                return AcrossLanes.execute(pe, word, features);
            case SHIFT_IMMEDIATE:
                return ShiftImmediate.execute(pe, word, features);
            case INDEXED:
                return IndexedElement.execute(pe, word, features);
            default:
                return executeScalar(pe, word, group);
        }
    }

    private boolean executeScalar(PeState pe, int word, int group) {
        switch (group) {
            case AES:
                return (features & SimdFeatures.AES) != 0 && Aes.execute(pe, word);
            case SHA_THREE:
                return Sha.executeThree(pe, word, features);
            case SHA_TWO:
                return Sha.executeTwo(pe, word, features);
            case SCALAR_COPY:
                return Copy.executeScalar(pe, word);
            case SCALAR_THREE_SAME:
                return ThreeSame.executeScalar(pe, word);
            case SCALAR_THREE_SAME_FLOAT:
                return ThreeSameFloat.executeScalar(pe, word);
            case SCALAR_THREE_SAME_HALF:
                return (features & SimdFeatures.FP16) != 0 && ThreeSameFloat.executeScalarHalf(pe, word);
            case SCALAR_THREE_SAME_EXTRA:
                return ThreeSameExtra.executeScalar(pe, word, features);
            case SCALAR_THREE_DIFFERENT:
                return ThreeDifferent.executeScalar(pe, word);
            case SCALAR_TWO_MISC:
                return TwoRegisterMisc.executeScalar(pe, word);
            case SCALAR_TWO_MISC_HALF:
                return (features & SimdFeatures.FP16) != 0 && TwoRegisterMiscFloat.executeScalarHalf(pe, word);
            case SCALAR_PAIRWISE:
                return AcrossLanes.executeScalarPairwise(pe, word, features);
            case SCALAR_SHIFT_IMMEDIATE:
                return ShiftImmediate.executeScalar(pe, word, features);
            case SCALAR_INDEXED:
                return IndexedElement.executeScalar(pe, word, features);
            default:
                return false;
        }
    }

    /**
     * The group of encodings that a word belongs to, for {@link #execute(PeState, int, int)}; 0 when it is no Advanced
     * SIMD or cryptographic data-processing instruction.
     */
    public static int group(int word) {
        if ((word & 0x9E000000) == 0x0E000000) {
            return vectorGroup(word);
        }
        if ((word & 0xDE000000) == 0x5E000000) {
            return scalarGroup(word);
        }
        return 0;
    }

    private static int vectorGroup(int word) {
        if ((word & 0xFF3E0C00) == 0x4E280800) {
            return AES;
        }
        if ((word & 0x01000000) != 0) {
            return immediateGroup(word, MODIFIED_IMMEDIATE, SHIFT_IMMEDIATE, INDEXED);
        }
        if ((word & 0x00200000) == 0) {
            return vectorGroupWithoutBit21(word);
        }
        switch (word >>> 10 & 3) {
            case 1:
            case 3:
                return (word >>> 14 & 3) == 3 ? THREE_SAME_FLOAT : THREE_SAME;
            case 2:
                return (word & 0x005E0000) == 0x00580000
                        ? TWO_MISC_HALF
                        : (word & 0x001E0000) == 0 ? TWO_MISC : (word & 0x001E0000) == 0x00100000 ? ACROSS_LANES : 0;
            default:
                return THREE_DIFFERENT;
        }
    }

    private static int vectorGroupWithoutBit21(int word) {
        if ((word & 0xBF208C00) == 0x0E000000) {
            return TABLE;
        }
        if ((word & 0xBF208C00) == 0x0E000800) {
            return PERMUTE;
        }
        if ((word & 0xBF208400) == 0x2E000000) {
            return EXTRACT;
        }
        if ((word & 0x9FE08400) == 0x0E000400) {
            return COPY;
        }
        if ((word & 0x9F60C400) == 0x0E400400) {
            return THREE_SAME_HALF;
        }
        return (word & 0x9F208400) == 0x0E008400 ? THREE_EXTRA : 0;
    }

    private static int immediateGroup(int word, int zero, int shift, int indexed) {
        if ((word & 0x400) == 0) {
            return indexed;
        }
        if ((word & 0x00800000) != 0) {
            return 0;
        }
        return (word & 0x00780000) == 0 ? zero : shift;
    }

    private static int scalarGroup(int word) {
        if ((word & 0x01000000) != 0) {
            return immediateGroup(word, 0, SCALAR_SHIFT_IMMEDIATE, SCALAR_INDEXED);
        }
        if ((word & 0x00200000) == 0) {
            return scalarGroupWithoutBit21(word);
        }
        switch (word >>> 10 & 3) {
            case 1:
            case 3:
                return (word >>> 14 & 3) == 3 ? SCALAR_THREE_SAME_FLOAT : SCALAR_THREE_SAME;
            case 2:
                if ((word & 0xFF3E0C00) == 0x5E280800) {
                    return SHA_TWO;
                }
                return (word & 0x005E0000) == 0x00580000
                        ? SCALAR_TWO_MISC_HALF
                        : (word & 0x001E0000) == 0
                                ? SCALAR_TWO_MISC
                                : (word & 0x001E0000) == 0x00100000 ? SCALAR_PAIRWISE : 0;
            default:
                return SCALAR_THREE_DIFFERENT;
        }
    }

    private static int scalarGroupWithoutBit21(int word) {
        if ((word & 0xFF208C00) == 0x5E000000) {
            return SHA_THREE;
        }
        if ((word & 0xDFE08400) == 0x5E000400) {
            return SCALAR_COPY;
        }
        if ((word & 0xDF60C400) == 0x5E400400) {
            return SCALAR_THREE_SAME_HALF;
        }
        return (word & 0xDF208400) == 0x5E008400 ? SCALAR_THREE_SAME_EXTRA : 0;
    }
}
