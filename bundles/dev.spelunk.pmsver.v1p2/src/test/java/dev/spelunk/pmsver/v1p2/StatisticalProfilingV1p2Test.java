// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import dev.spelunk.pmsver.v1p0.StatisticalProfiling;
import dev.spelunk.spe.fne.InverseEventFiltering;
import dev.spelunk.testkit.Operations;
import dev.spelunk.testkit.TestMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What FEAT_SPEv1p2 adds to the rules of FEAT_SPE. */
@DisplayName("FEAT_SPEv1p2 (DDI 0487, D17.5.5, D24.7.2, D24.7.11 and D14.3)")
class StatisticalProfilingV1p2Test {
    private static final long B = 1 << 16;
    private static final long LD = 1 << 17;
    private static final long ST = 1 << 18;
    private static final int BR = 0x812A;
    private static final int LOADS = 0x812B;
    private static final int STORES = 0x812C;
    private static final int OP = 0x812D;
    private static final int EVENT = 0x812E;
    private static final int LAT = 0x812F;

    private final TestMachine machine = TestMachine.builder().build();

    private static ProfilingRulesBuilder composed() {
        ProfilingRulesBuilder rules = new ProfilingRulesBuilder();
        new StatisticalProfiling().contribute(rules);
        new StatisticalProfilingV1p2().contribute(rules);
        return rules;
    }

    /** The numbers of the events that count the sample. */
    private List<Integer> counting(ProfilingRules rules, Operation sample) {
        return rules.feedCounters().stream()
                .filter(counter -> counter.which().counts(machine.context, rules, sample))
                .map(ProfilingRules.FeedCounter::event)
                .toList();
    }

    private void controls(long pmsfcr, long pmsevfr, long minlat) {
        machine.write(SystemRegister.PMSFCR_EL1, pmsfcr)
                .write(SystemRegister.PMSEVFR_EL1, pmsevfr)
                .write(SystemRegister.PMSLATFR_EL1, minlat);
    }

    @Test
    @DisplayName("PMSVer 3, discard mode, the filter on event 6; External aborts are reported as before")
    void rules() {
        ProfilingRulesBuilder before = new ProfilingRulesBuilder();
        new StatisticalProfiling().contribute(before);
        ProfilingRulesBuilder rules = composed();
        assertThat(rules.pmsVer).isEqualTo(3);
        assertThat(rules.discardMode).isTrue();
        assertThat(before.discardMode).isFalse();
        assertThat(rules.filterableEvents).isEqualTo(0xEA);
        assertThat(rules.events).isEqualTo(before.events);
        assertThat(rules.allowedEvents).isEqualTo(before.allowedEvents);
        assertThat(rules.reportsExternalAborts).isTrue();
        assertThat(new StatisticalProfilingV1p2().feature()).isEqualTo("FEAT_SPEv1p2");
        assertThat(new StatisticalProfilingV1p2().order())
                .as("after FEAT_SPEv1p1, before FEAT_SPEv1p3")
                .isBetween(201, 399);
    }

    @Test
    @DisplayName("PMBLIMITR_EL1.PMFZ is bit 5")
    void freeze() {
        RegisterDefinition limit = composed()
                .build()
                .refined(
                        SystemRegister.PMBLIMITR_EL1,
                        RegisterDefinition.of("PMBLIMITR_EL1", SystemRegister.PMBLIMITR_EL1),
                        machine.context.architecture)
                .build();
        assertThat(limit.merge(0, -1)).isEqualTo(1 << 5);
    }

    @Test
    @DisplayName("The PMU events SAMPLE_FEED_* by number and name")
    void events() {
        assertThat(composed().build().extension().pmuEvents().values().stream()
                        .filter(event -> event.number() >= 0x8000)
                        .collect(Collectors.toMap(event -> event.number(), event -> event.name())))
                .containsOnly(
                        Map.entry(BR, "SAMPLE_FEED_BR"),
                        Map.entry(LOADS, "SAMPLE_FEED_LD"),
                        Map.entry(STORES, "SAMPLE_FEED_ST"),
                        Map.entry(OP, "SAMPLE_FEED_OP"),
                        Map.entry(EVENT, "SAMPLE_FEED_EVENT"),
                        Map.entry(LAT, "SAMPLE_FEED_LAT"));
    }

