// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.Machine.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A guest counts what a timing model's caches, TLBs and predictor do, where the model sees every operation. */
class ModelEventsTest {
    private static final int NOT_THERE = 40;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "full, inorder, kvm, 0",
        "full, inorder, none, 0",
        "sampled, inorder, kvm, " + NOT_THERE,
        "full, fixed, kvm, " + NOT_THERE
    })
    @DisplayName(
            "PMCEID0_EL0 has a model's events exactly where it is the machine's and sees all, and they count exactly")
    void counted(String mode, String timing, String hypervisor, int code) throws IOException, InterruptedException {
        Path variant = Files.writeString(
                folder.resolve("variant.json"),
                "{\"id\": \"test:events:1\", \"bundles\": [{\"id\":"
                        + " \"dev.spelunk:dev.spelunk.timing.inorder:0.2.0-SNAPSHOT\"}], \"configurations\":"
                        + " {\"dev.spelunk.timing.inorder\": {\"mode\": \"" + mode
                        + "\"}}, \"extensions\": {\"spelunk-variant\":"
                        + " {\"json\": {\"extends\": \"default\", \"parts\": {\"timing\": \"" + timing + "\"}}}}}");
        Machines.Run run = Machines.setup()
                .variant(variant.toString())
                .guest(Guests.built("ModelEventsTest", "modelevents.elf"))
                .hypervisor(hypervisor)
                .limit(5_000_000)
                .run();
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.result().exitCode()).as("the number of the check").isEqualTo(code);
    }
}
