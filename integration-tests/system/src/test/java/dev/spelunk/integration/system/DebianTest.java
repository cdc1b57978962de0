// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.spelunk.cli.debian.Cache;
import dev.spelunk.records.elf.ElfFile;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Debian's own kernel, with its own SPE driver and its own perf, as a guest. What it prints and what the host's tools
 * make of its profile is the judge; each boot proves many things, as it takes its time.
 */
@Tag("debian")
class DebianTest {
    private static final String TEST = "DebianTest";
    /** Counts of instructions at which Linux boots, and at which perf is at work; the recording ends later. */
    private static final long EARLY = 500_000_000;

    private static final long LATE = 1_200_000_000;

    @TempDir
    private Path folder;

    private Cache packages;

    @BeforeEach
    void fetched() throws IOException {
        packages = Debian.cache(TEST);
        folder = folder.toRealPath();
    }

    private String host(String... command) throws IOException, InterruptedException {
        return Tools.run(folder, command).out();
    }

    private Spelunk.Outcome boot(String append, Path initrd, String... options) {
        List<String> command = new ArrayList<>(List.of(
                "boot", "--kernel", packages.kernel().toString(), "--initrd", initrd.toString(), "--append", append));
        command.addAll(List.of(options));
        Spelunk.Outcome outcome = Spelunk.run(command.toArray(String[]::new));
        assertThat(outcome.out()).as(outcome.err()).contains("the init script has ended");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return outcome;
    }

    @Test
    @DisplayName(
            "record: streams, exit code, context packets of the process, kernel symbols, and samples as the machine counts")
    void recordsAProgram() throws IOException, InterruptedException {
        Tools.require(TEST, "perf", "linux-perf");
        Path program = Debian.program(TEST, folder, "profiled");
        Path output = folder.resolve("out");
        Spelunk.Outcome run = Spelunk.with(
                        "record",
                        "--cache",
                        packages.path().toString(),
                        "-o",
                        output.toString(),
                        "--event",
                        "arm_spe_0/ts_enable=1/",
                        "--period",
                        "1024",
                        "--count-functions",
                        "--records",
                        "parquet",
                        "--cpus",
                        "2",
                        "--",
                        program.toString(),
                        "one",
                        "it's two")
                .input("some input\n")
                .run();
        assertThat(run.code()).as(run.err()).isEqualTo(7);
        assertThat(run.out()).isEqualTo("2 arguments, the last it's two; input some input\n");
        assertThat(run.err().lines().filter(line -> !line.startsWith("spelunk: ")))
                .first()
                .isEqualTo("an error message");
        assertThat(run.err())
                .contains("--kallsyms")
                .containsPattern("boot [0-9.]+, program under perf [0-9.]+, bringing out [0-9.]+");
        try (var files = Files.list(output)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("perf.data", "kallsyms", "functions.json", "records.parquet");
        }

        JsonObject counted;
        try (InputStream stream = Files.newInputStream(output.resolve("functions.json"));
                JsonReader reader = Json.createReader(stream)) {
            counted = reader.readObject();
        }
        // The shell that starts the program begins at the same address, and is not taken for it.
        assertThat(counted.getJsonArray("contexts")).hasSize(1);
        JsonObject context = counted.getJsonArray("contexts").getJsonObject(0);
        double share = 1.0
                * context.getJsonObject("functions").getJsonNumber("hot").longValue()
                / context.getJsonNumber("instructions").longValue();
        assertThat(share).isBetween(0.5, 0.95);

        String profile = output.resolve("perf.data").toString();
        List<String> samples = host(
                        "perf",
                        "script",
                        "--itrace=i1i",
                        "--kallsyms",
                        output.resolve("kallsyms").toString(),
                        "-F",
                        "pid,tid,ip,sym",
                        "-i",
                        profile)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        List<String> own = samples.stream()
                .filter(line -> !line.split("\\s+")[1].startsWith("ffff"))
                .toList();
        assertThat(own.size()).as("samples at EL0").isGreaterThan(1000);
        double sampled =
                1.0 * own.stream().filter(line -> line.endsWith(" hot")).count() / own.size();
        assertThat(sampled).as("share of samples in the hot function").isCloseTo(share, within(0.05));

        // The table has the samples that perf has, with the functions of the program. perf takes _init, which has no
        // size, to reach over the end of its section and the PLT behind it.
        ElfFile elf = ElfFile.read(program);
        ElfFile.Section init = elf.sections().stream()
                .filter(section -> section.name().equals(".init"))
                .findFirst()
                .orElseThrow();
        Map<String, Long> perfs = own.stream()
                .map(line -> line.split("\\s+", 3))
                .map(words ->
                        words[2].equals("_init") && Long.parseUnsignedLong(words[1], 16) >= init.address() + init.size()
                                ? "[unknown]"
                                : words[2])
                .collect(Collectors.groupingBy(name -> name, Collectors.counting()));
        assertThat(Tables.counts(
                        "select coalesce(function, '[unknown]'), count(*) from records where el = 0 group by 1",
                        output))
                .isEqualTo(perfs);
        assertThat(Tables.ask("select count(*), count(distinct task), min(task) from records", output))
                .containsExactly(samples.size() + ",1,profiled");

        // Every sample has the process's number, from the context packets; it is the one that the machine saw.
        int process = context.getInt("contextidr");
        assertThat(samples.stream().map(line -> line.split("\\s+")[0]).collect(Collectors.toSet()))
                .isEqualTo(Set.of(process + "/" + process));
        String dump = host("perf", "report", "-D", "-i", profile);
        Set<String> contexts = dump.lines()
                .filter(line -> line.matches("\\.  [0-9a-f]{8}: .*CONTEXT 0x.*"))
                .map(line -> line.replaceAll(".*CONTEXT (0x[0-9a-f]+) el(\\d).*", "$1 $2"))
                .collect(Collectors.toSet());
        assertThat(contexts).isEqualTo(Set.of(String.format("0x%x 1", process)));
        assertThat(dump.lines().filter(line -> line.contains("Bad packet"))).isEmpty();

        // A sample of the kernel finds its function in the symbols that came out; modules have veneers without a
        // symbol.
        assertThat(samples.stream().filter(line -> line.split("\\s+")[1].matches("ffff80000[1-9a-f].*")))
                .isNotEmpty()
                .noneMatch(line -> line.contains("[unknown]"));
        assertThat(Files.readAllLines(output.resolve("kallsyms")))
                .hasSizeGreaterThan(10_000)
                .anyMatch(line -> line.matches("ffff[0-9a-f]{12} T _stext"))
                .anyMatch(line -> line.contains("[arm_spe_pmu]"));
    }

