// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.records.MalformedPerfDataException;
import dev.spelunk.api.records.PerfDataOptions;
import dev.spelunk.api.records.Profile;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.api.records.ReadProfile;
import dev.spelunk.api.records.RecordOrigin;
import dev.spelunk.records.Profiles;
import dev.spelunk.records.RecordBuilder;
import dev.spelunk.records.RecordsComponent;
import dev.spelunk.records.elf.ElfImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table has what the records say; DuckDB reads it. */
class RecordTableTest {
    private static final long NEOVERSE_N1 = 0x413f_d0c1L;
    private static final PerfDataOptions HERE = new PerfDataOptions(null, null);

    @TempDir
    private Path folder;

    private Path table(ProfileDescription description, byte[]... records) throws IOException {
        Path table = folder.resolve("records.parquet");
        try (Profile profile = new RecordsComponent().begin(null, table, description)) {
            for (int cpu = 0; cpu < records.length; cpu++) {
                profile.take(cpu, new ByteArrayInputStream(records[cpu]));
            }
            profile.finish();
            assertThat(profile.tableFailure()).isNull();
        }
        return table;
    }

    private static byte[] load() {
        return new RecordBuilder()
                .address(0, RecordBuilder.instruction(0xffff_ff80_4000_0000L, 1))
                .context(1, -2)
                .context(2, 7)
                .operation(1, 0)
                .events(1 << 1 | 1 << 2 | 1 << 3 | 1L << 63, 8)
                .counter(0, 300)
                .counter(1, 5)
                .counter(2, 0)
                .counter(4, 9)
                .va(0xab00_0000_1234_5678L)
                .address(3, 1L << 63 | 1L << 62 | 5L << 56 | 0x8000_1000L)
                .dataSource(9, 1)
                .timestamp(-1)
                .bytes();
    }

    @Test
    @DisplayName("Every packet is in its column, with the type and sign of what it holds")
    void everyPacket() throws Exception {
        byte[] branch = new RecordBuilder()
                .pc(0x400000, 0)
                .operation(2, 1)
                .events(1 << 1 | 1 << 7, 2)
                .target(0xff_ffff_8000_0000L, 2)
                .address(4, 0x400100)
                .end()
                .bytes();
        ProfileDescription description = new ProfileDescription(null, 2, NEOVERSE_N1, 1_000_000, List.of());
        try (Duck duck = new Duck(table(description, load(), branch))) {
            assertThat(duck.rows(
                            "select vcpu, cpu, position, record_bytes, buffer_address, timestamp, format('{:x}', pc), el, "
                                    + "security_state, function, context_el1, context_el2 from records order by vcpu"))
                    .containsExactly(
                            "0 null 0 " + load().length
                                    + " null 18446744073709551615 ffffff8040000000 1 Non-secure null 4294967294 7",
                            "1 null 0 " + branch.length + " null null 400000 0 Non-secure null null null");
            assertThat(duck.rows("select operation_class, operation_subclass, operation, operation_payload, store, "
                            + "format('{:x}', branch_target), branch_target_el, format('{:x}', previous_branch_target) "
                            + "from records order by vcpu"))
                    .containsExactly(
                            "load_store general_purpose load 0 false null null null",
                            "branch branch conditional branch 1 null ffffffff80000000 2 400100");
            assertThat(duck.rows("select events, event_retired, event_l1d_refill, event_mispredicted, total_latency, "
                            + "issue_latency, translation_latency, alternate_issue_latency from records order by vcpu"))
                    .containsExactly(
                            "9223372036854775822 true true false 300 5 0 9", "130 true false true null null null null");
            assertThat(duck.one("select format('{:x}', data_virtual_address), format('{:x}', data_physical_address), "
                            + "data_physical_address_space, data_allocation_tag, data_source, data_source_name, memory_level "
                            + "from records where vcpu = 0"))
                    .isEqualTo("ab00000012345678 80001000 Non-secure 5 9 peer core beyond L1");
            assertThat(duck.one(
                            "select count(data_virtual_address), count(data_source), count(memory_level) from records"))
                    .isEqualTo("1 1 1");
        }
    }

