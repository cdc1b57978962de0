// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p5;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Manifest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What FEAT_SPEv1p5 is beside the features that it requires. */
@DisplayName("FEAT_SPEv1p5 (DDI 0487, A2.3)")
class StatisticalProfilingV1p5Test {
    @Test
    @DisplayName("PMSVer 6, and no other rule by itself")
    void rules() {
        ProfilingRulesBuilder rules = new ProfilingRulesBuilder();
        rules.pmsVer = 5;
        rules.pmsidr = 0x7;
        rules.events = 0xFF;
        new StatisticalProfilingV1p5().contribute(rules);
        assertThat(rules.pmsVer).isEqualTo(6);
        assertThat(rules.pmsidr).isEqualTo(0x7);
        assertThat(rules.events).isEqualTo(0xFF);
        assertThat(rules.build().encoders()).isEmpty();
        assertThat(rules.build().extension().pmuEvents()).isEmpty();
        assertThat(new StatisticalProfilingV1p5().feature()).isEqualTo("FEAT_SPEv1p5");
        assertThat(new StatisticalProfilingV1p5().order())
                .as("after FEAT_SPEv1p4")
                .isGreaterThan(500);
    }

    @Test
    @DisplayName("The manifest declares FEAT_SPEv1p5 and what it requires, for composition only")
    void declared() throws IOException {
        try (InputStream in = Files.newInputStream(Path.of("target/classes/META-INF/MANIFEST.MF"))) {
            var main = new Manifest(in).getMainAttributes();
            assertThat(main.getValue("Provide-Capability"))
                    .contains("arm.feature;arm.feature=FEAT_SPEv1p5;from=\"9.5\";effective:=compose");
            assertThat(main.getValue("Require-Capability"))
                    .contains(
                            "(arm.feature=FEAT_SPEv1p4)",
                            "(arm.feature=FEAT_SPE_CRR)",
                            "(arm.feature=FEAT_SPE_EXC)",
                            "(arm.feature=FEAT_SPE_nVM)");
            assertThat(main.getValue("Export-Package")).isNull();
        }
    }
}
