// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.Machine.Ending;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compiled programs with floating point and SIMD. The outside judge is {@code qemu-aarch64} (user mode), which runs
 * the same objects linked as a Linux program.
 */
class ProgramsTest {
    private static final String TEST = "ProgramsTest";
    private static final long LIMIT = 500_000_000;
    private static final long QEMU_SECONDS = 120;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kernels-O2",
                "kernels-O3",
                "sha256-O2",
                "sha256-O3",
                "sha256-crypto-O2",
                "sha256-crypto-O3",
                "json-O2",
                "json-O3",
                "strings-O2",
                "strings-O3",
                "doubles-O2",
                "doubles-O3",
                "features-O2",
                "features-O3"
            })
    @DisplayName("a program prints the same as under qemu-aarch64")
    void printsTheSame(String name) throws IOException, InterruptedException {
        Tools.require(TEST, "qemu-aarch64-static", "qemu-user-static");
        Path guest = Guests.built(TEST, name + ".elf");
        String expected = underQemu(Guests.built(TEST, name + ".linux"));
        Machines.Run run = Machines.setup().guest(guest).limit(LIMIT).run();
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.console()).isEqualTo(expected);
        assertThat(run.result().exitCode()).as(run.told()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"kvm, 1", "none, 1", "none, 2"})
    @DisplayName("tasks whose FP registers are switched at the trap of CPACR_EL1.FPEN keep them")
    void lazySwitching(String hypervisor, int el) throws IOException, InterruptedException {
        Machines.Run run = Machines.setup()
                .guest(Guests.built(TEST, "fpswitch.elf"))
                .hypervisor(hypervisor)
                .el(el)
                .limit(50_000_000)
                .run();
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        assertThat(run.console()).isEqualTo("fpswitch: each task kept its registers\n");
    }

    /** What the program prints; it also judges its own results by its exit code. */
    private static String underQemu(Path program) throws IOException, InterruptedException {
        Path output = program.resolveSibling(program.getFileName() + ".output");
        Process process = new ProcessBuilder("qemu-aarch64-static", program.toString())
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (!process.waitFor(QEMU_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(program + " does not end under qemu-aarch64-static");
        }
        assertThat(process.exitValue())
                .as("exit code of %s under qemu-aarch64-static", program)
                .isZero();
        String text = Files.readString(output, StandardCharsets.ISO_8859_1);
        assertThat(text).as("output of %s under qemu-aarch64-static", program).isNotEmpty();
        return text;
    }
}
