// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.spelunk.api.records.MalformedPerfDataException;
import dev.spelunk.records.perf.PerfDataReader.Aux;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What is read of a perf.data file, event by event, and why a file is refused")
class PerfDataReaderTest {
    private static final byte[] RECORDS = {1, 2, 3, 4, 5, 6, 7, 8};

    @TempDir
    private Path folder;

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("perf.data"), bytes);
    }

    private PerfDataReader read(PerfDataBuilder builder) throws IOException {
        return new PerfDataReader(file(builder.bytes()));
    }

    private void refused(byte[] bytes, String why) throws IOException {
        Path file = file(bytes);
        assertThatThrownBy(() -> new PerfDataReader(file).close())
                .isInstanceOf(MalformedPerfDataException.class)
                .hasMessage(file + ": " + why);
    }

    private static byte[] changed(int at, long value) {
        byte[] bytes = new PerfDataBuilder().spe().bytes();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(at, value);
        return bytes;
    }

    @Test
    @DisplayName("AUX data: its bytes, its place in its buffer, the CPU and the thread whose buffer that is")
    void auxData() throws IOException {
        PerfDataBuilder builder = new PerfDataBuilder()
                .aux(0, 0, 0, RECORDS)
                .spe()
                .aux(3, -1, 0x1000, RECORDS)
                .aux(5, 6, 8, new byte[0])
                .aux(-1, 42, 0x2000, new byte[] {9, 10});
        try (PerfDataReader reader = read(builder)) {
            assertThat(reader.auxes())
                    .as("none before it is said to be of SPE, and none of nothing")
                    .extracting(Aux::cpu, Aux::thread, Aux::position, Aux::size)
                    .containsExactly(tuple(3, -1, 0x1000L, 8L), tuple(-1, 42, 0x2000L, 2L));
            try (InputStream in = reader.open(reader.auxes().get(0))) {
                assertThat(in.read()).isEqualTo(1);
                assertThat(in.readAllBytes()).containsExactly(2, 3, 4, 5, 6, 7, 8);
                assertThat(in.read()).isEqualTo(-1);
            }
            try (InputStream in = reader.open(reader.auxes().get(1))) {
                assertThat(in.read(new byte[8], 1, 5)).isEqualTo(2);
                assertThat(in.read(new byte[8])).isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {"0x00000000413fd0c1, 0x413fd0c1", "'0x410fd4f0,1', 0x410fd4f0", "GenuineIntel-6-85-4, 0", "none, 0"
            })
    @DisplayName("The core is what the feature CPUID says, where that is a number")
    void core(String cpuid, long midr) throws IOException {
        try (PerfDataReader reader = read(new PerfDataBuilder().spe().cpuid(cpuid))) {
            assertThat(reader.midr()).isEqualTo(midr);
        }
    }

    @Test
    @DisplayName("The feature's place follows those of the features before it")
    void coreBehindOthers() throws IOException {
        byte[] bytes = new PerfDataBuilder().spe().cpuid("0x410fd4f0").bytes();
        ByteBuffer old = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int end = (int) (old.getLong(40) + old.getLong(48));
        ByteBuffer b = ByteBuffer.allocate(bytes.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        b.put(bytes, 0, end).putLong(0).putLong(0).put(bytes, end, bytes.length - end);
        b.putLong(72, 1 << 9 | 1 << 3 | 1L << 11).putLong(end + 16, end + 32);
        try (PerfDataReader reader = new PerfDataReader(file(b.array()))) {
            assertThat(reader.midr()).isEqualTo(0x410fd4f0);
        }
        // A text of no length, and one that no name of a core has.
        for (long size : new long[] {3, 4097, -1}) {
            b.putLong(end + 24, size);
            try (PerfDataReader reader = new PerfDataReader(file(b.array()))) {
                assertThat(reader.midr()).isZero();
            }
        }
        b.putLong(end + 24, 4);
        try (PerfDataReader reader = new PerfDataReader(file(b.array()))) {
            assertThat(reader.midr()).as("an empty text").isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"4", "6"})
    @DisplayName("SPE's own metadata says the core of the first CPU, behind a head of any length")
    void coreOfMetadata(int head) throws IOException {
        try (PerfDataReader reader = read(new PerfDataBuilder().spe(head, 0x410fd490))) {
            assertThat(reader.midr()).isEqualTo(0x410fd490);
        }
        // The first form of the metadata has no cores.
        try (PerfDataReader reader =
                read(new PerfDataBuilder().cpuid("0x410fd4f0").spe())) {
            assertThat(reader.midr()).isEqualTo(0x410fd4f0);
        }
    }

    @Test
    @DisplayName("Metadata that is of another version, of another kind, or too short for a CPU says no core")
    void otherMetadata() throws IOException {
        byte[] rest = PerfDataBuilder.words(1, 4, 0, 0, 0x41, 0, 3, 0x1234, 1, 2);
        try (PerfDataReader reader = read(new PerfDataBuilder().event(70, 0, PerfDataBuilder.ints(4, 0), rest))) {
            assertThat(reader.midr()).as("version 1").isZero();
        }
        byte[] two = PerfDataBuilder.words(2, 4, 0, 0, 0x41, 0, 3, 0x1234, 1, 2);
        try (PerfDataReader reader = read(new PerfDataBuilder()
                .event(70, 0, PerfDataBuilder.ints(3, 0), two)
                .spe())) {
            assertThat(reader.midr()).as("of CoreSight").isZero();
        }
        byte[] cut = PerfDataBuilder.words(2, 4, 0, 0, 0x41, 0, 3);
        try (PerfDataReader reader = read(new PerfDataBuilder().event(70, 0, PerfDataBuilder.ints(4, 0), cut))) {
            assertThat(reader.midr()).as("cut off before MIDR_EL1").isZero();
        }
        for (long words : new long[] {-1, 1L << 40}) {
            byte[] lies = PerfDataBuilder.words(2, words, 0, 0, 0x41, 0, 3, 0x1234, 1, 2);
            try (PerfDataReader reader = read(new PerfDataBuilder().event(70, 0, PerfDataBuilder.ints(4, 0), lies))) {
                assertThat(reader.auxes()).as("a head of %d words", words).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // perf's clock in nanoseconds is ticks * multiplier >> shift.
        "0, 1, 1000000000",
        "10, 1024, 1000000000",
        "24, 671088640, 25000000",
        "31, 2147483648, 1000000000",
        "32, 4294967296, 0",
        "-1, 1, 0",
        "0, 0, 0",
        "0, -5, 0"
    })
    @DisplayName("The counter's frequency is what the conversion of time says, where it can be one")
    void frequency(long shift, long multiplier, long frequency) throws IOException {
        try (PerfDataReader reader = read(new PerfDataBuilder().spe().clock(shift, multiplier))) {
            assertThat(reader.frequency()).isEqualTo(frequency);
        }
    }

    @Test
    @DisplayName("A conversion of time that is cut off says nothing, and two words are enough")
    void shortConversion() throws IOException {
        try (PerfDataReader reader = read(new PerfDataBuilder()
                .spe()
                .event(79, 0, PerfDataBuilder.words(0))
                .event(70, 0))) {
            assertThat(reader.frequency()).isZero();
        }
        try (PerfDataReader reader = read(new PerfDataBuilder().spe().event(79, 0, PerfDataBuilder.words(0, 1)))) {
            assertThat(reader.frequency()).isEqualTo(1_000_000_000);
        }
    }

    @Test
    @DisplayName("What is no perf.data file, or not one that can be read, says which it is")
    void headers() throws IOException {
        refused(new byte[104], "it is no perf.data file");
        refused(changed(0, 0x50455246494c4532L), "it is of a big-endian machine");
        refused(changed(8, 16), "it was written to a pipe: let perf record write a file");
        refused(changed(48, 0), "its data section is empty, as perf leaves it when it is killed");
        refused(changed(40, 103), "its data section lies outside the file");
        refused(changed(40, -1), "its data section lies outside the file");
        refused(changed(48, 33), "its data section lies outside the file");
        refused(changed(48, -1), "its data section lies outside the file");
        refused(changed(24, -1), "it is damaged");
        refused(changed(24, 1 << 20), "it ends too early");
        refused(new byte[103], "it ends too early");
        refused(
                new PerfDataBuilder().comm(1, 1, "sh", 1).bytes(),
                "it has no records of SPE; perf record -e arm_spe_0// makes them");
    }

    @Test
    @DisplayName("An event whose size is none, or that lies about what follows it, is refused with its place")
    void events() throws IOException {
        int begin = 104 + 136;
        refused(
                new PerfDataBuilder().raw(PerfDataBuilder.words(3)).bytes(),
                "the event at byte " + begin + " has no size that an event can have");
        refused(
                new PerfDataBuilder().spe().raw(PerfDataBuilder.ints(3)).bytes(),
                "the event at byte " + (begin + 32) + " has no size that an event can have");
        refused(
                new PerfDataBuilder()
                        .spe()
                        .raw(PerfDataBuilder.ints(3, 17 << 16, 0, 0))
                        .bytes(),
                "the event at byte " + (begin + 32) + " has no size that an event can have");
        refused(
                new PerfDataBuilder().spe().event(71, 0, new byte[32]).bytes(),
                "the AUXTRACE event before byte " + (begin + 32 + 40) + " is too short");
        refused(
                new PerfDataBuilder()
                        .spe()
                        .event(71, 0, PerfDataBuilder.words(1, 0, 0, 0, 0))
                        .bytes(),
                "the AUX data at byte " + (begin + 32 + 48) + " is cut off");
        refused(
                new PerfDataBuilder()
                        .spe()
                        .event(71, 0, PerfDataBuilder.words(-1, 0, 0, 0, 0))
                        .bytes(),
                "the AUX data at byte " + (begin + 32 + 48) + " is cut off");
        for (int type : new int[] {81, 83}) {
            refused(
                    new PerfDataBuilder().spe().event(type, 0).bytes(),
                    "it is compressed (perf record -z): record without -z");
        }
    }

    @Test
    @DisplayName("An event of the greatest size is read, and one of a kind that nobody knows passed over")
    void sizes() throws IOException {
        PerfDataBuilder builder = new PerfDataBuilder()
                .event(99, 0, new byte[0xfff0])
                .event(98, 0)
                .spe()
                .aux(0, 0, 0, RECORDS);
        try (PerfDataReader reader = read(builder)) {
            assertThat(reader.auxes()).hasSize(1);
        }
    }

    @Test
    @DisplayName("A file is perf's by its first eight bytes, of whichever byte order")
    void magic() throws IOException {
        assertThat(PerfDataReader.isPerfData(file(new PerfDataBuilder().bytes())))
                .isTrue();
        assertThat(PerfDataReader.isPerfData(file("2ELIFREP".getBytes()))).isTrue();
        assertThat(PerfDataReader.isPerfData(file("PERFILE".getBytes()))).isFalse();
        assertThat(PerfDataReader.isPerfData(file("PERFILE1".getBytes()))).isFalse();
        assertThat(PerfDataReader.isPerfData(file(new byte[0]))).isFalse();
    }
}
