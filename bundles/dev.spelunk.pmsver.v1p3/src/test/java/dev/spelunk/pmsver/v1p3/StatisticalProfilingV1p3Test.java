// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.state.Operation;
import dev.spelunk.pmsver.v1p0.StatisticalProfiling;
import dev.spelunk.testkit.Operations;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Manifest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What FEAT_SPEv1p3 adds to the rules of FEAT_SPE. */
@DisplayName("FEAT_SPEv1p3 (DDI 0487, D18.2.7 and D17.8.4)")
class StatisticalProfilingV1p3Test {
    private static String type(ProfilingRulesBuilder rules, int operationClass, int form, int flags) {
        Operation operation = Operations.of(operationClass, flags);
        operation.form = form;
        byte[] out = new byte[8];
        int end = rules.packet(PacketOrder.OPERATION_TYPE)
                .encode(operation, rules.build().extension(), out, 3);
        return String.format("%02x%02x to %d", out[3], out[4], end);
    }

    private static ProfilingRulesBuilder composed() {
        ProfilingRulesBuilder rules = new ProfilingRulesBuilder();
        new StatisticalProfiling().contribute(rules);
        new StatisticalProfilingV1p3().contribute(rules);
        return rules;
    }

    @Test
    @DisplayName("PMSVer 4; External aborts are ignored, PMBIDR_EL1.EA = 0001 says so; events as before")
    void rules() {
        ProfilingRulesBuilder before = new ProfilingRulesBuilder();
        new StatisticalProfiling().contribute(before);
        ProfilingRulesBuilder rules = composed();
        assertThat(rules.pmsVer).isEqualTo(4);
        assertThat(before.reportsExternalAborts).isTrue();
        assertThat(rules.reportsExternalAborts).isFalse();
        assertThat(rules.pmbidr).isEqualTo(1 << 8);
        assertThat(rules.events).isEqualTo(before.events);
        assertThat(rules.filterableEvents).isEqualTo(before.filterableEvents);
        assertThat(new StatisticalProfilingV1p3().feature()).isEqualTo("FEAT_SPEv1p3");
        assertThat(new StatisticalProfilingV1p3().order())
                .as("after FEAT_SPEv1p2, before FEAT_SPEv1p4")
                .isBetween(301, 499);
    }

    @Test
    @DisplayName("Allocation Tags are 0001010x, Memory Copy 0010000x with LDST, Memory Set 00100101")
    void memoryOperations() {
        ProfilingRulesBuilder rules = composed();
        int ls = Operation.LOAD_STORE;
        assertThat(type(rules, ls, Operation.ALLOCATION_TAGS, Operation.LOAD)).isEqualTo("4914 to 5");
        assertThat(type(rules, ls, Operation.ALLOCATION_TAGS, Operation.STORE)).isEqualTo("4915 to 5");
        assertThat(type(rules, ls, Operation.MEMORY_COPY, Operation.LOAD)).isEqualTo("4920 to 5");
        assertThat(type(rules, ls, Operation.MEMORY_COPY, Operation.STORE)).isEqualTo("4921 to 5");
        assertThat(type(rules, ls, Operation.MEMORY_SET, Operation.STORE)).isEqualTo("4925 to 5");
        assertThat(type(rules, ls, Operation.MEMORY_SET, Operation.LOAD)).isEqualTo("4925 to 5");
    }

    @Test
    @DisplayName("Everything else is as before: other loads and stores, other classes")
    void others() {
        ProfilingRulesBuilder rules = composed();
        assertThat(type(rules, Operation.LOAD_STORE, Operation.PLAIN, Operation.STORE))
                .isEqualTo("4901 to 5");
        assertThat(type(rules, Operation.LOAD_STORE, Operation.SYSTEM_REGISTER, Operation.LOAD))
                .isEqualTo("4930 to 5");
        for (int form : new int[] {Operation.ALLOCATION_TAGS, Operation.MEMORY_COPY, Operation.MEMORY_SET}) {
            assertThat(type(rules, Operation.OTHER, form, 0)).isEqualTo("4800 to 5");
            assertThat(type(rules, Operation.BRANCH, form, 0)).isEqualTo("4a00 to 5");
        }
    }

    @Test
    @DisplayName("The manifest declares FEAT_SPEv1p3 and what it requires, for composition only")
    void declared() throws IOException {
        try (InputStream in = Files.newInputStream(Path.of("target/classes/META-INF/MANIFEST.MF"))) {
            var main = new Manifest(in).getMainAttributes();
            assertThat(main.getValue("Provide-Capability"))
                    .contains("arm.feature;arm.feature=FEAT_SPEv1p3;from=\"8.7\";effective:=compose");
            assertThat(main.getValue("Require-Capability")).contains("(arm.feature=FEAT_SPEv1p2)");
            assertThat(main.getValue("Export-Package")).isNull();
        }
    }
}
