// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import dev.spelunk.api.architecture.Architecture;

/** The architecture features that decide which scalar floating-point encodings exist, one bit each. */
public final class FpFeatures {
    public static final int FP16 = 1;
    public static final int FRINTTS = 1 << 1;
    public static final int JSCVT = 1 << 2;

    private static final String[] NAMES = {"FEAT_FP16", "FEAT_FRINTTS", "FEAT_JSCVT"};

    private FpFeatures() {}

    /** The bits of the features that the architecture has. */
    public static int of(Architecture architecture) {
        int bits = 0;
        for (int i = 0; i < NAMES.length; i++) {
            if (architecture.has(NAMES[i])) {
                bits |= 1 << i;
            }
        }
        return bits;
    }
}
