// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

/**
 * What a Data Source packet means (DDI 0487, D18.2.4: IMPLEMENTATION DEFINED). Arm's own cores share one encoding (Arm
 * Neoverse N1 TRM, and those after it).
 */
public final class DataSource {
    private static final int ARM = 0x41;

    private DataSource() {}

    /** What a core of that MIDR_EL1 means by it. */
    public static String name(int source, long midr) {
        String name = (midr >>> 24 & 0xff) != ARM
                ? null
                : switch (source) {
                    case 0x0 -> "L1 data cache";
                    case 0x8 -> "L2 cache";
                    case 0x9 -> "peer core";
                    case 0xa -> "local cluster";
                    case 0xb -> "system cache";
                    case 0xc -> "peer cluster";
                    case 0xd -> "remote";
                    case 0xe -> "DRAM";
                    default -> null;
                };
        return name == null ? "data source " + source : name;
    }
}
