// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.records.GuestElf;
import dev.spelunk.records.Profiles;
import dev.spelunk.records.RecordBuilder;
import dev.spelunk.records.RequiredTool;
import dev.spelunk.records.elf.ElfFile;
import dev.spelunk.records.packet.PacketPrinter;
import dev.spelunk.records.packet.RecordReader;
import dev.spelunk.records.packet.SampleRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The stock perf reads what is written here. */
class StockPerfTest {
    private static final long MIDR = 0x410fd0c0L;
    private static final long HERTZ = 62_500_000;
    private static final int CONTEXT = 41;
    private static final long KERNEL = 0xffff_ff80_4008_0000L;

    @TempDir
    private Path folder;

    @BeforeEach
    void tools(TestInfo test) {
        RequiredTool.require("StockPerfTest: " + test.getDisplayName(), "perf", "linux-perf");
        RequiredTool.require(
                "StockPerfTest: " + test.getDisplayName(), "aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
    }

    private String perf(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("perf"));
        command.addAll(Arrays.asList(arguments));
        Path errors = folder.resolve("errors");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor())
                .as("%s: %s", command, Files.readString(errors))
                .isZero();
        return output;
    }

    /** Executable segments of a guest, code in the upper half or at its load address at EL1. */
    private static List<Segment> segments(Path guest) throws IOException {
        List<Segment> segments = new ArrayList<>();
        for (ElfFile.Load load : ElfFile.read(guest).loads()) {
            segments.add(
                    new Segment(load.address(), load.fileSize(), load.offset(), load.address() == 0x400000 ? 0 : 1));
        }
        return segments;
    }

    private Path write(Path guest, byte[] records) throws IOException {
        Path file = folder.resolve("perf.data");
        Profiles.write(file, new ProfileDescription(guest, 1, MIDR, HERTZ, segments(guest)), records);
        return file;
    }

    private static void sample(RecordBuilder b, long pc, int el, boolean context, long time) {
        if (context) {
            b.context(1, CONTEXT);
        }
        b.counter(0, 12).counter(1, 4).pc(pc, el);
        switch ((int) (pc >>> 2) % 3) {
            case 0 -> b.operation(0, 0).events(2, 2);
            case 1 -> b.va(0xffff_ff80_4009_0000L).counter(2, 1).operation(1, 0).events(2, 2);
            default -> b.target(pc + 8, el).operation(2, 1).events(2, 2);
        }
        if (time > 0) {
            b.timestamp(time);
        } else {
            b.end();
        }
        b.align(6);
    }

    private static List<String> functions(String script) {
        return script.lines()
                .filter(l -> l.contains("instructions:"))
                .map(l -> l.substring(l.indexOf("instructions:") + 13).trim().split("\\s+")[1])
                .toList();
    }

    @Test
    @DisplayName("perf names the functions of a guest linked high, at EL1 and EL0, with times and processes")
    void linkedHigh() throws Exception {
        Path guest = GuestElf.link(folder, "guest", GuestElf.HIGH);
        RecordBuilder b = new RecordBuilder();
        sample(b, KERNEL + 0x4, 1, true, 62_500);
        sample(b, KERNEL + 0x10, 1, true, 125_000);
        sample(b, KERNEL + 0x24, 1, true, 187_500);
        sample(b, KERNEL + 0x34, 1, true, 250_000);
        sample(b, 0x400008, 0, true, 312_500);
        sample(b, 0x400010, 0, true, 375_000);
        Path file = write(guest, b.bytes());
        String script = perf("script", "--itrace=i1i", "-i", file.toString());
        assertThat(functions(script))
                .containsExactly(
                        "_start+0x4",
                        "kernel_chase+0x0",
                        "kernel_sort+0x4",
                        "vectors+0x4",
                        "user_scan+0x8",
                        "user_sum+0x0");
        assertThat(script.lines().filter(l -> l.contains("instructions:")))
                .allMatch(l -> l.trim().startsWith("guest"))
                .allMatch(l -> l.contains(" " + CONTEXT + " "));
        assertThat(script).contains("0.001000:").contains("0.006000:");
        try (Stream<Path> files = Files.list(folder.resolve("guest.elf.symbols"))) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .as("the guest's own file serves for EL1")
                    .singleElement()
                    .asString()
                    .startsWith("guest.elf.el0.");
        }
        assertThat(perf("report", "--itrace=i1i", "--stdio", "-i", file.toString()))
                .contains("[k] kernel_chase")
                .contains("[.] user_scan");
        assertThat(perf("report", "--header-only", "-i", file.toString()))
                .contains("# arch : aarch64")
                .contains("# cpuid : 0x00000000410fd0c0")
                .contains("arm_spe_0//")
                .contains("arm_spe_0 = 8");
    }

    @Test
    @DisplayName("the header is as complete as perf's own, and perf's mem and c2c say nothing against the file")
    void completeHeader() throws Exception {
        Path guest = GuestElf.link(folder, "guest", GuestElf.HIGH);
        RecordBuilder b = new RecordBuilder();
        for (int i = 0; i < 30; i++) {
            sample(b, KERNEL + 4 * i, 1, true, 1000 + i);
        }
        Path file = folder.resolve("perf.data");
        ProfileDescription description = new ProfileDescription(guest, 2, MIDR, HERTZ, segments(guest))
                .by(new ProfileDescription.Recorder(
                        "Spelunk 9.8.7", "Spelunk, variant x", List.of("spelunk", "run", "-o", "o"), 1 << 28, 1));
        Profiles.write(file, description, b.bytes(), b.bytes());
        assertThat(perf("report", "--header-only", "-I", "-i", file.toString()).lines())
                .contains(
                        "# hostname : spelunk",
                        "# os release : spelunk",
                        "# perf version : Spelunk 9.8.7",
                        "# arch : aarch64",
                        "# nrcpus online : 2",
                        "# nrcpus avail : 2",
                        "# cpudesc : Spelunk, variant x",
                        "# total memory : 262144 kB",
                        "# cmdline : spelunk run -o o ",
                        "# sibling sockets : 0-1",
                        "# CPU 1: Core ID 1, Socket ID 0",
                        "# node0 meminfo  : total = 262144 kB, free = 0 kB",
                        "# node0 cpu list : 0-1");
        assertThat(perf("mem", "report", "--stdio", "-i", file.toString())).contains("kernel_");
        assertThat(perf("c2c", "report", "--stdio", "-i", file.toString())).contains("Trace Event Information");
        assertThat(Files.readString(folder.resolve("errors"))).doesNotContain("Failed", "invalid", "Old SPE");
        perf("report", "--itrace=i1i", "--stdio", "-i", file.toString());
        assertThat(Files.readString(folder.resolve("errors"))).doesNotContain("restricted");
    }

    @Test
    @DisplayName("perf knows the guest's files by their build ids, also those that are made for it")
    void buildIds() throws Exception {
        Path guest = GuestElf.link(folder, "guest", GuestElf.HIGH);
        RecordBuilder b = new RecordBuilder();
        sample(b, KERNEL + 0x10, 1, true, 1000);
        sample(b, 0x400004, 0, true, 1100);
        Path file = write(guest, b.bytes());
        byte[] made = ElfFile.read(folder.resolve("guest.elf.symbols/guest.elf.el0.0"))
                .buildId();
        assertThat(made).hasSize(20);
        assertThat(perf("buildid-list", "-i", file.toString()))
                .contains(HexFormat.of().formatHex(made) + " " + folder.resolve("guest.elf.symbols/guest.elf.el0.0"));

        Path identified = GuestElf.link(folder, "identified", GuestElf.HIGH, "-Wl,--build-id=0x0123456789abcdef");
        file = write(identified, b.bytes());
        assertThat(perf("script", "--itrace=i1i", "--show-mmap-events", "-i", file.toString()))
                .containsPattern("<0123456789abcdef>\\]: .* " + identified + "\n");
        assertThat(functions(perf("script", "--itrace=i1i", "-i", file.toString())))
                .containsExactly("kernel_chase+0x0", "user_scan+0x4");
    }

    @Test
    @DisplayName("perf annotate disassembles what was sampled at EL0, and no name of a file has two mappings")
    void annotate() throws Exception {
        RequiredTool.require("StockPerfTest.annotate", "aarch64-linux-gnu-objdump", "binutils-aarch64-linux-gnu");
        for (String script : List.of(GuestElf.HIGH, GuestElf.LOW)) {
            Path guest = GuestElf.link(folder, "guest", script);
            RecordBuilder b = new RecordBuilder();
            sample(b, 0x400004, 0, true, 1000);
            sample(b, 0x400014, 0, true, 1100);
            sample(b, script.equals(GuestElf.HIGH) ? KERNEL + 0x10 : 0x4008_1018L, 1, true, 1200);
            Path file = write(guest, b.bytes());
            String text = perf(
                    "annotate",
                    "--itrace=i1i",
                    "--stdio",
                    "--objdump",
                    "aarch64-linux-gnu-objdump",
                    "-i",
                    file.toString(),
                    "user_scan");
            assertThat(text).containsPattern("100.00 .* 400004:").contains("user_scan");
            List<String> mappings = perf("script", "--itrace=i1i", "--show-mmap-events", "-i", file.toString())
                    .lines()
                    .filter(l -> l.contains("PERF_RECORD_MMAP"))
                    .toList();
            assertThat(mappings).hasSizeGreaterThan(1);
            assertThat(mappings.stream().map(m -> m.substring(m.lastIndexOf('/') + 1)))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    @DisplayName("perf names the functions of a guest linked at its load address, with code before .text")
    void linkedLow() throws Exception {
        Path guest = GuestElf.link(folder, "guest", GuestElf.LOW);
        RecordBuilder b = new RecordBuilder();
        sample(b, 0x4008_0004L, 1, true, 1000);
        sample(b, 0x4008_1000L, 1, true, 1100);
        sample(b, 0x4008_1018L, 1, true, 1200);
        sample(b, 0x400004, 0, true, 1300);
        Path file = write(guest, b.bytes());
        String script = perf("script", "--itrace=i1i", "-i", file.toString());
        assertThat(functions(script)).containsExactly("vectors+0x4", "_start+0x0", "kernel_chase+0x8", "user_scan+0x4");
        assertThat(script).contains("ff00000040080004");
    }

    @Test
    @DisplayName("perf reads records without contexts and without timestamps")
    void plainRecords() throws Exception {
        Path guest = GuestElf.link(folder, "guest", GuestElf.HIGH);
        RecordBuilder b = new RecordBuilder();
        sample(b, KERNEL + 0x10, 1, false, 0);
        sample(b, 0x400010, 0, false, 0);
        Path file = write(guest, b.bytes());
        assertThat(functions(perf("script", "--itrace=i1i", "-i", file.toString())))
                .containsExactly("kernel_chase+0x0", "user_sum+0x0");
    }

    @Test
    @DisplayName("perf reads a profile without any record")
    void noRecords() throws Exception {
        Path file = write(GuestElf.link(folder, "guest", GuestElf.HIGH), new byte[0]);
        assertThat(perf("report", "-D", "-i", file.toString())).contains("PERF_RECORD_AUXTRACE_INFO");
        assertThat(functions(perf("script", "--itrace=i1i", "-i", file.toString())))
                .isEmpty();
    }

    @Test
    @DisplayName("Code said to run at EL0 but sampled at EL1 is mapped for both")
    void sampledElsewhere() throws Exception {
        Path guest = GuestElf.link(folder, "guest", GuestElf.HIGH);
        RecordBuilder b = new RecordBuilder();
        sample(b, 0x400004, 1, true, 1000);
        sample(b, 0x400014, 0, true, 1100);
        sample(b, KERNEL + 0x10, 1, true, 1200);
        Path file = write(guest, b.bytes());
        assertThat(functions(perf("script", "--itrace=i1i", "-i", file.toString())))
                .containsExactly("user_scan+0x4", "user_sum+0x4", "kernel_chase+0x0");
    }

    @Test
    @DisplayName("perf prints the packets that this project prints, line by line")
    void samePackets() throws Exception {
        Path guest = GuestElf.link(folder, "guest", GuestElf.HIGH);
        Random random = new Random(7);
        RecordBuilder b = new RecordBuilder();
        for (int i = 0; i < 500; i++) {
            randomRecord(b, random);
        }
        String dump = perf("report", "-D", "-i", write(guest, b.bytes()).toString());
        assertThat(dump).doesNotContain("Bad packet");
        List<String> perfLines =
                dump.lines().filter(l -> l.matches("\\.  [0-9a-f]{8}: .*")).toList();
        StringBuilder ours = new StringBuilder();
        RecordReader reader = new RecordReader(b.bytes(), 0);
        SampleRecord record = new SampleRecord();
        PacketPrinter printer = new PacketPrinter(ours);
        while (reader.next(record, printer)) {
            assertThat(record.unknownPackets).isZero();
        }
        List<String> ourLines = ours.toString().lines().toList();
        for (int i = 0; i < ourLines.size(); i++) {
            // perf 6.1 has no word for these registers.
            assertThat(ourLines.get(i).replace(" SVE-SME-REG", "")).isEqualTo(perfLines.get(i));
        }
        assertThat(ourLines).hasSameSizeAs(perfLines);
    }

    /** A record of packets and values that perf 6.1 knows. */
    private static void randomRecord(RecordBuilder b, Random random) {
        if (random.nextBoolean()) {
            b.context(1 + random.nextInt(2), random.nextInt());
        }
        for (int index = 0; index < 3; index++) {
            b.counter(index, random.nextInt(0x1000));
        }
        b.pc(random.nextLong(), random.nextInt(4));
        if (random.nextBoolean()) {
            b.target(random.nextLong(), random.nextInt(4));
        }
        if (random.nextBoolean()) {
            b.va(random.nextLong()).pa(random.nextLong() & ~(1L << 60));
        }
        int[] loads = {0x00, 0x04, 0x10, 0x30, 0x06, 0x0a, 0x12, 0x1e, 0x08, 0x2c};
        switch (random.nextInt(3)) {
            case 0 -> b.operation(0, random.nextInt(2));
            case 1 -> b.operation(1, loads[random.nextInt(loads.length)] | random.nextInt(2));
            default -> b.operation(2, random.nextInt(4));
        }
        if (random.nextBoolean()) {
            b.dataSource(random.nextInt(256), 1);
        }
        b.events(random.nextLong() & 0x60fff, 4);
        if (random.nextBoolean()) {
            b.timestamp(random.nextLong() >>> 1);
        } else {
            b.end();
        }
        b.align(random.nextInt(7));
    }

    @Test
    @DisplayName("perf reads a profile of many pieces, leaves out what is no whole record, and sorts nothing wrong")
    void largeProfile() throws Exception {
        Path guest = GuestElf.link(folder, "guest", GuestElf.HIGH);
        RecordBuilder b = new RecordBuilder();
        int count = 40_000;
        for (int i = 0; i < count; i++) {
            sample(b, KERNEL + 4 * (i % 12), 1, true, 1000 + 50L * i);
            if (i == 20_000) {
                // A record that a fault cut off.
                b.pc(KERNEL, 1).raw(0x98, 0x01);
                b.align(6);
            }
        }
        Path file = write(guest, b.bytes());
        String dump = perf("report", "-D", "-i", file.toString());
        assertThat(dump).doesNotContain("Bad packet");
        assertThat(dump.lines()
                        .filter(l -> l.contains("PERF_RECORD_AUXTRACE size"))
                        .count())
                .isGreaterThan(2);
        assertThat(dump).contains("PERF_RECORD_AUX offset: 0").contains("flags: 0x1 [T]");
        List<String> functions = functions(perf("script", "--itrace=i1i", "-i", file.toString()));
        assertThat(functions).hasSize(count);
        assertThat(functions.stream().filter(f -> f.startsWith("kernel_chase")).count())
                .isEqualTo(4L * (count / 12));
    }
}
