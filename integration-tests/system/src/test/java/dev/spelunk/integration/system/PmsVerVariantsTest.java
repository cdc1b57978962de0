// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.Judgement;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.MachineFactory;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.wiring.PeContext;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The variants of each PMSVer boot the bundled guest under the KVM model, and its records show what they have. */
class PmsVerVariantsTest {
    private static final int PREVIOUS_TARGET = 0xB4;
    private static final int ALTERNATE_CLOCK = 0x9C;
    private static final int DATA_SOURCE = 0x43;
    private static final int BRANCH = 0x4A;
    private static final int CR = 3 << 3;

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "armv8.2-spe-v1p0, 1, 0",
        "default, 2, 0",
        "armv8.7-spe-v1p2, 3, 0x1000040",
        "armv8.8-spe-v1p3, 4, 0x1000040",
        "armv8.9-spe-v1p4, 5, 0x30000d0",
        "armv9.5-spe-v1p5, 6, 0xff0000f0"
    })
    @DisplayName("It is legal, has its features' ID bits, and its guest profiles itself")
    void runs(String variant, int pmsVer, String features) {
        Judgement judgement = Machines.composition(variant)
                .service(MachineFactory.class)
                .judge(Machines.composition(variant).variant());
        assertThat(judgement.problems()).isEmpty();
        assertThat(judgement.asserted()).as("asserted, but modelled by no part").isEmpty();
        Machines.Run run = Machines.setup()
                .variant(variant)
                .append("workload=sort")
                .run(
                        (machine, swaps) -> {
                            PeContext pe = machine.pes().get(0);
                            assertThat(pe.register(SystemRegister.ID_AA64DFR0_EL1) >>> 32 & 15)
                                    .isEqualTo(pmsVer);
                            assertThat(pe.register(SystemRegister.PMSIDR_EL1) & 0x1_FF00_00F0L)
                                    .isEqualTo(Long.decode(features));
                            assertThat(pe.register(SystemRegister.ID_AA64DFR2_EL1))
                                    .as("SPE_EXC and SPE_nVM")
                                    .isEqualTo(pmsVer == 6 ? 0x11_0000 : 0);
                        },
                        (machine, swaps) -> {});
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        SortedMap<Integer, Integer> packets = new TreeMap<>();
        int[] branches = packets(run.records(), packets);
        assertThat(packets).containsKey(0xB0);
        assertThat(packets.containsKey(PREVIOUS_TARGET)).as("FEAT_SPE_PBT").isEqualTo(pmsVer >= 3);
        assertThat(packets.containsKey(DATA_SOURCE)).as("FEAT_SPE_LDS").isEqualTo(pmsVer >= 5);
        assertThat(packets.containsKey(ALTERNATE_CLOCK)).as("FEAT_SPE_ALTCLK").isEqualTo(pmsVer == 6);
        assertThat(branches[0]).as("Branch packets").isPositive();
        assertThat(branches[1]).as("with CR").isEqualTo(pmsVer >= 5 ? branches[0] : 0);
        assertThat(run.result().counters().containsKey("SAMPLE_FEED_BR"))
                .as("counters of v1.2")
                .isEqualTo(pmsVer >= 3);
        assertThat(run.result().counters().containsKey("SAMPLE_FEED_DS"))
                .as("of FEAT_SPE_FDS")
                .isEqualTo(pmsVer >= 5);
    }

    @Test
    @DisplayName("Without hypervisor the buffer management events are those that hardware reported, and no PMU events")
    void managementEvents() {
        Machines.Run run = Machines.setup()
                .variant("armv8.7-spe-v1p2")
                .hypervisor("none")
                .append("workload=sort")
                .run();
        assertThat(run.result().counters()).containsKey("SAMPLE_FEED_BR");
        assertThat(run.result().bufferEvents()).containsOnlyKeys("BUFFER_FULL");
    }

    /** Counts packets by header; returns the number of Branch packets, and of those with CR. */
    private static int[] packets(byte[] records, SortedMap<Integer, Integer> packets) {
        int branches = 0;
        int withCr = 0;
        int at = 0;
        while (at < records.length) {
            int header = records[at] & 0xFF;
            if (header < 0x20) {
                at++;
                continue;
            }
            packets.merge(header, 1, Integer::sum);
            if (header == BRANCH) {
                branches++;
                withCr += (records[at + 1] & CR) != 0 ? 1 : 0;
            }
            at += 1 + (1 << (header >>> 4 & 3));
        }
        return new int[] {branches, withCr};
    }
}
