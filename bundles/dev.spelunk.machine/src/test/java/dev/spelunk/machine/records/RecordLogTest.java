// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordLogTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, 1024, 1025, 5000})
    @DisplayName("every record comes back, in order, however many there are and whenever one looks")
    void everyRecord(int records) {
        Random random = new Random(records);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        try (RecordLog log = new RecordLog()) {
            for (int i = 0; i < records; i++) {
                byte[] record = new byte[1 + random.nextInt(2047)];
                random.nextBytes(record);
                int offset = random.nextInt(record.length);
                log.record(0, i, record, offset, record.length - offset);
                expected.write(record, offset, record.length - offset);
                if (i % 997 == 0) {
                    assertThat(log.bytes()).isEqualTo(expected.toByteArray());
                }
            }
            assertThat(log.bytes()).isEqualTo(expected.toByteArray());
            assertThat(log.bytes()).isEqualTo(expected.toByteArray());
        }
    }

    @Test
    @DisplayName("sinks get each record too")
    void sinks() {
        try (RecordLog log = new RecordLog()) {
            StringBuilder seen = new StringBuilder();
            log.sinks(List.of((pe, cycles, data, offset, length) -> seen.append(pe)
                    .append(' ')
                    .append(cycles)
                    .append(' ')
                    .append(data[offset])
                    .append(' ')
                    .append(length)));
            log.record(1, 77, new byte[] {5, 6, 7}, 1, 2);
            assertThat(seen).hasToString("1 77 6 2");
        }
    }
}
