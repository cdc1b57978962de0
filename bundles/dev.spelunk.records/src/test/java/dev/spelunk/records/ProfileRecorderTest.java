// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.records.Profile;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.RecordOrigin;
import dev.spelunk.records.perf.AuxPiece;
import dev.spelunk.records.perf.FullDisk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileRecorderTest {
    private static final ProfileDescription TWO = new ProfileDescription(null, 2, 0, 1_000_000, List.of());

    @TempDir
    private Path folder;

    private static byte[] record(int context, long time) {
        return new RecordBuilder()
                .context(1, context)
                .pc(0x1000 + 4 * (time & 0xff), 1)
                .events(2, 2)
                .timestamp(time)
                .align(6)
                .bytes();
    }

    private static void give(Profile profile, int vcpu, byte[] record) {
        RecordOrigin origin = new RecordOrigin();
        origin.vcpu = vcpu;
        profile.record(origin, record, 0, record.length);
    }

    @Test
    @DisplayName("What comes record by record and what was there before make the same file")
    void streamed() throws IOException {
        Random random = new Random(5);
        List<ByteArrayOutputStream> streams = List.of(new ByteArrayOutputStream(), new ByteArrayOutputStream());
        int count = 3 * AuxPiece.BYTES / 64;
        try (Profile profile = new RecordsComponent().begin(folder.resolve("streamed"), TWO)) {
            for (int i = 0; i < count; i++) {
                int cpu = random.nextInt(2);
                byte[] record = record(40 + cpu, i + 1);
                if (i < count / 2) {
                    streams.get(cpu).writeBytes(record);
                    continue;
                }
                if (i == count / 2) {
                    profile.take(0, new ByteArrayInputStream(streams.get(0).toByteArray()));
                    profile.take(1, new ByteArrayInputStream(streams.get(1).toByteArray()));
                }
                give(profile, cpu, record);
                give(profile, RecordOrigin.HOST, record(99, i));
                streams.get(cpu).writeBytes(record);
            }
            profile.finish();
            assertThat(profile.malformed()).isNull();
            assertThat(profile.dropped()).isZero();
            assertThat(profile.summary())
                    .startsWith(count + " sample records in " + 64L * count + " bytes")
                    .contains("Samples by CPU");
        }
        for (int cpu = 0; cpu < 2; cpu++) {
            assertThat(auxData(folder.resolve("streamed"), cpu))
                    .isEqualTo(streams.get(cpu).toByteArray());
        }
    }

    /** The AUX data of a CPU in a perf.data file. */
    private static byte[] auxData(Path file, int cpu) throws IOException {
        java.nio.ByteBuffer b =
                java.nio.ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        int at = (int) b.getLong(40);
        int end = at + (int) b.getLong(48);
        while (at < end) {
            int next = at + (b.getShort(at + 6) & 0xffff);
            if (b.getInt(at) == 71) {
                int size = (int) b.getLong(at + 8);
                assertThat(b.getInt(at + 32)).as("idx").isEqualTo(b.getInt(at + 40));
                if (b.getInt(at + 40) == cpu) {
                    assertThat(b.getLong(at + 16))
                            .as("offset in the CPU's data")
                            .isEqualTo(data.size());
                    data.write(b.array(), next, size);
                }
                next += size;
            }
            at = next;
        }
        return data.toByteArray();
    }

    @Test
    @DisplayName("AUX data are flagged as Linux does: collisions, lost records, records that were cut off")
    void flags() throws IOException {
        Path file = folder.resolve("perf.data");
        RecordOrigin origin = new RecordOrigin();
        int[] expected = {0, 8, 1, 1 | 4};
        for (int i = 0; i < expected.length; i++) {
            origin.collided = i == 1;
            origin.lost = i == 2;
            origin.torn = i == 3;
            try (Profile profile = new RecordsComponent().begin(file, TWO)) {
                profile.record(origin, record(1, 1), 0, 64);
                profile.record(new RecordOrigin(), record(1, 2), 0, 64);
                profile.finish();
            }
            ByteBuffer b = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            int at = (int) b.getLong(40);
            while (b.getInt(at) != 11) {
                at += (b.getShort(at + 6) & 0xffff) + (b.getInt(at) == 71 ? (int) b.getLong(at + 8) : 0);
            }
            assertThat(b.getLong(at + 24)).isEqualTo(expected[i]);
        }
    }

    @Test
    @DisplayName(
            "A full disk is told, nothing waits for it, and what was recorded until then is written when there is room")
    void fullDisk() throws Exception {
        Path file = folder.resolve("perf.data");
        FullDisk disk = new FullDisk(file, 3L * AuxPiece.BYTES);
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch failed = new CountDownLatch(1);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        long given = 0;
        try (Profile profile = new ProfileRecorder(disk.perfData(file, TWO), null, TWO)) {
            profile.onFailure(e -> {
                told.add(e.getMessage());
                failed.countDown();
            });
            while (failed.getCount() != 0) {
                given++;
                byte[] record = record(1, given);
                give(profile, 1, record);
                expected.writeBytes(record);
            }
            assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 10 * AuxPiece.BYTES / 64; i++) {
                give(profile, 1, record(1, given + i));
            }
            disk.room = Long.MAX_VALUE;
            profile.finish();
            assertThat(told).containsExactly("No space left on device");
            assertThat(profile.dropped()).isPositive();
            byte[] data = auxData(file, 1);
            assertThat(data.length / 64 + profile.dropped()).isEqualTo(given + 10 * AuxPiece.BYTES / 64);
            byte[] before = expected.toByteArray();
            assertThat(data).startsWith(Arrays.copyOf(before, before.length - 2 * AuxPiece.BYTES));
        }
    }

    @Test
    @DisplayName("A disk that stays full is an error at the end; the summary counts what came")
    void staysFull() throws Exception {
        Path file = folder.resolve("perf.data");
        FullDisk disk = new FullDisk(file, 2000);
        try (Profile profile = new ProfileRecorder(disk.perfData(file, TWO), null, TWO)) {
            for (int i = 0; i < 100; i++) {
                give(profile, 0, record(1, i));
            }
            assertThatThrownBy(profile::finish).hasMessageContaining("No space left");
            assertThat(profile.summary()).startsWith("100 sample records");
        }
        assertThat(Files.size(file)).isLessThan(2000);
    }

    @Test
    @DisplayName("Something that is no record is told with its offset in the stream of its CPU, and left out")
    void malformed() throws IOException {
        try (Profile profile = new RecordsComponent().begin(folder.resolve("perf.data"), TWO)) {
            for (int i = 0; i < AuxPiece.BYTES / 64 + 10; i++) {
                give(profile, 1, record(1, i));
            }
            give(profile, 1, new byte[] {(byte) 0xb0, 1, 2});
            give(profile, 1, record(1, 5));
            profile.finish();
            assertThat(profile.malformed().offset()).isGreaterThanOrEqualTo(AuxPiece.BYTES + 640L);
            assertThat(profile.summary()).contains("no whole record");
        }
    }
}
