// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** qemu-system-aarch64 has no SPE, but it says of the same guests what the machine says: exit code, and each failed check. */
class QemuJudgesTest {
    private static final String TEST = "QemuJudgesTest";
    /** What QEMU 7.2 does not model: the OS Lock, and breakpoints of a context that are not linked (DDI 0487, D2.8). */
    private static final Map<String, Set<String>> KNOWN = Map.of(
            "suite-debug.elf", Set.of("not under the OS Lock", "context breakpoint", "at the first instruction"));

    /**
     * Beginnings of lines of what a hypervisor sees that QEMU 7.2 tells otherwise: WFE never traps, nobody looks whether SP is
     * aligned, TPMCR does nothing, cache maintenance by address meets no fault, the level of a stage 2 fault of a walk of
     * stage 1 is that of the walk, and names of EL12 are there without E2H.
     */
    private static final List<String> SEEN_OTHERWISE = List.of(
            "EL1 wfe of 0 with TWE",
            "EL1 odd_sp of 0 with 0",
            "MDCR_EL2.TPMCR: EL1 read_pmcr",
            "EL1 dc_civac of PAGE(1) with VM",
            "EL1 dc_ivac of PAGE(1) with VM",
            "EL1 ic_ivau of PAGE(1) with VM",
            "Table of stage 1 that stage 2 does not map: EL1 load64 of 0x80001000ul",
            "Table of stage 1 that stage 2 does not map: EL1 store32 of 0x80001000ul",
            "Table of stage 1 that stage 2 does not map: EL1 fetch of 0x80001000ul",
            "Table of stage 1 that stage 2 does not map: EL1 at_s1e1r of 0x80001000ul",
            "Table of stage 1 that stage 2 does not map: AT S12E1R 0x80001000ul",
            "Table of stage 1 that stage 2 does not map: AT S1E1R 0x80001000ul",
            "Table of stage 1 that stage 2 has for writing: EL1 load64",
            "Table of stage 1 without Access flag at stage 2: EL1 load64",
            "FAR_EL12 without E2H");

    @TempDir
    private Path folder;

    private record Outcome(int code, String console) {
        Set<String> failed() {
            return console.lines()
                    .filter(line -> line.startsWith("FAIL "))
                    .map(line -> line.replaceFirst("^FAIL ", "").replaceFirst(": is 0x.*", ""))
                    .collect(Collectors.toSet());
        }

        /** How many checks there were; -1 where the guest counts none. */
        int checks() {
            return console.lines()
                    .filter(line -> line.matches("[0-9]+ checks, [0-9]+ failed"))
                    .mapToInt(line -> Integer.parseInt(line.substring(0, line.indexOf(' '))))
                    .findFirst()
                    .orElse(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"wfe.elf", "step.elf", "suite-debug.elf", "suite-psci.elf"})
    @DisplayName("a guest ends with the same exit code, and its checks are as good, but for what QEMU does not model")
    void agrees(String guest) throws IOException, InterruptedException {
        Tools.require(TEST, "qemu-system-aarch64", "qemu-system-arm");
        Path file = Guests.built(TEST, guest);
        Outcome ours = ours(file);
        Outcome qemus = qemu(file, "", 2);
        Set<String> known = KNOWN.getOrDefault(guest, Set.of());
        assertThat(ours.code()).as(ours.console()).isZero();
        assertThat(qemus.failed()).isSubsetOf(known);
        assertThat(qemus.code()).as(qemus.console()).isEqualTo(qemus.failed().isEmpty() ? 0 : 1);
        assertThat(qemus.checks()).isEqualTo(ours.checks());
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "armv9.5-spe-v1p5"})
    @DisplayName(
            "a hypervisor sees the same of what is attempted below it, line by line, but for what QEMU does not model")
    void hypervisorSees(String variant) throws IOException, InterruptedException {
        Tools.require(TEST, "qemu-system-aarch64", "qemu-system-arm");
        Path guest = Guests.built(TEST, "el2.elf");
        Machines.Run run = Machines.setup()
                .guest(guest)
                .variant(variant)
                .hypervisor("none")
                .el(2)
                .memory(128L << 20)
                .limit(10_000_000)
                .run();
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        List<String> ours = run.console().lines().toList();
        List<String> qemus =
                qemu(guest, ",virtualization=on", 1).console().lines().toList();
        assertThat(ours).hasSizeGreaterThan(200).hasSameSizeAs(qemus).last().isEqualTo("all told: 0x0");
        List<String> different = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            if (!ours.get(i).equals(qemus.get(i))) {
                different.add(ours.get(i) + "; QEMU: " + qemus.get(i));
            }
        }
        assertThat(different).allMatch(line -> SEEN_OTHERWISE.stream().anyMatch(line::startsWith));
    }

    private Outcome ours(Path guest) {
        Machines.Run run = Machines.setup()
                .guest(guest)
                .cpus(2)
                .memory(64L << 20)
                .limit(100_000_000)
                .run();
        return new Outcome(run.result().exitCode(), run.console());
    }

    private Outcome qemu(Path guest, String machine, int cpus) throws IOException, InterruptedException {
        Path console = folder.resolve("console");
        List<String> command =
                new ArrayList<>(List.of("qemu-system-aarch64", "-M", "virt,gic-version=3" + machine, "-cpu", "max"));
        command.addAll(List.of("-smp", Integer.toString(cpus)));
        Stream.of("-m 128 -display none -nic none -monitor none -serial stdio -semihosting -kernel".split(" "))
                .forEach(command::add);
        command.add(guest.toString());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(console.toFile())
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(300, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("QEMU does not end: " + Files.readString(console));
        }
        return new Outcome(process.exitValue(), Files.readString(console));
    }
}
