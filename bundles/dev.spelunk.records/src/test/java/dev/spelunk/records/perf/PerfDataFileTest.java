// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.records.Profiles;
import dev.spelunk.records.RecordBuilder;
import dev.spelunk.records.elf.ElfImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The form of the file, without perf. */
class PerfDataFileTest {
    @TempDir
    private Path folder;

    private record Event(int type, int misc, ByteBuffer body) {}

    private ByteBuffer write(byte[] records) throws IOException {
        Path guest = Files.write(folder.resolve("guest.elf"), ElfImage.bytes());
        Path file = folder.resolve("perf.data");
        Profiles.write(
                file,
                new ProfileDescription(
                        guest,
                        1,
                        0x410fd0c0L,
                        1_000_000_000L,
                        List.of(new Segment(ElfImage.TEXT, 0x100, 0x100, 1), new Segment(0x400000, 0x100, 0x100, 0))),
                records);
        return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static List<Event> events(ByteBuffer file) {
        List<Event> events = new ArrayList<>();
        int at = (int) file.getLong(40);
        int end = at + (int) file.getLong(48);
        while (at < end) {
            int size = file.getShort(at + 6) & 0xffff;
            ByteBuffer body = file.slice(at + 8, size - 8).order(ByteOrder.LITTLE_ENDIAN);
            Event event = new Event(file.getInt(at), file.getShort(at + 4), body);
            events.add(event);
            at += size + (event.type() == 71 ? (int) body.getLong(0) : 0);
        }
        assertThat(at).isEqualTo(end);
        return events;
    }

    private static byte[] records() {
        return new RecordBuilder()
                .context(1, 3)
                .pc(ElfImage.TEXT, 1)
                .events(2, 2)
                .timestamp(50)
                .align(3)
                .context(1, 4)
                .pc(0x400000, 0)
                .events(2, 2)
                .timestamp(60)
                .bytes();
    }

    @Test
    @DisplayName("TIME_CONV comes before AUXTRACE_INFO; kernel code is an MMAP, user code an MMAP2 for each context")
    void order() throws IOException {
        List<Event> events = events(write(records()));
        assertThat(events.stream().map(Event::type)).containsExactly(79, 70, 71, 11, 1, 1, 3, 10, 3, 10, 12, 68);
        Event kernel = events.get(5);
        assertThat(kernel.misc()).isEqualTo(1);
        assertThat(kernel.body().getInt(0)).isEqualTo(-1);
        assertThat(kernel.body().getLong(8)).isEqualTo(ElfImage.TEXT);
        assertThat(kernel.body().getLong(16)).isEqualTo(0x100);
        Event user = events.get(7);
        // A file made for perf, known by its build id: its size stands where the device would.
        assertThat(user.misc()).isEqualTo(2 | 1 << 14);
        assertThat(user.body().getInt(32)).isEqualTo(20);
        assertThat(user.body().getInt(0)).isEqualTo(3);
        assertThat(user.body().getLong(8)).isEqualTo(0x400000);
        assertThat(events.get(9).body().getInt(0)).isEqualTo(4);
        assertThat(events.get(2).body().getLong(0) % 8).isZero();
        // No code of the guest is in the kernel's own mapping, which perf would look up in the host's kernel.
        Event nowhere = events.get(4);
        assertThat(nowhere.body().getLong(8)).isEqualTo(1L << 63);
        assertThat(nowhere.body().getLong(16)).isEqualTo(0x8000);
    }

    @Test
    @DisplayName("Every attribute has its id and sample_id_all, the index finds the AUX data")
    void attributesAndIndex() throws IOException {
        byte[] records = records();
        ByteBuffer file = write(records);
        assertThat(file.getLong(0)).isEqualTo(0x32454c4946524550L);
        int attributes = (int) file.getLong(24);
        int each = (int) file.getLong(16);
        for (int i = 0; i < 2; i++) {
            int at = attributes + i * each;
            assertThat(file.getLong(at + 24) & 1 << 16)
                    .as("PERF_SAMPLE_IDENTIFIER")
                    .isNotZero();
            assertThat(file.getLong(at + 40) & 1 << 18).as("sample_id_all").isNotZero();
            assertThat(file.getLong((int) file.getLong(at + each - 16))).isEqualTo(i + 1);
            assertThat(file.getLong(at + each - 8)).isEqualTo(8);
        }
        long features = file.getLong(72);
        assertThat(features & 1L << 18).isNotZero();
        int table = (int) (file.getLong(40) + file.getLong(48)) + 16 * Long.bitCount(features & (1L << 18) - 1);
        int index = (int) file.getLong(table);
        assertThat(file.getLong(index)).isEqualTo(1);
        int auxtrace = (int) file.getLong(index + 8);
        assertThat(file.getInt(auxtrace)).isEqualTo(71);
        byte[] data = new byte[records.length];
        file.get(auxtrace + (int) file.getLong(index + 16), data);
        assertThat(data).isEqualTo(records);
    }

    @Test
    @DisplayName("SPE metadata of version 2 tell MIDR_EL1 and the smallest interval of each CPU")
    void secondMetadata() throws IOException {
        Path file = folder.resolve("perf.data");
        ProfileDescription description = new ProfileDescription(
                null,
                2,
                0x410fd0c1L,
                4 << 8,
                1_000_000,
                0,
                List.of(),
                new ProfileDescription.Recorder(null, null, List.of(), 0, 2));
        Profiles.write(file, description, records());
        ByteBuffer body = events(ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN))
                .get(1)
                .body();
        long[] words = new long[body.capacity() / 8];
        for (int i = 0; i < words.length; i++) {
            words[i] = body.getLong(8 * i);
        }
        long magic = 0x1010_1010_1010_1010L;
        assertThat(words)
                .containsExactly(4, 2, 4, 8, 2, magic, 0, 3, 0x410fd0c1L, 8, 1024, magic, 1, 3, 0x410fd0c1L, 8, 1024);
    }

    @Test
    @DisplayName("An earlier file is replaced, a failure leaves it and nothing else behind")
    void replaced() throws IOException {
        write(records());
        long size = Files.size(folder.resolve("perf.data"));
        write(new byte[0]);
        assertThat(Files.size(folder.resolve("perf.data"))).isLessThan(size);
        try (var files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("guest.elf", "guest.elf.symbols", "perf.data");
        }
        Path nowhere = folder.resolve("missing").resolve("perf.data");
        assertThatThrownBy(() ->
                        Profiles.write(nowhere, new ProfileDescription(null, 1, 0, 1_000_000, List.of()), new byte[0]))
                .isInstanceOf(IOException.class);
    }

    @Test
    @DisplayName("A guest that is no ELF file, or is gone, is mapped by its name alone")
    void noElf() throws IOException {
        Path file = folder.resolve("perf.data");
        Profiles.write(
                file,
                new ProfileDescription(
                        folder.resolve("Image"), 1, 0, 1_000_000, List.of(new Segment(0x4000_0000L, 0x1000, 0, 1))),
                records());
        List<Event> events = events(ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN));
        assertThat(events.get(5).body().getLong(8)).isEqualTo(0xff00_0000_4000_0000L);
    }
}
