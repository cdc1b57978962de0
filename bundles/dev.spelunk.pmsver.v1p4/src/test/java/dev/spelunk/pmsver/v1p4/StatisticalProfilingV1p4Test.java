// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p4;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.pmsver.v1p0.StatisticalProfiling;
import dev.spelunk.testkit.Operations;
import dev.spelunk.testkit.TestMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Manifest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What FEAT_SPEv1p4 adds to the rules of FEAT_SPE. */
@DisplayName("FEAT_SPEv1p4 (DDI 0487, D18.2.6, D18.2.7, D24.7.11 and D14.3)")
class StatisticalProfilingV1p4Test {
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
        new StatisticalProfilingV1p4().contribute(rules);
        return rules;
    }

    @Test
    @DisplayName(
            "PMSVer 5; events 23:19 with filters, filters on 10:8, 4 and 2, no IMPLEMENTATION DEFINED events 31:24")
    void rules() {
        ProfilingRulesBuilder rules = composed();
        assertThat(rules.pmsVer).isEqualTo(5);
        assertThat(rules.events).isEqualTo(0x00F8_07FF);
        assertThat(rules.allowedEvents).isEqualTo(0xFFFF_0000_00F8_F7FFL);
        assertThat(rules.filterableEvents).isEqualTo(0x00F8_07BE);
        assertThat(new StatisticalProfilingV1p4().feature()).isEqualTo("FEAT_SPEv1p4");
        assertThat(new StatisticalProfilingV1p4().order())
                .as("after FEAT_SPEv1p3, before FEAT_SPEv1p5")
                .isBetween(401, 599);
    }

    @Test
    @DisplayName("0x8123 is SAMPLE_BUFFER_FULL")
    void bufferFull() {
        TestMachine machine = TestMachine.builder().build();
        PmuEvent event = composed().build().extension().pmuEvents().get(0x8123);
        assertThat(event.name()).isEqualTo("SAMPLE_BUFFER_FULL");
        assertThat(event.happened(machine.pe)).isZero();
        machine.pe.spu.counters[SpuState.BUFFER_FULL] = 3;
        assertThat(event.happened(machine.pe)).isEqualTo(3);
    }

    @Test
    @DisplayName("Loads and stores of a Guarded Control Stack are 01000x0x: COMM is bit 2, LDST bit 0")
    void guardedControlStack() {
        ProfilingRulesBuilder rules = composed();
        int gcs = Operation.GUARDED_CONTROL_STACK;
        assertThat(type(rules, Operation.LOAD_STORE, gcs, Operation.LOAD)).isEqualTo("4944 to 5");
        assertThat(type(rules, Operation.LOAD_STORE, gcs, Operation.STORE)).isEqualTo("4945 to 5");
        assertThat(type(rules, Operation.LOAD_STORE, gcs, Operation.STORE | Operation.BRANCH_WITH_LINK))
                .isEqualTo("4941 to 5");
        assertThat(type(rules, Operation.LOAD_STORE, gcs, Operation.LOAD | Operation.PROCEDURE_RETURN))
                .isEqualTo("4940 to 5");
    }

    @Test
    @DisplayName("A branch that accesses one has GCS, bit 2 of its payload; everything else is as before")
    void branches() {
        ProfilingRulesBuilder rules = composed();
        int gcs = Operation.GUARDED_CONTROL_STACK;
        int link = Operation.STORE | Operation.BRANCH_WITH_LINK;
        assertThat(type(rules, Operation.BRANCH, gcs, link)).isEqualTo("4a04 to 5");
        assertThat(type(rules, Operation.BRANCH, gcs, link | Operation.INDIRECT))
                .isEqualTo("4a06 to 5");
        assertThat(type(rules, Operation.BRANCH, Operation.PLAIN, Operation.BRANCH_WITH_LINK))
                .isEqualTo("4a00 to 5");
        assertThat(type(rules, Operation.LOAD_STORE, Operation.PLAIN, Operation.STORE))
                .isEqualTo("4901 to 5");
    }

    @Test
    @DisplayName("The manifest declares FEAT_SPEv1p4 and what it requires, for composition only")
    void declared() throws IOException {
        try (InputStream in = Files.newInputStream(Path.of("target/classes/META-INF/MANIFEST.MF"))) {
            var main = new Manifest(in).getMainAttributes();
            assertThat(main.getValue("Provide-Capability"))
                    .contains("arm.feature;arm.feature=FEAT_SPEv1p4;from=\"8.8\";effective:=compose");
            assertThat(main.getValue("Require-Capability")).contains("(arm.feature=FEAT_SPEv1p3)");
            assertThat(main.getValue("Export-Package")).isNull();
        }
    }
}
