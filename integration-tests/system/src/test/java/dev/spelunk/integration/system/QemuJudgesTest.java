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
        Outcome qemus = qemu(file);
        Set<String> known = KNOWN.getOrDefault(guest, Set.of());
        assertThat(ours.code()).as(ours.console()).isZero();
        assertThat(qemus.failed()).isSubsetOf(known);
        assertThat(qemus.code()).as(qemus.console()).isEqualTo(qemus.failed().isEmpty() ? 0 : 1);
        assertThat(qemus.checks()).isEqualTo(ours.checks());
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

    private Outcome qemu(Path guest) throws IOException, InterruptedException {
        Path console = folder.resolve("console");
        List<String> command =
                new ArrayList<>(List.of("qemu-system-aarch64", "-M", "virt,gic-version=3", "-cpu", "max"));
        Stream.of("-smp 2 -m 64 -display none -nic none -monitor none -serial stdio -semihosting -kernel".split(" "))
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
