// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

/** IMPLEMENTATION DEFINED events of cores that perf names by their MIDR_EL1. */
final class ImplementationEvents {
    /** Bits of MIDR_EL1 that are the same for every variant and revision of a core: Implementer, PartNum. */
    private static final long CORE = 0xFF00_FFF0L;

    private static final long NEOVERSE_N1 = 0x4100_D0C0L;

    private ImplementationEvents() {}

    /** The name of an event bit on a core; null when it has none. */
    static String name(int bit, long midr) {
        // Neoverse N1 TRM, statistical profiling, E[12]; perf 7.3 names an event of no other core.
        return bit == 12 && (midr & CORE) == NEOVERSE_N1 ? "LATE-PREFETCH" : null;
    }
}
