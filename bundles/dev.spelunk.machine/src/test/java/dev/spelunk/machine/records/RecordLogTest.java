// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.records.RecordOptions;
import dev.spelunk.api.records.RecordOrigin;
import dev.spelunk.api.records.RecordStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordLogTest {
    @TempDir
    private Path folder;

    private static RecordOrigin of(int vcpu) {
        RecordOrigin origin = new RecordOrigin();
        origin.vcpu = vcpu;
        return origin;
    }

    private static byte[] bytes(RecordStream stream) throws IOException {
        try (InputStream in = stream.open()) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, 1024, 1025, 5000})
    @DisplayName("each vCPU's records come back, in order, however many there are and whenever one looks")
    void everyRecord(int records) throws IOException {
        Random random = new Random(records);
        List<ByteArrayOutputStream> expected =
                List.of(new ByteArrayOutputStream(), new ByteArrayOutputStream(), new ByteArrayOutputStream());
        try (RecordLog log = new RecordLog(2, RecordOptions.TEMPORARY)) {
            List<RecordStream> streams = new ArrayList<>(log.guests());
            streams.add(log.host());
            for (int i = 0; i < records; i++) {
                byte[] record = new byte[1 + random.nextInt(2047)];
                random.nextBytes(record);
                int offset = random.nextInt(record.length);
                int which = random.nextInt(3);
                log.record(of(which == 2 ? RecordOrigin.HOST : which), record, offset, record.length - offset);
                expected.get(which).write(record, offset, record.length - offset);
                if (i % 997 == 0) {
                    assertThat(bytes(streams.get(which)))
                            .isEqualTo(expected.get(which).toByteArray());
                }
            }
            for (int which = 0; which < 3; which++) {
                assertThat(bytes(streams.get(which)))
                        .isEqualTo(expected.get(which).toByteArray());
                assertThat(streams.get(which).bytes())
                        .isEqualTo(expected.get(which).size());
            }
            assertThat(streams.stream().mapToLong(RecordStream::records).sum()).isEqualTo(records);
        }
    }

    @Test
    @DisplayName("sinks get each record with its origin")
    void sinks() {
        try (RecordLog log = new RecordLog(2, RecordOptions.NONE)) {
            StringBuilder seen = new StringBuilder();
            log.whiteboard(List.of((origin, data, offset, length) ->
                    seen.append("bundle's ").append(origin.vcpu).append(' ').append(data[offset])));
            log.add((origin, data, offset, length) -> seen.append(origin.pe)
                    .append(' ')
                    .append(origin.cycles)
                    .append(' ')
                    .append(length)
                    .append(", "));
            RecordOrigin origin = of(1);
            origin.pe = 7;
            origin.cycles = 77;
            log.record(origin, new byte[] {5, 6, 7}, 1, 2);
            assertThat(seen).hasToString("7 77 2, bundle's 1 6");
            assertThat(log.guests().get(1).records()).as("nothing is kept").isZero();
        }
    }

    @Test
    @DisplayName("the limit of all streams together ends the run, and what was recorded until then is whole")
    void limit() throws IOException {
        List<String> told = new ArrayList<>();
        RecordOptions options = new RecordOptions(true, vcpu -> folder.resolve("of-" + vcpu), 200);
        try (RecordLog log = new RecordLog(2, options)) {
            log.onStop((ending, why) -> told.add(ending + " " + why));
            for (int i = 0; i < 5; i++) {
                log.record(of(i % 2), new byte[64], 0, 64);
            }
            assertThat(told)
                    .containsExactly(Ending.RECORD_LIMIT + " the sample records have 192 bytes, and may have 200");
            assertThat(log.notKept()).isEqualTo(2);
            for (RecordStream stream : log.guests()) {
                stream.flush();
            }
        }
        assertThat(folder.resolve("of-0")).hasSize(128);
        assertThat(folder.resolve("of-1")).hasSize(64);
    }

    @Test
    @DisplayName("a host that takes no more ends the run; the file has whole records, and the rest is written later")
    void fullDisk() throws IOException {
        List<Ending> told = new ArrayList<>();
        boolean[] full = {true};
        Path file = folder.resolve("records");
        RecordOptions options = new RecordOptions(
                true,
                vcpu -> {
                    if (full[0]) {
                        throw new IOException("No space left on device");
                    }
                    return file;
                },
                Long.MAX_VALUE);
        byte[] record = new byte[64];
        try (RecordLog log = new RecordLog(1, options)) {
            log.onStop((ending, why) -> {
                told.add(ending);
                assertThat(why).contains("cannot be written", "No space left on device");
            });
            int kept = 0;
            while (told.isEmpty()) {
                log.record(of(0), record, 0, 64);
                kept++;
            }
            assertThat(told).containsExactly(Ending.HOST_FAILED);
            assertThat(log.notKept()).isEqualTo(1);
            RecordStream stream = log.guests().get(0);
            assertThatThrownBy(stream::flush).hasMessageContaining("No space left");
            full[0] = false;
            stream.flush();
            assertThat(Files.size(file)).isEqualTo(64L * (kept - 1)).isEqualTo(stream.bytes());
        }
    }

    @Test
    @DisplayName("a saved log goes on in another one, wherever that keeps its records")
    void savedAndRestored() throws IOException {
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        try (RecordLog log = new RecordLog(2, RecordOptions.TEMPORARY)) {
            for (int i = 0; i < 3000; i++) {
                byte[] record = new byte[64];
                record[0] = (byte) i;
                log.record(of(1), record, 0, 64);
                expected.writeBytes(record);
            }
            log.write(new DataOutputStream(saved));
        }
        for (RecordOptions options : List.of(
                RecordOptions.TEMPORARY, new RecordOptions(true, vcpu -> folder.resolve("of-" + vcpu), 200_000))) {
            try (RecordLog log = new RecordLog(2, options)) {
                log.read(new DataInputStream(new ByteArrayInputStream(saved.toByteArray())));
                assertThat(bytes(log.guests().get(1))).isEqualTo(expected.toByteArray());
                assertThat(log.guests().get(1).records()).isEqualTo(3000);
                assertThat(log.guests().get(0).records()).isZero();
            }
        }
        try (RecordLog log = new RecordLog(2, RecordOptions.NONE)) {
            log.read(new DataInputStream(new ByteArrayInputStream(saved.toByteArray())));
            saved.reset();
            log.write(new DataOutputStream(saved));
        }
        try (RecordLog log = new RecordLog(2, RecordOptions.TEMPORARY)) {
            assertThatThrownBy(() -> log.read(new DataInputStream(new ByteArrayInputStream(saved.toByteArray()))))
                    .hasMessageContaining("keeps no sample records");
        }
    }
}
