// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The options of the command line on the bundled guest, and the other commands. */
class OptionsTest {
    @TempDir
    private Path folder;

    private OutputFiles files() {
        return new OutputFiles(folder.resolve("out"));
    }

    private Spelunk.Outcome run(String... options) {
        String[] arguments = new String[options.length + 3];
        arguments[0] = "run";
        System.arraycopy(options, 0, arguments, 1, options.length);
        arguments[options.length + 1] = "-o";
        arguments[options.length + 2] = files().folder().toString();
        Spelunk.Outcome outcome = Spelunk.run(arguments);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.code()).as(outcome.out()).isZero();
        return outcome;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @DisplayName("--hypervisor none: the guest runs on the machine itself, entered at EL1 or EL2")
    void withoutHypervisor(int el) {
        Spelunk.Outcome outcome = run("--hypervisor", "none", "--el", Integer.toString(el));
        assertThat(outcome.out()).contains("all checks passed");
        assertThat(files().summary().getString("hypervisor")).isEqualTo("none");
        assertThat(files().summary().getJsonObject("vmExits")).isEmpty();
        assertThat(files().summary().getJsonObject("trappedRegisters")).isEmpty();
        assertThat(files().summaryNumber("records")).isGreaterThan(10_000);
    }

    @Test
    @DisplayName("--append and --memory reach the guest through its device tree")
    void appendAndMemory() {
        Spelunk.Outcome outcome = run("--append", "workload=scan spe.interval=2048", "--memory", "64M");
        assertThat(outcome.out())
                .contains("64 MiB, bootargs \"workload=scan spe.interval=2048\"", "interval 2048,")
                .doesNotContain("101: 1");
    }

    @Test
    @DisplayName("--output and -o are the same; a variant can be a file")
    void outputAndVariantFile() {
        Path variant = Spelunk.ROOT.resolve("features").resolve("armv8.2-spe-v1p0.json");
        Spelunk.Outcome outcome = Spelunk.run(
                "run",
                "--variant",
                variant.toString(),
                "--append",
                "workload=scan",
                "--output",
                files().folder().toString());
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(files().summary().getString("variant")).isEqualTo("armv8.2-spe-v1p0");
        assertThat(outcome.out()).contains("FEAT_SPEv1p0");
    }

    @Test
    @DisplayName("variants lists what is in features/")
    void variants() {
        Spelunk.Outcome outcome = Spelunk.run("variants");
        assertThat(outcome.code()).isZero();
        assertThat(outcome.out().lines())
                .anyMatch(line -> line.matches("default +Armv8\\.5 .*"))
                .anyMatch(line -> line.matches("armv8\\.2-spe-v1p0 +Armv8\\.2 .*"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "run --help", "variants --help", "decode --help", "shell --help"})
    void help(String line) {
        Spelunk.Outcome outcome = Spelunk.run(line.split(" "));
        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).startsWith("Usage: spelunk");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    @DisplayName("a scripted shell inspects, starts, pauses, swaps and resumes the machine")
    void shell() {
        Spelunk.Outcome outcome = Spelunk.with("shell", "--append", "workload=sort,scan")
                .input("""
                status
                registers PMB
                start
                pause
                status
                registers PC
                swap pe
                swap mmu
                resume
                await
                records
                dump
                lb
                services
                """.replace("services\n", "inspect capability service\n"))
                .run();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.code()).as(outcome.out()).isZero();
        assertThat(outcome.out())
                .contains(
                        "not started, 0 instructions",
                        "started",
                        "paused, ",
                        "swapped pe",
                        "swapped mmu",
                        "resumed",
                        "all checks passed",
                        "exited with 0",
                        "dev.spelunk.pe",
                        "dev.spelunk.hypervisor.kvm");
        assertThat(outcome.out())
                .containsPattern("PMBLIMITR_EL1 +0x[0-9a-f]{16}")
                .containsPattern("[1-9]\\d* records, [1-9]\\d* bytes");
    }

    @ParameterizedTest
    @CsvSource({"flutter, 2", "registers NO_SUCH_REGISTER, 2", "swap wheel, 2", "await, 2", "status, 0"})
    @DisplayName("a script whose command fails ends with 2")
    void shellFailure(String command, int code) {
        Spelunk.Outcome outcome = Spelunk.with("shell").input(command + "\n").run();
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(code);
        if (code != 0) {
            assertThat(outcome.onlyError()).startsWith("spelunk: ");
        }
    }
}
