// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

import java.util.ArrayList;
import java.util.List;

/** Counts latencies by powers of two. */
final class Histogram {
    /** A Counter packet has 16 bits. */
    private final long[] buckets = new long[Short.SIZE + 1];

    private int used;

    void add(int latency) {
        int bucket = Math.min(Integer.SIZE - Integer.numberOfLeadingZeros(latency), buckets.length - 1);
        buckets[bucket]++;
        used = Math.max(used, bucket + 1);
    }

    /** Up to the last that is not zero. */
    List<Long> buckets() {
        List<Long> list = new ArrayList<>();
        for (int i = 0; i < used; i++) {
            list.add(buckets[i]);
        }
        return list;
    }
}