    @Test
    @DisplayName("SAMPLE_FEED_{BR, LD, ST} count by the type alone; PMSFCR_EL1 is ignored")
    void types() {
        ProfilingRules rules = composed().build();
        Operation branch = Operations.of(Operation.BRANCH, Operation.TAKEN);
        Operation load = Operations.of(Operation.LOAD_STORE, Operation.LOAD);
        Operation store = Operations.of(Operation.LOAD_STORE, Operation.STORE);
        Operation swap = Operations.of(Operation.LOAD_STORE, Operation.LOAD | Operation.STORE | Operation.ATOMIC);
        Operation other = Operations.of(Operation.OTHER, 0);
        for (long pmsfcr : new long[] {0, 7, 7 | B, 7 | LD, 7 | ST}) {
            controls(pmsfcr, 0, 0);
            assertThat(counting(rules, branch)).contains(BR).doesNotContain(LOADS, STORES);
            assertThat(counting(rules, load)).contains(LOADS).doesNotContain(BR, STORES);
            assertThat(counting(rules, store)).contains(STORES).doesNotContain(BR, LOADS);
            assertThat(counting(rules, swap)).contains(LOADS, STORES).doesNotContain(BR);
            assertThat(counting(rules, other)).doesNotContain(BR, LOADS, STORES);
        }
    }

    @Test
    @DisplayName("SAMPLE_FEED_OP counts what PMSFCR_EL1.TYPE selects, whatever FT is; nothing while it selects nothing")
    void matchingType() {
        ProfilingRules rules = composed().build();
        Operation load = Operations.of(Operation.LOAD_STORE, Operation.LOAD);
        for (long ft = 0; ft <= 2; ft += 2) {
            controls(ft | LD, 0, 0);
            assertThat(counting(rules, load)).contains(OP);
            assertThat(counting(rules, Operations.of(Operation.BRANCH, 0))).doesNotContain(OP);
            controls(ft | B | ST, 0, 0);
            assertThat(counting(rules, load)).doesNotContain(OP);
            controls(ft, 0, 0);
            assertThat(counting(rules, load)).doesNotContain(OP);
        }
        controls(1L << 49, 0, 0);
        assertThat(counting(rules, load)).as("TYPEm alone is a constraint too").contains(OP);
    }

    @Test
    @DisplayName("SAMPLE_FEED_EVENT counts what has every event of PMSEVFR_EL1, whatever FE is")
    void matchingEvents() {
        ProfilingRules rules = composed().build();
        Operation both = Operations.of(Operation.OTHER, 0);
        both.events = 0x28;
        Operation one = Operations.of(Operation.OTHER, 0);
        one.events = 0x20;
        for (long fe = 0; fe < 2; fe++) {
            controls(fe, 0x28, 0);
            assertThat(counting(rules, both)).contains(EVENT);
            assertThat(counting(rules, one)).doesNotContain(EVENT);
        }
    }

    @Test
    @DisplayName("With FEAT_SPE_FnE it counts what has none of the events of PMSNEVFR_EL1 beside")
    void inverseEvents() {
        ProfilingRulesBuilder builder = composed();
        new InverseEventFiltering().contribute(builder);
        ProfilingRules rules = builder.build();
        Operation sample = Operations.of(Operation.OTHER, 0);
        sample.events = 0x28;
        controls(0, 0x20, 0);
        machine.write(SystemRegister.PMSNEVFR_EL1, 0x80);
        assertThat(counting(rules, sample)).contains(EVENT);
        machine.write(SystemRegister.PMSNEVFR_EL1, 0x88);
        assertThat(counting(rules, sample)).doesNotContain(EVENT);
    }

    @Test
    @DisplayName("SAMPLE_FEED_LAT counts what took MINLAT or longer, whatever FL is")
    void minimumLatency() {
        ProfilingRules rules = composed().build();
        Operation sample = Operations.of(Operation.OTHER, 0);
        for (long fl = 0; fl <= 4; fl += 4) {
            controls(fl, 0, 10);
            sample.totalLatency = 10;
            assertThat(counting(rules, sample)).contains(LAT);
            sample.totalLatency = 9;
            assertThat(counting(rules, sample)).doesNotContain(LAT);
        }
    }

    @Test
    @DisplayName("The manifest declares FEAT_SPEv1p2 and what it requires, for composition only")
    void declared() throws IOException {
        try (InputStream in = Files.newInputStream(Path.of("target/classes/META-INF/MANIFEST.MF"))) {
            var main = new Manifest(in).getMainAttributes();
            assertThat(main.getValue("Provide-Capability"))
                    .contains("arm.feature;arm.feature=FEAT_SPEv1p2;from=\"8.6\";effective:=compose");
            assertThat(main.getValue("Require-Capability"))
                    .contains("(arm.feature=FEAT_SPEv1p1)", "(arm.feature=FEAT_SPE_FnE)");
            assertThat(main.getValue("Export-Package")).isNull();
        }
    }
}
