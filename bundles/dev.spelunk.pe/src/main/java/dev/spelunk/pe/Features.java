// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.integer.IntegerFeatures;
import dev.spelunk.api.architecture.Architecture;
import java.util.Arrays;

/** The architecture features that decide which encodings exist, one bit each. */
final class Features {
    static final int CRC32 = IntegerFeatures.CRC32;
    static final int FLAGM = IntegerFeatures.FLAGM;
    static final int FLAGM2 = 1 << 2;
    static final int LSE = 1 << 3;
    static final int LRCPC = 1 << 4;
    static final int LRCPC2 = 1 << 5;
    static final int LOR = 1 << 6;
    static final int PAN = 1 << 7;
    static final int UAO = 1 << 8;
    static final int DIT = 1 << 9;
    static final int SSBS = 1 << 10;
    static final int SB = 1 << 11;
    static final int DPB = 1 << 12;
    static final int DPB2 = 1 << 13;
    static final int SPECRES = 1 << 14;
    static final int RAS = 1 << 15;
    static final int VHE = 1 << 16;
    static final int PAN2 = 1 << 17;
    static final int EL2 = 1 << 18;
    static final int EL3 = 1 << 19;
    static final int FP = 1 << 20;
    static final int PAUTH = 1 << 21;
    static final int BTI = 1 << 22;
    static final int SPE_EXC = 1 << 23;

    private static final String[] NAMES = {
        "FEAT_CRC32",
        "FEAT_FlagM",
        "FEAT_FlagM2",
        "FEAT_LSE",
        "FEAT_LRCPC",
        "FEAT_LRCPC2",
        "FEAT_LOR",
        "FEAT_PAN",
        "FEAT_UAO",
        "FEAT_DIT",
        "FEAT_SSBS",
        "FEAT_SB",
        "FEAT_DPB",
        "FEAT_DPB2",
        "FEAT_SPECRES",
        "FEAT_RAS",
        "FEAT_VHE",
        "FEAT_PAN2",
        "FEAT_EL2",
        "FEAT_EL3",
        "FEAT_FP",
        "FEAT_PAuth",
        "FEAT_BTI",
        "FEAT_SPE_EXC"
    };

    private Features() {}

    /** The bit of a feature; 0 for none, and for one that decides nothing here. */
    static int bit(String name) {
        int index = Arrays.asList(NAMES).indexOf(name);
        return index < 0 ? 0 : 1 << index;
    }

    static int of(Architecture architecture) {
        int bits = 0;
        for (int i = 0; i < NAMES.length; i++) {
            if (architecture.has(NAMES[i])) {
                bits |= 1 << i;
            }
        }
        return bits;
    }
}
