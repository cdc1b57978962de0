// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.Machine.Ending;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Guests on a machine whose registers hold anything where a reset leaves them UNKNOWN. */
class ResetUnknownTest {
    private static final String TEST = "ResetUnknownTest";

    private static Machines.Setup guest(String hypervisor, String name) throws IOException, InterruptedException {
        Machines.Setup setup = Machines.setup()
                .guest(Guests.built(TEST, name))
                .hypervisor(hypervisor)
                .memory(64L << 20)
                .limit(100_000_000);
        return hypervisor.equals("kvm") ? setup.vm(VmOptions.DEFAULT.withCheck(true)) : setup;
    }

    @ParameterizedTest
    @ValueSource(strings = {"kvm", "none"})
    @DisplayName("a driver that never clears PMBSR_EL1 records nothing where it is not 0; one that clears it does")
    void showsWhoReliesOnZeros(String hypervisor) throws IOException, InterruptedException {
        assertThat(guest(hypervisor, "unknownreset.elf").run().result().exitCode())
                .isZero();
        Set<Integer> codes = new TreeSet<>();
        for (long seed = 1; seed <= 8; seed++) {
            Machines.Run run =
                    guest(hypervisor, "unknownreset.elf").unknown(seed).run();
            assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
            codes.add(run.result().exitCode());
            assertThat(guest(hypervisor, "unknownreset.elf").unknown(seed).run().records())
                    .as("the same for the same seed")
                    .isEqualTo(run.records());
        }
        assertThat(codes).isEqualTo(Set.of(0, 1));
    }

    @Test
    @DisplayName("the bundled guest relies on nothing")
    void bundledGuest() {
        Machines.Run plain = Machines.setup().run();
        Machines.Run filled = Machines.setup().unknown(7).run();
        assertThat(filled.result().exitCode()).as(filled.told()).isZero();
        // PMSICR_EL1, which it leaves as it is, decides when the first sample comes.
        assertThat(filled.records().length).isCloseTo(plain.records().length, withinPercentage(1));
    }
}
