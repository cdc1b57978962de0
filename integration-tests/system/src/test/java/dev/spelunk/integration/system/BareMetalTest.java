// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.Machine.Ending;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What bare-metal test suites probe: guests that check registers, timers, GIC, PSCI, PMU and debug from the inside. */
class BareMetalTest {
    private static final String TEST = "BareMetalTest";
    private static final long LIMIT = 100_000_000;
    /** Checks that an area makes at least, so that a guest which leaves early does not pass. */
    private static final int FEWEST = 35;

    static Stream<Arguments> everywhere() {
        return Stream.of("registers", "timer", "gic", "psci", "pmu", "debug", "smp")
                .flatMap(area -> Stream.of("kvm", "none").flatMap(hypervisor -> Stream.of("default", "armv8.2-spe-v1p0")
                        .map(variant -> Arguments.of(area, hypervisor, variant))));
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    @DisplayName("the machine behaves as a bare-metal test of the area expects")
    void area(String area, String hypervisor, String variant) throws IOException, InterruptedException {
        Machines.Run run = run("suite-" + area + ".elf", hypervisor, variant);
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.console()).doesNotContain("FAIL").doesNotContain("one PE only");
        String last = run.console().lines().reduce("", (a, b) -> b);
        assertThat(last).as(run.console()).matches("[0-9]+ checks, 0 failed");
        assertThat(Integer.parseInt(last.substring(0, last.indexOf(' ')))).isGreaterThanOrEqualTo(FEWEST);
        assertThat(run.result().exitCode()).as(run.told()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"smp-shared", "psci", "gic"})
    @DisplayName("two vCPUs on one PE behave so, too")
    void sharedPe(String area) throws IOException, InterruptedException {
        Machines.Run run = Machines.setup()
                .guest(Guests.built(TEST, "suite-" + area + ".elf"))
                .cpus(2)
                .vm(VmOptions.DEFAULT.withPhysicalPes(1).withCheck(true))
                .memory(64L << 20)
                .limit(4 * LIMIT)
                .run();
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.console())
                .doesNotContain("FAIL")
                .doesNotContain("one PE only")
                .contains(" checks, 0 failed");
    }

    @ParameterizedTest
    @CsvSource({
        "system-off, kvm, POWERED_OFF",
        "system-off, none, POWERED_OFF",
        "system-reset, kvm, RESET",
        "system-reset, none, RESET"
    })
    @DisplayName("PSCI ends the machine")
    void ends(String guest, String hypervisor, Ending ending) throws IOException, InterruptedException {
        Machines.Run run = run("suite-" + guest + ".elf", hypervisor, "default");
        assertThat(run.result().ending()).as(run.told()).isEqualTo(ending);
        assertThat(run.console()).isEmpty();
    }

    private static Machines.Run run(String guest, String hypervisor, String variant)
            throws IOException, InterruptedException {
        return Machines.setup()
                .guest(Guests.built(TEST, guest))
                .hypervisor(hypervisor)
                .variant(variant)
                .cpus(2)
                .memory(64L << 20)
                .limit(LIMIT)
                .run();
    }
}
