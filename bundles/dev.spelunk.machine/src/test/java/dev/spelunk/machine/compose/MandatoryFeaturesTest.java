// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a machine of an architecture version lacks (DDI 0487, A2.2 and A2.3). */
class MandatoryFeaturesTest {
    @Test
    @DisplayName("Armv8.0 demands nothing; a version demands what those before it do; Armv9.n what Armv8.(n + 5) does")
    void versions() {
        assertThat(MandatoryFeatures.missing(80, Set.of("FEAT_EL2", "FEAT_FP", "FEAT_AdvSIMD")))
                .isEmpty();
        assertThat(MandatoryFeatures.missing(81, Set.of()))
                .containsExactly("FEAT_CRC32", "FEAT_HPDS", "FEAT_LOR", "FEAT_LSE", "FEAT_PAN");
        int[] versions = {81, 82, 83, 84, 85, 86, 87, 88, 89, 94, 95, 96};
        for (int i = 1; i < versions.length; i++) {
            assertThat(MandatoryFeatures.missing(versions[i], Set.of()))
                    .as("%d", versions[i])
                    .containsAll(MandatoryFeatures.missing(versions[i - 1], Set.of()))
                    .isNotEqualTo(MandatoryFeatures.missing(versions[i - 1], Set.of()));
        }
        assertThat(MandatoryFeatures.missing(90, Set.of())).isEqualTo(MandatoryFeatures.missing(85, Set.of()));
    }

    @Test
    @DisplayName("What a version makes mandatory where another feature is there is missing exactly then")
    void conditions() {
        assertThat(MandatoryFeatures.missing(85, Set.of()))
                .doesNotContain("FEAT_VHE", "FEAT_EVT", "FEAT_SEL2", "FEAT_FHM");
        assertThat(MandatoryFeatures.missing(85, Set.of("FEAT_EL2")))
                .contains("FEAT_VHE", "FEAT_EVT")
                .doesNotContain("FEAT_SEL2");
        assertThat(MandatoryFeatures.missing(85, Set.of("FEAT_EL2", "FEAT_EL3")))
                .contains("FEAT_SEL2", "FEAT_DoubleFault");
        assertThat(MandatoryFeatures.missing(85, Set.of("FEAT_EL2", "FEAT_FGT")))
                .doesNotContain("FEAT_FGT");
        assertThat(MandatoryFeatures.missing(86, Set.of("FEAT_EL2")))
                .contains("FEAT_FGT")
                .doesNotContain("FEAT_HCX");
        assertThat(MandatoryFeatures.missing(85, Set.of("FEAT_FP", "FEAT_AdvSIMD")))
                .doesNotContain("FEAT_FP16");
        assertThat(MandatoryFeatures.missing(90, Set.of("FEAT_FP", "FEAT_AdvSIMD")))
                .contains("FEAT_FP16", "FEAT_FlagM2");
    }

    @Test
    @DisplayName("A machine that has them all lacks nothing")
    void complete() {
        Set<String> all = new TreeSet<>(Set.of("FEAT_EL2", "FEAT_EL3", "FEAT_FP", "FEAT_AdvSIMD", "FEAT_PMUv3"));
        while (all.addAll(MandatoryFeatures.missing(96, all))) {
            assertThat(all).hasSizeLessThan(100);
        }
        assertThat(MandatoryFeatures.missing(96, all)).isEmpty();
    }
}
