// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.cli.debian.Cache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code spelunk nested}: a program in a VM of Debian's own KVM, whose host is Debian's kernel at EL2. */
@Tag("debian")
class NestedTest {
    private static final String TEST = "NestedTest";

    @TempDir
    private Path folder;

    private Cache packages;

    @BeforeEach
    void fetched() throws IOException {
        packages = Debian.cache(TEST);
        folder = folder.toRealPath();
    }

    private Spelunk nested(Path output, List<String> options, String... program) {
        List<String> command =
                new ArrayList<>(List.of("nested", "--cache", packages.path().toString(), "-o", output.toString()));
        command.addAll(options);
        command.add("--");
        command.addAll(List.of(program));
        return Spelunk.with(command.toArray(String[]::new));
    }

    @Test
    @DisplayName(
            "--profile host: streams, exit code and files come out of the VM; the profile has the host's EL2 and EL0, "
                    + "and nothing of the VM; --check finds nothing, and the timeline has host and VM")
    void profilesTheHost() throws IOException, InterruptedException {
        Tools.require(TEST, "perf", "linux-perf");
        Path program = Debian.program(TEST, folder, "profiled");
        Path notes = Files.writeString(folder.resolve("notes"), "there and back\n");
        Path output = folder.resolve("out");
        Spelunk.Outcome run = nested(
                        output,
                        List.of(
                                "--profile",
                                "host",
                                "--period",
                                "4096",
                                "--check",
                                "--trace",
                                folder.resolve("timeline.json").toString(),
                                "--file",
                                notes + ":/given/notes",
                                "--output-file",
                                "/given/notes:back",
                                "--records",
                                "parquet"),
                        program.toString(),
                        "one",
                        "it's two")
                .input("some input\n")
                .run();
        assertThat(run.code()).as(run.err()).isEqualTo(7);
        assertThat(run.out()).isEqualTo("2 arguments, the last it's two; input some input\n");
        assertThat(run.err())
                .contains("an error message\n")
                .contains("Linux has booted at EL2")
                .contains("Linux has booted in the VM")
                .contains("--kallsyms");
        assertThat(output.resolve("back")).hasSameTextualContentAs(notes);
        assertThat(run.err()).contains("spelunk: --check: nothing was found\n");
        timeline(TraceEvents.read(folder.resolve("timeline.json")));

        String profile = output.resolve("perf.data").toString();
        String dump = Tools.perf(folder, "report", "-D", "-i", profile);
        assertThat(dump.lines().filter(line -> line.contains("Bad packet"))).isEmpty();
        Set<String> levels = dump.lines()
                .filter(line -> line.matches("\\.  [0-9a-f]{8}: .* PC 0x.*"))
                .map(line -> line.replaceAll(".* (el\\d) .*", "$1"))
                .collect(Collectors.toSet());
        assertThat(levels).as("nothing of the guest's EL1").isEqualTo(Set.of("el0", "el2"));
        assertThat(Tables.ask("select count(*), count(distinct el), min(el), max(el) from records", output))
                .containsExactly(dump.lines()
                                .filter(line -> line.matches("\\.  [0-9a-f]{8}: .* PC 0x.*"))
                                .count() + ",2,0,2");
        String samples = Tools.perf(
                folder,
                "script",
                "--itrace=i1i",
                "--kallsyms",
                output.resolve("kallsyms").toString(),
                "-F",
                "comm,ip,sym",
                "-i",
                profile);
        assertThat(samples)
                .as("the world switch of the host's KVM")
                .containsPattern("__kvm_vcpu_run|kvm_arch_vcpu_ioctl_run|kvm_handle_guest_abort")
                .doesNotContain(" hot\n");
        assertThat(samples.lines().filter(line -> !line.isBlank())).allMatch(line -> line.contains("vmm"));
    }

    private static void timeline(TraceEvents events) {
        assertThat(events.counters()).contains(TraceSink.FILL, TraceSink.RECORDS);
        assertThat(events.tracks())
                .contains(
                        TraceSink.HOST,
                        TraceSink.VMID + 1,
                        TraceSink.STAGE2,
                        TraceSink.HARDWARE + "PMBLIMITR_EL1",
                        TraceSink.HARDWARE + "PMBPTR_EL1");
        assertThat(events.slices(TraceSink.VMID + 1)).hasSizeGreaterThan(1000);
        assertThat(events.slices(TraceSink.RUN))
                .extracting(TraceEvents.Slice::name)
                .contains("exit: HVC", "exit: IRQ", "exit: trapped access to a system register", "EL0 of the host");
        // PPI 27 is the virtual timer's.
        assertThat(events.slices(TraceSink.LIST_REGISTER + 0))
                .extracting(TraceEvents.Slice::name)
                .contains("INTID 27 pending", "INTID 27 active");
    }

    @Test
    @DisplayName("--profile guest: perf in the VM counts its cycles through the host's PMU")
    void profilesTheGuest() throws IOException, InterruptedException {
        Tools.require(TEST, "perf", "linux-perf");
        Path program = Debian.program(TEST, folder, "profiled");
        Path output = folder.resolve("out");
        Spelunk.Outcome run = nested(
                        output,
                        List.of("--profile", "guest", "--event", "cycles:u", "--period", "20000"),
                        program.toString())
                .run();
        assertThat(run.code()).as(run.err()).isEqualTo(7);
        String report = Tools.perf(
                folder,
                "report",
                "--stdio",
                "-F",
                "overhead,dso,sym",
                "-i",
                output.resolve("perf.data").toString());
        assertThat(report.lines()
                        .filter(line -> line.matches(" +\\d+\\.\\d+%.*"))
                        .findFirst())
                .hasValueSatisfying(
                        line -> assertThat(line).contains("profiled").endsWith("[.] hot"));
    }

    @Test
    @DisplayName("--vmm: the user's own monitor, its output and exit code over the VM's console")
    void ownMonitor() throws IOException, InterruptedException {
        Path monitor = Guests.built(TEST, "vmm.linux");
        Spelunk.Outcome run = nested(
                        folder.resolve("out"),
                        List.of(
                                "--vmm",
                                monitor.toString(),
                                "--vmm-arguments",
                                "-c {cpus} -m {memory} -i {initrd} -a 'console=ttyAMA0 {append}' {kernel}"),
                        packages.root().resolve("bin/busybox").toString(),
                        "sh",
                        "-c",
                        "echo to the console; printf 'no line'; exit 9")
                .run();
        assertThat(run.code()).as(run.err()).isEqualTo(9);
        assertThat(run.out()).isEqualTo("to the console\nno line");
    }
}
