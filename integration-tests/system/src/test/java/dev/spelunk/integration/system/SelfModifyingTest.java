// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.Machine.Ending;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Code that is rewritten and remapped. */
class SelfModifyingTest {
    @ParameterizedTest
    @CsvSource({"kvm, 1", "none, 1", "none, 2"})
    @DisplayName("rewritten and remapped code is seen after the architecture's maintenance")
    void selfModify(String hypervisor, int el) throws IOException, InterruptedException {
        Machines.Run run = Machines.setup()
                .guest(Guests.built("SelfModifyingTest", "selfmodify.elf"))
                .hypervisor(hypervisor)
                .el(el)
                .limit(50_000_000)
                .run();
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        assertThat(run.console()).isEqualTo("selfmodify: every change was seen\n");
    }
}
