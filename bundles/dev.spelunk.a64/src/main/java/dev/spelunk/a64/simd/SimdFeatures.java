// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.api.architecture.Architecture;

/** The architecture features that decide which encodings of Advanced SIMD exist, one bit each. */
final class SimdFeatures {
    static final int FP16 = 1;
    static final int AES = 1 << 1;
    static final int PMULL = 1 << 2;
    static final int SHA1 = 1 << 3;
    static final int SHA256 = 1 << 4;
    static final int RDM = 1 << 5;
    static final int DOT_PROD = 1 << 6;
    static final int FCMA = 1 << 7;
    static final int FHM = 1 << 8;
    static final int FRINTTS = 1 << 9;
    static final int I8MM = 1 << 10;

    private static final String[] NAMES = {
        "FEAT_FP16",
        "FEAT_AES",
        "FEAT_PMULL",
        "FEAT_SHA1",
        "FEAT_SHA256",
        "FEAT_RDM",
        "FEAT_DotProd",
        "FEAT_FCMA",
        "FEAT_FHM",
        "FEAT_FRINTTS",
        "FEAT_I8MM"
    };

    private SimdFeatures() {}

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
