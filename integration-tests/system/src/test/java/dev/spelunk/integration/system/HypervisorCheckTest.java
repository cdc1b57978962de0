// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --check} at EL2 over a small hypervisor that lends its SPU to two VMs, with one fault at a time. */
class HypervisorCheckTest {
    private static final String TEST = "HypervisorCheckTest";

    @TempDir
    private Path folder;

    private Spelunk.Outcome run(String fault, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "run",
                Guests.built(TEST, "lender-" + fault + ".elf").toString(),
                "--el",
                "2",
                "-o",
                folder.resolve("out").toString()));
        command.addAll(List.of(options));
        return Spelunk.run(command.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NONE", "UNMAPPED"})
    @DisplayName("nothing is found about a hypervisor that does what it has to; records are as without the check")
    void nothing(String fault) throws IOException, InterruptedException {
        Spelunk.Outcome run = run(fault, "--check");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("spelunk: --check: nothing was found\n");
        assertThat(run.out()).containsPattern("records +[1-9]");
        byte[] records = new OutputFiles(folder.resolve("out")).records();
        assertThat(run(fault).code()).isZero();
        assertThat(new OutputFiles(folder.resolve("out")).records()).isEqualTo(records);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            STAGE2_OFF    | called | PMBLIMITR_EL1.E is 1 for a VM whose stage 2 is off (HCR_EL2 is 0x80000000;
            OTHER_OWNER   | called | a buffer that was enabled for one context is enabled for another (MDCR_EL2 is 0x0;
            OTHER_VM      | vm     | a buffer that was enabled for one context is enabled for another (VTTBR_EL2 is 0x2
            POINTER_LATE  | run    | PMBLIMITR_EL1.E was set before PMBPTR_EL1 was written after the switch
            STATUS_SET    | run    | the hypervisor wrote PMBSR_EL1.S to 1 (PMBSR_EL1 is 0x20000;
            NO_PSB        | called | the VM's buffer was taken away without PSB CSYNC and DSB (no PSB CSYNC since the exit;
            NO_DSB        | called | the VM's buffer was taken away without PSB CSYNC and DSB (no DSB after the PSB CSYNC;
            STATUS_LEFT   | vm     | a VM is entered with PMBSR_EL1.S = 1 in hardware (PMBSR_EL1 is 0x20001;
            CONTROLS_LEFT | vm     | sampling controls of one context are in force in another (PMSCR_EL1 was last written by
            STALE         | vm     | a record was written through a translation that the tables no longer hold (IPA 0x4040
            """)
    @DisplayName("each fault is found where it is made, with the registers' last changes, and the run goes on")
    void found(String fault, String function, String what) throws IOException, InterruptedException {
        Spelunk.Outcome run = run(fault, "--check");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err())
                .containsPattern("spelunk: --check: found at \\d+ place")
                .containsPattern("spelunk: PE 0, after [0-9,]+ instructions, EL[12] in " + function
                        + "(\\+0x[0-9a-f]+)? \\(0x4020")
                .contains(": " + what)
                .containsPattern("operation +[0-9,]+  EL[12]  0x0000402\\w+  \\w+_EL[12] +0x\\w{16} -> 0x\\w{16}");
        assertThat(run.err().lines().filter(line -> line.startsWith("spelunk: PE 0, after ")))
                .as("nothing else")
                .allMatch(line -> line.contains(what.replaceFirst(" \\(.*", "")));
    }

    @Test
    @DisplayName("--check=stop: the first finding ends the run with exit code 5")
    void stops() throws IOException, InterruptedException {
        Spelunk.Outcome run = run("STATUS_SET", "--check=stop");
        assertThat(run.code()).as(run.err()).isEqualTo(5);
        assertThat(run.err()).contains("the hypervisor wrote PMBSR_EL1.S to 1").contains("PMBSR_EL1      0x0");
    }

    @Test
    @DisplayName("below EL2 and without the KVM model there is nothing to check")
    void notAtEl1() throws IOException, InterruptedException {
        Spelunk.Outcome run = Spelunk.run("run", "--hypervisor", "none", "--check", "-o", folder.toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.onlyError()).contains("--check (below EL2)");
    }
}