    @Test
    @DisplayName("While a machine runs it is known which PE made a record, and where in the buffer it is")
    void origins() throws Exception {
        Path table = folder.resolve("records.parquet");
        byte[] record =
                new RecordBuilder().pc(0x400000, 0).events(2, 2).end().align(6).bytes();
        ProfileDescription description = new ProfileDescription(null, 2, 0, 1_000_000, List.of());
        try (Profile profile = new RecordsComponent().begin(null, table, description)) {
            RecordOrigin origin = new RecordOrigin();
            for (int i = 0; i < 10_000; i++) {
                origin.vcpu = i & 1;
                origin.pe = 3 - (i & 1);
                origin.address = 0xffff_0000_0000_0000L + 64L * i;
                profile.record(origin, record, 0, record.length);
            }
            profile.finish();
        }
        try (Duck duck = new Duck(table)) {
            assertThat(duck.rows("select vcpu, cpu, count(*), min(buffer_address - 18446462598732840960), "
                            + "max(buffer_address - 18446462598732840960), max(position), "
                            + "count(*) filter (buffer_address - 18446462598732840960 = 2 * position + 64 * vcpu) "
                            + "from records group by all order by vcpu"))
                    .containsExactly("0 3 5000 0 639872 319936 5000", "1 2 5000 64 639936 319936 5000");
        }
    }

    @Test
    @DisplayName("Records of real hardware with padding between their packets, and beyond damage, are rows")
    void realHardware() throws Exception {
        byte[] padded = HexFormat.of()
                .parseHex(
                        ("b0 30 12 20 00 c0 ff ff a0  00 00 00 00 00  64 34 12 00 00  49 00  52 16 00  99 03 00  98 09 00"
                                        + "b2 78 56 34 00 c0 ff ff 00  9a 01 00  00 00 00 00 00 00 00 00 00 00  43 00  00 00  "
                                        + "71 20 1b 47 00 00 00 00 00")
                                .replace(" ", ""));
        byte[] noise = new byte[3000];
        new Random(3).nextBytes(noise);
        byte[] all = new byte[2 * padded.length + noise.length];
        System.arraycopy(padded, 0, all, 0, padded.length);
        System.arraycopy(noise, 0, all, padded.length, noise.length);
        System.arraycopy(padded, 0, all, padded.length + noise.length, padded.length);
        ProfileDescription description = new ProfileDescription(null, 1, NEOVERSE_N1, 0, List.of());
        try (Duck duck = new Duck(table(description, all))) {
            assertThat(duck.rows("select position, data_source_name, total_latency, timestamp from records "
                            + "where format('{:x}', pc) = 'ffffc00000201230' or format('{:x}', pc) = 'ffffffc000201230' "
                            + "order by position"))
                    .containsExactly(
                            "0 L1 data cache 9 4660000", padded.length + noise.length + " L1 data cache 9 4660000");
        }
    }

    private Path perfData(byte[]... records) throws IOException {
        Path guest = Files.write(folder.resolve("guest.elf"), ElfImage.bytes());
        Path file = folder.resolve("perf.data");
        Profiles.write(
                file,
                new ProfileDescription(
                        guest,
                        records.length,
                        NEOVERSE_N1,
                        25_000_000,
                        List.of(new Segment(ElfImage.TEXT, 0x100, 0x100, 1), new Segment(0x400000, 0x100, 0x100, 0))),
                records);
        return file;
    }

