// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import static dev.spelunk.api.registers.SystemRegister.CNTFRQ_EL0;
import static dev.spelunk.api.registers.SystemRegister.CNTHCTL_EL2;
import static dev.spelunk.api.registers.SystemRegister.CNTPCT_EL0;
import static dev.spelunk.api.registers.SystemRegister.CNTPOFF_EL2;
import static dev.spelunk.api.registers.SystemRegister.CNTVCT_EL0;
import static dev.spelunk.api.registers.SystemRegister.CNTVOFF_EL2;
import static dev.spelunk.api.registers.SystemRegister.HCR_EL2;
import static dev.spelunk.api.registers.SystemRegister.SCR_EL3;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.Encoding;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The counters (DDI 0487, D12.2.1, D12.2.2)")
class CounterTest {
    private static final int CNTPCTSS_EL0 = Encoding.of(3, 3, 14, 0, 5);
    private static final int CNTVCTSS_EL0 = Encoding.of(3, 3, 14, 0, 6);

    @Test
    @DisplayName("the physical count is virtual time in ticks of 16 cycles")
    void physicalCount() {
        Bench b = Bench.full().at(1);
        b.context.pe.executed = 159;
        assertThat(b.read(CNTPCT_EL0)).isEqualTo(9);
        b.context.pe.idleCycles = 1;
        assertThat(b.read(CNTPCT_EL0)).isEqualTo(10);
    }

    @ParameterizedTest(name = "EL{0} E2H={1} TGE={2}: offset applies {3}")
    @CsvSource({
        "0, 0, 0, true",
        "0, 0, 1, true",
        "0, 1, 0, true",
        "0, 1, 1, false",
        "1, 0, 0, true",
        "1, 1, 0, true",
        "2, 0, 0, true",
        "2, 0, 1, true",
        "2, 1, 0, false",
        "2, 1, 1, false",
    })
    @DisplayName("the virtual count has the offset except for a host and its EL0")
    void virtualOffset(int el, int e2h, int tge, boolean applies) {
        Bench b = Bench.full().ticks(1000).at(el).hcr((e2h != 0 ? Bench.E2H : 0) | (tge != 0 ? Bench.TGE : 0));
        b.context.register(CNTVOFF_EL2, 300);
        assertThat(b.read(CNTVCT_EL0)).isEqualTo(applies ? 700 : 1000);
        assertThat(b.read(CNTPCT_EL0)).isEqualTo(1000);
    }

    @Test
    @DisplayName("without EL2 the virtual count is the physical count and the EL2 names are UNDEFINED")
    void withoutEl2() {
        Bench b = new Bench().ticks(1000).at(1);
        assertThat(b.read(CNTVCT_EL0)).isEqualTo(1000);
        assertThat(b.context.registers.decide(CNTVCT_EL0, true)).isEqualTo(Access.ALLOWED);
        assertThat(b.context.registers.decide(CNTPCT_EL0, true)).isEqualTo(Access.ALLOWED);
        assertThat(b.context.registers.index(CNTVOFF_EL2)).isNegative();
        assertThat(b.context.registers.index(CNTHCTL_EL2)).isNegative();
    }

    @Test
    @DisplayName("an offset greater than the count wraps")
    void offsetWraps() {
        Bench b = Bench.full().ticks(10).at(1);
        b.context.register(CNTVOFF_EL2, 11);
        assertThat(b.read(CNTVCT_EL0)).isEqualTo(-1);
    }

    @ParameterizedTest(name = "ECV={0} ECVEn={1} {2},{3} EL{4}: offset applies {5}")
    @CsvSource({
        "1, 1, 0, 0, 1, true",
        "0, 1, 0, 0, 1, false",
        "1, 0, 0, 0, 1, false",
        "1, 1, 0, 0, 0, true",
        "1, 1, 1, 0, 0, true",
        "1, 1, 1, 1, 0, false",
        "1, 1, 0, 0, 2, false",
    })
    @DisplayName("the physical offset of FEAT_ECV_POFF applies where its four conditions hold")
    void physicalOffset(int ecv, int ecvEn, int e2h, int tge, int el, boolean applies) {
        Bench b = new Bench("FEAT_EL2", "FEAT_EL3", "FEAT_VHE", "FEAT_ECV", "FEAT_ECV_POFF").ticks(1000);
        b.context.register(HCR_EL2, (e2h != 0 ? Bench.E2H : 0) | (tge != 0 ? Bench.TGE : 0));
        b.context.register(SCR_EL3, 1 | (long) ecvEn << 28);
        b.context.register(CNTHCTL_EL2, (long) ecv << 12);
        b.context.register(CNTPOFF_EL2, 400);
        b.at(el);
        assertThat(b.read(CNTPCT_EL0)).isEqualTo(applies ? 600 : 1000);
        assertThat(b.read(CNTPCTSS_EL0)).isEqualTo(applies ? 600 : 1000);
    }

    @Test
    @DisplayName("self-synchronized names and the physical offset are UNDEFINED without their features")
    void absentWithoutFeatures() {
        Bench b = Bench.full().at(2);
        for (int encoding : new int[] {CNTPCTSS_EL0, CNTVCTSS_EL0, CNTPOFF_EL2}) {
            assertThat(b.context.registers.decide(encoding, true)).isEqualTo(Access.UNDEFINED);
        }
        Bench ecv = new Bench("FEAT_EL2", "FEAT_EL3", "FEAT_ECV").at(2);
        assertThat(ecv.context.registers.decide(CNTPCTSS_EL0, true)).isEqualTo(Access.ALLOWED);
        assertThat(ecv.context.registers.decide(CNTVCTSS_EL0, true)).isEqualTo(Access.ALLOWED);
        assertThat(ecv.context.registers.decide(CNTPOFF_EL2, true)).isEqualTo(Access.UNDEFINED);
    }

    @Test
    @DisplayName("CNTPOFF_EL2 traps to EL3 while SCR_EL3.ECVEn is 0")
    void physicalOffsetTrapsToEl3() {
        Bench b = new Bench("FEAT_EL2", "FEAT_EL3", "FEAT_ECV", "FEAT_ECV_POFF").at(2);
        assertThat(b.context.registers.decide(CNTPOFF_EL2, false)).isEqualTo(Access.trap(3));
        b.context.register(SCR_EL3, 1 | 1L << 28);
        assertThat(b.context.registers.decide(CNTPOFF_EL2, false)).isEqualTo(Access.ALLOWED);
    }

    @Test
    @DisplayName("the counters cannot be written")
    void readOnly() {
        Bench b = Bench.full().at(2);
        assertThat(b.context.registers.decide(CNTPCT_EL0, false)).isEqualTo(Access.UNDEFINED);
        assertThat(b.context.registers.decide(CNTVCT_EL0, false)).isEqualTo(Access.UNDEFINED);
    }

    @ParameterizedTest(name = "with {0} a write at EL{1} is allowed: {2}")
    @CsvSource({
        "FEAT_EL2 FEAT_EL3, 2, false",
        "FEAT_EL2, 2, true",
        "FEAT_EL2, 1, false",
        "FEAT_EL3, 1, false",
        "FEAT_FGT, 1, true",
    })
    @DisplayName("CNTFRQ_EL0 can be written at the highest implemented EL only")
    void frequencyWrites(String features, int el, boolean allowed) {
        Bench b = new Bench(features.split(" ")).at(el);
        assertThat(b.context.registers.decide(CNTFRQ_EL0, false))
                .isEqualTo(allowed ? Access.ALLOWED : Access.UNDEFINED);
        assertThat(b.read(CNTFRQ_EL0)).isEqualTo(62_500_000);
    }
}
