// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.state.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Manifest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What FEAT_SPEv1p1 adds to the rules that are there. */
class StatisticalProfilingV1p1Test {
    private static ProfilingRulesBuilder composed() {
        ProfilingRulesBuilder rules = new ProfilingRulesBuilder();
        rules.pmsVer = 1;
        rules.events = 0x7FF;
        rules.filterableEvents = 0xAA;
        rules.packet(PacketOrder.OPERATION_TYPE, (operation, r, out, at) -> {
            out[at] = 0x48;
            out[at + 1] = 0x55;
            return at + 2;
        });
        new StatisticalProfilingV1p1().contribute(rules);
        return rules;
    }

    private static int[] type(ProfilingRulesBuilder rules, int operationClass, int flags) {
        Operation operation = new Operation();
        operation.operationClass = operationClass;
        operation.flags = flags;
        byte[] out = new byte[8];
        int end = rules.packet(PacketOrder.OPERATION_TYPE)
                .encode(operation, rules.build().extension(), out, 3);
        return new int[] {out[3] & 0xFF, out[4] & 0xFF, end};
    }

    @Test
    @Tag("T48")
    @DisplayName("T48: PMSVer 2; event 11 may be shown and filtered, the mask is 0x8AA")
    void misaligned() {
        ProfilingRulesBuilder rules = composed();
        assertThat(rules.pmsVer).isEqualTo(2);
        assertThat(rules.events).isEqualTo(0xFFF);
        assertThat(rules.filterableEvents).isEqualTo(0x8AA);
        assertThat(rules.allowedEvents).isEqualTo(0x800);
        assertThat(new StatisticalProfilingV1p1().feature()).isEqualTo("FEAT_SPEv1p1");
        assertThat(new StatisticalProfilingV1p1().order())
                .as("after FEAT_SPE, before FEAT_SPEv1p2")
                .isBetween(101, 299);
    }

    @Test
    @DisplayName("Loads and stores of unspecified registers: 0001000L; everything else as before")
    void unspecifiedRegisters() {
        ProfilingRulesBuilder rules = composed();
        assertThat(type(rules, Operation.LOAD_STORE, Operation.STORE | Operation.UNSPECIFIED_REGISTERS))
                .containsExactly(0x49, 0x11, 5);
        assertThat(type(rules, Operation.LOAD_STORE, Operation.LOAD | Operation.UNSPECIFIED_REGISTERS))
                .containsExactly(0x49, 0x10, 5);
        assertThat(type(rules, Operation.LOAD_STORE, Operation.STORE)).containsExactly(0x48, 0x55, 5);
        assertThat(type(rules, Operation.OTHER, Operation.UNSPECIFIED_REGISTERS))
                .containsExactly(0x48, 0x55, 5);
    }

    @Test
    @DisplayName("The manifest declares FEAT_SPEv1p1 and what it requires, for composition only")
    void declared() throws IOException {
        Path manifest = Path.of("target/classes/META-INF/MANIFEST.MF");
        try (InputStream in = Files.newInputStream(manifest)) {
            var main = new Manifest(in).getMainAttributes();
            assertThat(main.getValue("Provide-Capability"))
                    .contains("arm.feature;arm.feature=FEAT_SPEv1p1;from=\"8.2\";effective:=compose");
            assertThat(main.getValue("Require-Capability"))
                    .contains(
                            "arm.feature;from=\"8.0\";with=\"\";effective:=compose;filter:=\"(arm.feature=FEAT_SPE)\"");
            assertThat(main.getValue("Export-Package")).isNull();
        }
    }
}