    @Test
    @DisplayName("record: a dynamic program with the libraries of a sysroot, under none")
    void recordsADynamicProgram() throws IOException, InterruptedException {
        Tools.require(TEST, "perf", "linux-perf");
        Path program = Debian.program(TEST, folder, "profiled", "-pie", "-fPIE");
        Path output = folder.resolve("out");
        Spelunk.Outcome run = Spelunk.with(
                        "record",
                        "--cache",
                        packages.path().toString(),
                        "-o",
                        output.toString(),
                        "--sysroot",
                        "/usr/aarch64-linux-gnu",
                        "--hypervisor",
                        "none",
                        "--period",
                        "2048",
                        "--",
                        program.toString())
                .run();
        assertThat(run.code()).as(run.err()).isEqualTo(7);
        assertThat(run.out()).startsWith("0 arguments, the last " + program + "; input ");
        String report = host(
                "perf",
                "report",
                "--stdio",
                "--itrace=i1i",
                "-F",
                "overhead,dso,sym",
                "-i",
                output.resolve("perf.data").toString());
        assertThat(report).containsPattern("profiled +\\[\\.] hot").contains("libc.so.6");
        assertThat(report.lines()
                        .filter(line -> line.matches(" +\\d+\\.\\d+%.*"))
                        .findFirst())
                .hasValueSatisfying(line -> assertThat(line).endsWith("[.] hot"));
    }

