// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

/** The class latency of operations that are neither branches nor data accesses, by encoding group (DDI 0487, C4.1). */
final class ExecutionLatency {
    private ExecutionLatency() {}

    static int of(int word, Shape.Latencies latencies) {
        switch (word >>> 25 & 15) {
            case 5:
            case 13:
                if ((word & 0x1F000000) == 0x1B000000) {
                    return latencies.multiply();
                }
                return divides(word) ? latencies.divide() : latencies.integer();
            case 7:
            case 15:
                return vector(word, latencies);
            case 10:
            case 11:
                return latencies.system();
            default:
                return latencies.integer();
        }
    }

    private static int vector(int word, Shape.Latencies latencies) {
        if (divides(word)) {
            return latencies.floatingPointDivide();
        }
        boolean scalar = (word & 0x5E000000) == 0x1E000000;
        return scalar ? latencies.floatingPoint() : latencies.simd();
    }

    /** Integer and floating-point divide and square root: one after the other. */
    static boolean divides(int word) {
        boolean integer = (word & 0x7FE0F800) == 0x1AC00800;
        boolean scalar = (word & 0xFF20FC00) == 0x1E201800 || (word & 0xFF3FFC00) == 0x1E21C000;
        boolean vector = (word & 0xBFA0FC00) == 0x2E20FC00 || (word & 0xBFBFFC00) == 0x2EA1F800;
        return integer || scalar || vector;
    }
}
