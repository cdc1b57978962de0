// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.records.DecodeOptions;
import dev.spelunk.api.records.MalformedRecordException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RecordsComponentTest {
    private final RecordsComponent records = new RecordsComponent();

    private static byte[] two() {
        return new RecordBuilder()
                .pc(0x1000, 1)
                .events(2, 1)
                .end()
                .align(6)
                .pc(0x1004, 1)
                .events(2, 1)
                .timestamp(3)
                .bytes();
    }

    private static final DecodeOptions STRICT = new DecodeOptions(true, 0);

    @Test
    @DisplayName("Records are counted")
    void count() throws Exception {
        assertThat(records.count(new ByteArrayInputStream(two()))).isEqualTo(2);
        assertThat(records.count(new ByteArrayInputStream(new byte[0]))).isZero();
        assertThatThrownBy(() -> records.count(new ByteArrayInputStream(new byte[] {0x42})))
                .isInstanceOf(MalformedRecordException.class);
    }

    @Test
    @DisplayName("What is good before a bad packet is printed")
    void decode() throws Exception {
        StringBuilder out = new StringBuilder();
        records.decode(new ByteArrayInputStream(two()), out, DecodeOptions.DEFAULT);
        assertThat(out.toString().lines()).hasSize(3 + 4 + 3);
        byte[] cut = Arrays.copyOf(two(), 70);
        StringBuilder before = new StringBuilder();
        assertThatThrownBy(() -> records.decode(new ByteArrayInputStream(cut), before, STRICT))
                .isInstanceOfSatisfying(MalformedRecordException.class, e -> assertThat(e.offset())
                        .isEqualTo(64));
        assertThat(before.toString().lines()).hasSize(3 + 4);
    }

    @Test
    @DisplayName("An empty stream and a text are no records")
    void noRecords() {
        assertThatThrownBy(() -> records.decode(
                        new ByteArrayInputStream(new byte[0]), new StringBuilder(), DecodeOptions.DEFAULT))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("empty");
        byte[] text = "Lorem ipsum dolor sit amet\n".repeat(200).getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() ->
                        records.decode(new ByteArrayInputStream(text), new StringBuilder(), DecodeOptions.DEFAULT))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("offset 0x");
    }
}
