// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.records.table.Duck;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run of any length, in a heap that does not depend on it. */
class LongRunTest {
    private static final int RECORD = 32;

    @TempDir
    private Path folder;

    @Test
    @DisplayName("Millions of records of two vCPUs go to the disk in a small heap, each into the file of its vCPU")
    void constantHeap() throws Exception {
        long count = Long.getLong("spelunk.records.flood", 5) * 1_000_000;
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + System.getProperty("spelunk.records.heap", "64m"),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RecordFlood.class.getName(),
                        folder.toString(),
                        Long.toString(count)))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(out)).isZero();
        long ofSecond = (count + 2) / 3;
        assertThat(Files.size(folder.resolve("records.0.bin"))).isEqualTo((count - ofSecond) * RECORD);
        assertThat(Files.size(folder.resolve("records.1.bin"))).isEqualTo(ofSecond * RECORD);
        assertThat(Files.readString(out))
                .startsWith(
                        count + " sample records in " + count * RECORD + " bytes\nTimestamps 0 to " + (count - 1) + ":")
                .contains("  CPU 0", String.format("%10d ", ofSecond) + " 33.33%  CPU 1");
        assertThat(Files.size(folder.resolve("perf.data"))).isBetween(count * RECORD, count * RECORD * 101 / 100);
        try (Duck duck = new Duck(folder.resolve("records.parquet"))) {
            assertThat(
                            duck.rows(
                                    "select vcpu, count(*), sum(total_latency), count(distinct pc), sum(timestamp) % 1000003, "
                                            + "count(*) filter (event_retired), max(position) from records group by vcpu order by vcpu"))
                    .containsExactly(row(0, count), row(1, count));
        }
        try (InputStream second = Files.newInputStream(folder.resolve("records.1.bin"))) {
            timestamps(second, 3);
        }
        for (Path file : List.of(folder.resolve("records.0.bin"), folder.resolve("records.1.bin"))) {
            try (InputStream records = Files.newInputStream(file)) {
                assertThat(new RecordsComponent().count(records)).isEqualTo(Files.size(file) / RECORD);
            }
        }
    }

    /** What DuckDB must find of a vCPU: every third record is of the second one. */
    private static String row(int vcpu, long count) {
        long records = 0;
        long timestamps = 0;
        for (long i = 0; i < count; i++) {
            if (i % 3 == 0 == (vcpu == 1)) {
                records++;
                timestamps = (timestamps + i) % 1_000_003;
            }
        }
        return vcpu + " " + records + " " + 7 * records + " 65536 " + timestamps + " " + records + " "
                + (records - 1) * RECORD;
    }

    /** The first records are those that were made first, one in so many. */
    private static void timestamps(InputStream records, int step) throws IOException {
        DataInputStream data = new DataInputStream(records);
        for (int i = 0; i < 100_000; i++) {
            byte[] record = data.readNBytes(RECORD);
            long timestamp = 0;
            for (int b = 7; b >= 0; b--) {
                timestamp = timestamp << 8 | record[18 + b] & 0xff;
            }
            assertThat(timestamp).isEqualTo((long) i * step);
        }
    }
}