    @Test
    @DisplayName("record: two vCPUs on one PE, each with a program of its own, have a buffer and samples each")
    void recordsOnASharedPe() throws IOException, InterruptedException {
        Tools.require(TEST, "perf", "linux-perf");
        String busybox = packages.root().resolve("bin/busybox").toString();
        Path output = folder.resolve("out");
        Spelunk.Outcome run = Spelunk.with(
                        "record",
                        "--cache",
                        packages.path().toString(),
                        "-o",
                        output.toString(),
                        "--cpus",
                        "2",
                        "--physical-pes",
                        "1",
                        "--check",
                        "--period",
                        "2048",
                        "--",
                        busybox,
                        "sh",
                        "-c",
                        """
                for cpu in 1 2; do
                    BUSYBOX taskset $cpu BUSYBOX sh -c 'i=0; while [ $i -lt 1000 ]; do i=$((i + 1)); done; echo counted to $i' &
                done
                wait
                exit 5""".replace("BUSYBOX", busybox))
                .run();
        assertThat(run.code()).as(run.err()).isEqualTo(5);
        assertThat(run.out()).isEqualTo("counted to 1000\ncounted to 1000\n");
        Map<String, Long> samples = host(
                        "perf",
                        "script",
                        "--itrace=i1i",
                        "-F",
                        "cpu",
                        "-i",
                        output.resolve("perf.data").toString())
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("["))
                .collect(Collectors.groupingBy(line -> line, Collectors.counting()));
        assertThat(samples.keySet()).isEqualTo(Set.of("[000]", "[001]"));
        assertThat(samples.values()).as("%s", samples).allMatch(count -> count > 1000);
    }

    @ParameterizedTest
    @CsvSource({
        "armv8.2-spe-v1p0, none, 1, 0xffff0000ff00f0aa",
        "default, kvm, 2, 0xffff0000ff06f8aa",
        "armv9.5-spe-v1p5, kvm, 1, 0xffff0000ff06f8aa"
    })
    @DisplayName("the driver binds to every PMSVer and accepts the event filters that it has")
    void driverBinds(String variant, String hypervisor, String cpus, String filters)
            throws IOException, InterruptedException {
        Path program = Debian.program(TEST, folder, "filters");
        Path initrd = Debian.initramfs(
                packages, folder.resolve("initrd"), "/filters", archive -> archive.file("filters", 0755, program));
        String console = boot(
                        "nokaslr kpti=off", initrd, "--variant", variant, "--hypervisor", hypervisor, "--cpus", cpus)
                .out();
        assertThat(console).containsPattern("arm_spe_pmu.*probed for CPUs 0" + (cpus.equals("1") ? " " : "-1 "));
        // Linux 6.1 knows the bits of FEAT_SPE and of FEAT_SPEv1p1, and takes every later version for the latter.
        assertThat(console).contains("event_filter accepts " + filters);
    }

    @Test
    @DisplayName(
            "with page table isolation the kernel boots, its driver refuses, Debian's programs print what they print under "
                    + "qemu-aarch64, and perf counts and samples with the performance monitors")
    void realPrograms() throws IOException, InterruptedException {
        Tools.require(TEST, "qemu-aarch64-static", "qemu-user-static");
        Path inputs = folder.resolve("inputs");
        Debian.writeInputs(inputs);
        Path counted = Debian.program(TEST, folder, "counted");
        Path initrd = Debian.initramfs(packages, folder.resolve("initrd"), """
                cd /work
                run() { program=/$1; shift; $program "$@"; }
                . ./checks.sh
                perf stat -x, -e instructions:u,cycles:u /counted 2>&1
                perf stat -x, -e mem_access:u,ld_retired:u,st_retired:u,br_retired:u,br_immed_retired:u,br_return_retired:u /counted 2>&1
                perf stat -x, -e unaligned_ldst_retired:u,pc_write_retired:u /counted 2>&1
                perf record -q -N -B -e instructions:u -c 100000 -o /tmp/perf.data /counted
                echo samples $(perf script -F ip -i /tmp/perf.data | grep -c .)
                grep arm-pmu /proc/interrupts
                """, archive -> {
            Debian.addPrograms(packages, inputs, archive);
            archive.file("counted", 0755, counted);
        });
        Path script = Files.writeString(
                inputs.resolve("under-qemu.sh"),
                "cd '" + inputs + "'\nrun() { program='" + packages.root() + "'/$1; shift; qemu-aarch64-static -L '"
                        + packages.root() + "' \"$program\" \"$@\"; }\n. ./checks.sh\n");
        List<String> expected = checks(host("sh", script.toString()));
        assertThat(expected).hasSizeGreaterThan(15).allMatch(line -> line.matches("check \\S+ 0 .*"));
        String console = boot("kpti=1", initrd, "--memory", "1G").out();
        assertThat(checks(console)).isEqualTo(expected);
        assertThat(console).contains("profiling buffer inaccessible").containsPattern("page table isolation.*ON");
        assertThat(console).doesNotContain("probed for CPUs");

        // 20 million instructions in its loop, one cycle each; what a C library does around main is much less.
        long instructions = number(console, "(\\d+),,instructions:u,");
        assertThat(instructions).isBetween(20_000_000L, 20_200_000L);
        assertThat(number(console, "(\\d+),,cycles:u,")).isCloseTo(instructions, within(1000L));
        // Every second one is a branch, and what a C library does reads and writes.
        long branches = number(console, "(\\d+),,br_immed_retired:u,");
        assertThat(branches).isBetween(10_000_000L, 10_050_000L);
        long returns = number(console, "(\\d+),,br_return_retired:u,");
        assertThat(returns).isBetween(5L, 5_000L);
        assertThat(number(console, "(\\d+),,br_retired:u,")).isBetween(branches + returns, branches + returns + 5_000);
        assertThat(number(console, "(\\d+),,pc_write_retired:u,")).isBetween(9_999_999L, branches + returns + 5_000);
        long loads = number(console, "(\\d+),,ld_retired:u,");
        long stores = number(console, "(\\d+),,st_retired:u,");
        assertThat(loads).isBetween(1_000L, 100_000L);
        assertThat(number(console, "(\\d+),,mem_access:u,")).isCloseTo(loads + stores, within(20L));
        assertThat(number(console, "(\\d+),,unaligned_ldst_retired:u,")).isLessThan(loads);
        assertThat(number(console, "samples (\\d+)")).isEqualTo(instructions / 100_000);
        assertThat(number(console, " (\\d+) +GICv3 +23 Level +arm-pmu")).isEqualTo(instructions / 100_000);
    }

    private static long number(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static List<String> checks(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("check "))
                .toList();
    }

    private String failure(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("record", "-o", folder.resolve("out").toString()));
        command.addAll(List.of(arguments));
        Spelunk.Outcome outcome = Spelunk.run(command.toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(125);
        assertThat(outcome.out()).isEmpty();
        return outcome.onlyError();
    }

    @Test
    @DisplayName("record: its own failures are one line and 125")
    void recordFails() throws IOException, InterruptedException {
        String cache = packages.path().toString();
        String program = Debian.program(TEST, folder, "profiled").toString();
        String dynamic =
                Debian.program(TEST, folder, "filters", "-pie", "-fPIE").toString();
        assertThat(failure("--cache", folder.resolve("none").toString(), "--", program))
                .contains("type 'spelunk debian fetch'");
        assertThat(failure("--cache", cache, "--", folder.resolve("absent").toString()))
                .contains("no such program");
        assertThat(failure("--cache", cache, "--", "/bin/sh")).contains("no AArch64 program");
        assertThat(failure("--cache", cache, "--sysroot", folder.toString(), "--", dynamic))
                .contains("--sysroot");
        assertThat(failure("--cache", cache, "--count-functions", "--", dynamic))
                .contains("-static -no-pie");
        assertThat(failure("--cache", cache, "--variant", "best", "--", program))
                .contains("unknown variant");
        assertThat(failure("--cache", cache, "--memory", "16M", "--", program)).contains("--memory");
        assertThat(failure("--cache", cache)).contains("PROGRAM");
        assertThat(failure("--cache", cache, "--colour", "--", program)).contains("--colour");
        assertThat(failure("--cache", cache, "--event", "arm_spe_0/ts/u", "--", program))
                .contains("unknown term 'ts'");
        assertThat(failure("--cache", cache, "--file", "/absent/file", "--", program))
                .contains("no such file: /absent/file");
        assertThat(failure("--cache", cache, "--output-file", "/tmp/x:../y", "--", program))
                .contains("a plain name");
        assertThat(failure("--cache", cache, "--repeat", "0", "--", program)).contains("--repeat");
        assertThat(failure("--cache", cache, "--seed-from", "3", "--", program)).contains("--seed-from is of --repeat");
        assertThat(failure("--cache", cache, "--repeat", "2", "--seed", "1", "--seed-from", "3", "--", program))
                .contains("leave one out");
        assertThat(failure("--cache", cache, "--repeat", "2", "--fresh", "--", program))
                .contains("from one boot");
        assertThat(failure("--cache", cache, "--event", "cycles", "--event", "arm_spe_0/ts/u", "--", program))
                .contains("unknown term 'ts'");
        assertThat(failure("--cache", cache, "--duration", "soon", "--", program))
                .contains("--duration");
    }

    @Test
    @DisplayName(
            "record: the first of a kernel boots, later ones go on from there, with the same profile as --fresh, and so do those that "
                    + "are restored where the user saved them; one is interrupted")
    void recordBootsOnce() throws IOException, InterruptedException {
        String busybox = packages.root().resolve("bin/busybox").toString();
        Path cache = Files.createDirectory(folder.resolve("cache"));
        for (String part : List.of("root", "contents")) {
            Files.createSymbolicLink(cache.resolve(part), packages.path().resolve(part));
        }
        byte[] first = booted(cache, "boots Linux", busybox, "a");
        assertThat(booted(cache, "has booted in an earlier recording", busybox, "a"))
                .isEqualTo(first);
        Path early = folder.resolve("early");
        Path late = folder.resolve("late");
        assertThat(booted(
                        cache,
                        "boots Linux",
                        busybox,
                        "a",
                        "--fresh",
                        "--save-at",
                        EARLY + "=" + early,
                        "--save-at",
                        LATE + "=" + late))
                .isEqualTo(first);
        for (Path state : List.of(early, late)) {
            assertThat(booted(cache, "goes on from the saved state", busybox, "a", "--restore", state.toString()))
                    .as("restored from %s", state)
                    .isEqualTo(first);
        }
        assertThat(booted(cache, "has booted in an earlier recording", busybox, "another one"))
                .isNotEqualTo(first);
        Path output = folder.resolve("interrupted");
        interruptedWhileItRuns(output, "has booted in an earlier recording", "--cache", cache.toString());
        assertThat(output.resolve("perf.data")).isNotEmptyFile();
        assertThat(Files.readAllLines(output.resolve("kallsyms"))).hasSizeGreaterThan(10_000);
        byte[] second = booted(cache, "has booted in an earlier recording", busybox, "a", "--seed", "2");
        assertThat(second).isNotEqualTo(first);
        assertThat(booted(cache, "boots Linux", busybox, "a", "--seed", "2", "--fresh"))
                .isEqualTo(second);
        repetitions(cache, busybox, second);
        List<Path> saved;
        try (var files = Files.list(cache.resolve("booted"))) {
            saved = files.filter(file -> file.toString().endsWith(".snapshot")).toList();
        }
        assertThat(saved).hasSize(1);
        for (Path file : saved) {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2]++;
            Files.write(file, bytes);
        }
        assertThat(booted(cache, "Linux boots anew", busybox, "a")).isEqualTo(first);
        assertThat(booted(cache, "has booted in an earlier recording", busybox, "a"))
                .isEqualTo(first);
        Spelunk.Outcome gc = Spelunk.run("debian", "gc", "--cache", cache.toString(), "--unused", "0");
        assertThat(gc.code()).isZero();
        assertThat(gc.out()).matches("[0-9,]{8,} bytes freed\n");
        try (var files = Files.list(cache.resolve("booted"))) {
            assertThat(files).isEmpty();
        }
    }

    /** Two events with two seeds each, from one boot; the first is a recording that is known. */
    private void repetitions(Path cache, String busybox, byte[] known) throws IOException {
        Path output = folder.resolve("several");
        Spelunk.Outcome run = Spelunk.with(
                        "record",
                        "--cache",
                        cache.toString(),
                        "-o",
                        output.toString(),
                        "--repeat",
                        "2",
                        "--seed-from",
                        "2",
                        "--event",
                        "arm_spe_0/ts_enable=1/u",
                        "--event",
                        "arm_spe_0/ts_enable=1,jitter=1/u",
                        "--",
                        busybox,
                        "echo",
                        "a")
                .noInput()
                .run();
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("a\n".repeat(4));
        assertThat(run.err())
                .doesNotContain("boots Linux")
                .containsPattern("(?m)^event +times +records +samples +hottest function$")
                .containsPattern("(?m)^arm_spe_0/ts_enable=1/u +2 +[0-9,]+ \\([0-9,]+–[0-9,]+\\) .*%\\)$");
        assertThat(output.resolve("event1-1/perf.data")).hasBinaryContent(known);
        assertThat(Files.readAllBytes(output.resolve("event1-2/perf.data"))).isNotEqualTo(known);
        assertThat(Files.readAllBytes(output.resolve("event2-1/perf.data")))
                .isNotEqualTo(Files.readAllBytes(output.resolve("event2-2/perf.data")));
        assertThat(output.resolve("event2-2/kallsyms")).isNotEmptyFile();
        try (JsonReader reader = Json.createReader(Files.newInputStream(output.resolve("repeats.json")))) {
            JsonObject table = reader.readObject();
            assertThat(table.getJsonArray("recordings").getValuesAs(JsonObject.class))
                    .extracting(each -> each.getString("folder") + " " + each.getString("seed"))
                    .containsExactly("event1-1 2", "event1-2 3", "event2-1 2", "event2-2 3");
            assertThat(table.getJsonArray("events").getValuesAs(JsonObject.class))
                    .allMatch(each -> each.getInt("repetitions") == 2
                            && each.getJsonObject("records").getInt("minimum") > 0);
        }
    }

    /** The profile of a recording whose progress says that. */
    private byte[] booted(Path cache, String progress, String busybox, String text, String... options)
            throws IOException {
        Path output = folder.resolve("out");
        List<String> command = new ArrayList<>(List.of("record", "--cache", cache.toString(), "-o", output.toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("--", busybox, "echo", text));
        Spelunk.Outcome run =
                Spelunk.with(command.toArray(String[]::new)).noInput().run();
        assertThat(run.code()).as(run.err()).isZero();
        if (List.of(options).contains("--restore")) {
            // What the program had printed by then went to the recording that saved it.
            assertThat(run.out()).isIn("", text + "\n");
        } else {
            assertThat(run.out()).isEqualTo(text + "\n");
        }
        assertThat(run.err()).contains(progress);
        assertThat(Files.readAllLines(output.resolve("kallsyms"))).hasSizeGreaterThan(10_000);
        return Files.readAllBytes(output.resolve("perf.data"));
    }

    /** What stays of standard error without what a command says of its progress. */
    private static List<String> said(String err) {
        return err.lines()
                .filter(line -> !line.startsWith("spelunk: building") && !line.matches("spelunk: [0-9.]+ s: .*"))
                .toList();
    }

    private Process recording(Path output, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("--cache", packages.path().toString()));
        all.addAll(List.of(arguments));
        return recordingOf(output, all);
    }

    private Process recordingOf(Path output, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("record", "-o", output.toString()));
        command.addAll(arguments);
        return Spelunk.with(command.toArray(String[]::new))
                .noInput()
                .javaOptions("-Djava.io.tmpdir=" + Files.createDirectories(temporary()))
                .start(folder);
    }

    /** Where a recording has its temporary files; none is left there by any end. */
    private Path temporary() {
        return folder.resolve("temporary");
    }

    private void await(Process process, String stream, String text) throws IOException, InterruptedException {
        Path file = folder.resolve(stream);
        for (int i = 0; i < 6000 && !Files.readString(file).contains(text); i++) {
            assertThat(process.isAlive())
                    .as(Files.readString(folder.resolve("stderr")))
                    .isTrue();
            Thread.sleep(100);
        }
    }

    @Test
    @DisplayName(
            "record: an interrupt before the program has started is one line and 125, and leaves no half-written file")
    void recordIsInterrupted() throws IOException, InterruptedException {
        Path program = Debian.program(TEST, folder, "profiled");
        Path output = Files.createDirectory(folder.resolve("out"));
        Files.writeString(output.resolve("perf.data"), "of an earlier run");
        Process process = recording(output, "--fresh", "--", program.toString());
        while (process.isAlive() && !hasTemporaryFiles(output)) {
            Thread.sleep(100);
        }
        process.destroy();
        assertThat(process.waitFor()).isEqualTo(125);
        assertThat(said(Files.readString(folder.resolve("stderr"))))
                .containsExactly("spelunk: interrupted; there is no profile");
        assertThat(temporary()).isEmptyDirectory();
        try (var files = Files.list(output)) {
            assertThat(files).containsExactly(output.resolve("perf.data"));
        }
        assertThat(output.resolve("perf.data")).hasContent("of an earlier run");
    }

    @Test
    @DisplayName("record: an interrupt while the program runs reaches perf in the guest, and the profile is kept")
    void recordIsInterruptedLater() throws IOException, InterruptedException {
        Tools.require(TEST, "perf", "linux-perf");
        Path output = folder.resolve("out");
        String err = interruptedWhileItRuns(
                output, "boots Linux", "--cache", packages.path().toString(), "--fresh");
        String time = "spelunk: [0-9]+[.][0-9] s: ";
        assertThat(err)
                .containsPattern("(?s)" + time + "boots Linux .*" + time
                        + "Linux has booted and loaded its modules, perf starts\n.*" + time
                        + "the program runs under perf\n.*" + time + "[^\n]*its profile is brought out");
        assertThat(host(
                        "perf",
                        "script",
                        "--itrace=i1i",
                        "-F",
                        "comm",
                        "-i",
                        output.resolve("perf.data").toString()))
                .contains("busybox");
    }

    @Test
    @DisplayName("record: files go in and come out; --duration and --max-instructions keep the profile; none is told")
    void recordWithLimits() throws IOException, InterruptedException {
        String busybox = packages.root().resolve("bin/busybox").toString();
        Path input = Files.writeString(folder.resolve("in.txt"), "from the host");
        Path output = folder.resolve("out");
        Process timed = recording(
                output,
                "--period",
                "4096",
                "--duration",
                "0.2",
                "--file",
                input + ":/data/in.txt",
                "--output-file",
                "/tmp/found:answer",
                "--",
                busybox,
                "sh",
                "-c",
                busybox + " cat /data/in.txt >/tmp/found; while :; do :; done");
        assertThat(timed.waitFor())
                .as(Files.readString(folder.resolve("stderr")))
                .isZero();
        assertThat(temporary()).isEmptyDirectory();
        assertThat(output.resolve("answer")).hasContent("from the host");
        assertThat(output.resolve("perf.data")).isNotEmptyFile();
        String instructions = Files.readString(folder.resolve("stderr"))
                .replaceAll("(?s).*; ([0-9,]+) guest instructions.*", "$1")
                .replace(",", "");

        Process limited = recording(
                folder.resolve("limited"),
                "--max-instructions",
                instructions,
                "--spe-max-buffer",
                "1M",
                "--",
                busybox,
                "sh",
                "-c",
                "while :; do :; done");
        assertThat(limited.waitFor()).isEqualTo(4);
        assertThat(temporary()).isEmptyDirectory();
        assertThat(folder.resolve("limited/perf.data")).isNotEmptyFile();
        assertThat(Files.readString(folder.resolve("stderr")))
                .contains("--max-instructions ended the program", "the profile has no record: ", "buffer size");
    }

    /** Interrupts a program that never ends, when it runs under perf; returns what was said. */
    private String interruptedWhileItRuns(Path output, String progress, String... options)
            throws IOException, InterruptedException {
        String busybox = packages.root().resolve("bin/busybox").toString();
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("--period", "4096", "--", busybox, "sh", "-c", "echo up; while :; do :; done"));
        Process process = recordingOf(output, arguments);
        await(process, "stdout", "up");
        process.destroy();
        assertThat(process.waitFor()).isEqualTo(143);
        String err = Files.readString(folder.resolve("stderr"));
        assertThat(said(err)).endsWith("spelunk: interrupted; the profile has what ran until then");
        assertThat(err).contains(progress);
        assertThat(temporary()).isEmptyDirectory();
        return err;
    }

    private static boolean hasTemporaryFiles(Path output) throws IOException {
        try (var files = Files.list(output)) {
            return files.anyMatch(file -> file.toString().endsWith(".tmp"));
        }
    }

    @Test
    @DisplayName(
            "boot: an initramfs that ends early is a panic, which arrives as a reset with the console's last lines")
    void brokenInitramfs() throws IOException, InterruptedException {
        Path whole = Debian.initramfs(packages, folder.resolve("whole"), "", archive -> {});
        Path broken = Files.write(folder.resolve("broken"), Arrays.copyOf(Files.readAllBytes(whole), 100_000));
        Spelunk.Outcome outcome = Spelunk.run(
                "boot", "--kernel", packages.kernel().toString(), "--initrd", broken.toString(), "--append", "quiet");
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(3);
        assertThat(outcome.err()).contains("the guest reset itself", "Kernel panic");
    }
}