    @Test
    @DisplayName("perf.data that this project writes is read again: the same rows, functions, core and clock")
    void ownPerfData() throws Exception {
        byte[] kernel = new RecordBuilder()
                .context(1, 3)
                .pc(ElfImage.TEXT, 1)
                .events(2, 2)
                .timestamp(50)
                .align(3)
                .bytes();
        byte[] user = new RecordBuilder()
                .context(1, 4)
                .pc(0x400000, 0)
                .events(2, 2)
                .dataSource(9, 1)
                .timestamp(60)
                .align(3)
                .bytes();
        Path data = perfData(kernel, user);
        Path table = folder.resolve("records.parquet");
        assertThat(new RecordsComponent().isPerfData(data)).isTrue();
        assertThat(new RecordsComponent().isPerfData(folder.resolve("guest.elf")))
                .isFalse();
        ReadProfile read = new RecordsComponent().read(data, HERE, table);
        assertThat(read.description().midr()).isEqualTo(NEOVERSE_N1);
        assertThat(read.description().counterFrequency()).isEqualTo(25_000_000);
        assertThat(read.data().records()).isEqualTo(2);
        assertThat(read.malformed()).isNull();
        List<String> functions = Profiles.data(
                        new ProfileDescription(
                                folder.resolve("guest.elf"),
                                2,
                                NEOVERSE_N1,
                                25_000_000,
                                List.of(
                                        new Segment(ElfImage.TEXT, 0x100, 0x100, 1),
                                        new Segment(0x400000, 0x100, 0x100, 0))),
                        kernel,
                        user)
                .functions()
                .stream()
                .map(function -> "EL" + function.el() + " " + function.name())
                .sorted()
                .toList();
        try (Duck duck = new Duck(table)) {
            assertThat(duck.rows("select 'EL' || el || ' ' || function from records order by el"))
                    .isEqualTo(functions);
            assertThat(duck.rows("select cpu, vcpu, task, timestamp, data_source_name from records order by cpu"))
                    .containsExactly("0 null guest 50 null", "1 null guest 60 peer core");
        }
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 8, 50, 103, 104, 300, 400, 500, 700})
    @DisplayName("perf.data that ends too early is refused with its name and the reason")
    void cutOff(int size) throws IOException {
        byte[] whole = Files.readAllBytes(perfData(new RecordBuilder()
                .pc(0x400000, 0)
                .events(2, 2)
                .timestamp(60)
                .align(3)
                .bytes()));
        Path cut = Files.write(folder.resolve("cut.data"), Arrays.copyOf(whole, size));
        assertThatThrownBy(() -> new RecordsComponent().read(cut, HERE, null))
                .isInstanceOf(MalformedPerfDataException.class)
                .hasMessageStartingWith(cut + ": it");
    }

    @Test
    @DisplayName("perf.data with any damage is read or refused, and nothing else")
    void anyDamage() throws IOException {
        byte[] whole = Files.readAllBytes(perfData(new RecordBuilder()
                .pc(0x400000, 0)
                .events(2, 2)
                .timestamp(60)
                .align(3)
                .bytes()));
        Random random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = whole.clone();
            for (int k = random.nextInt(3); k >= 0; k--) {
                damaged[random.nextInt(damaged.length)] = (byte) (random.nextInt(3) == 0 ? 0xff : random.nextInt());
            }
            Path file = Files.write(folder.resolve("damaged.data"), damaged);
            try {
                new RecordsComponent().read(file, HERE, null);
            } catch (MalformedPerfDataException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(100, 2900);
    }

    @Test
    @DisplayName("A table that cannot be written leaves the profile whole")
    void fullDisk() throws IOException {
        Path full = Path.of("/dev/full");
        try (Profile profile = new RecordsComponent()
                .begin(folder.resolve("perf.data"), full, new ProfileDescription(null, 1, 0, 1_000_000, List.of()))) {
            profile.take(0, new ByteArrayInputStream(load()));
            profile.finish();
            assertThat(profile.tableFailure()).isNotNull();
            assertThat(profile.data().records()).isEqualTo(1);
        }
    }
}
