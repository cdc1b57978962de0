// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Latencies by powers of two")
class HistogramTest {
    @Test
    @DisplayName("Bucket n has latencies from 2^(n-1) up to 2^n - 1; the last has all of 16 bits, and beyond")
    void buckets() {
        Histogram histogram = new Histogram();
        assertThat(histogram.buckets()).isEmpty();
        for (int latency : new int[] {0, 1, 2, 3, 4, 7}) {
            histogram.add(latency);
        }
        assertThat(histogram.buckets()).containsExactly(1L, 1L, 2L, 2L);
        histogram.add(0xFFFF);
        histogram.add(0x8000);
        histogram.add(0x7FFF);
        histogram.add(0x10000);
        assertThat(histogram.buckets()).hasSize(17);
        assertThat(histogram.buckets().get(16)).isEqualTo(3);
        assertThat(histogram.buckets().get(15)).isEqualTo(1);
    }
}
