// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.integer;

/** The architecture features that decide which integer data-processing instructions exist, one bit each. */
public final class IntegerFeatures {
    /** FEAT_CRC32. */
    public static final int CRC32 = 1;
    /** FEAT_FlagM. */
    public static final int FLAGM = 1 << 1;

    private IntegerFeatures() {}
}
