// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.pmsver.v1p0.StatisticalProfiling;
import dev.spelunk.testkit.Configs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configuration and composition of the SPU. */
class SamplingUnitComponentTest {
    @Test
    @DisplayName("Defaults: interval 256, 12-bit counters, records of 64 bytes aligned to 64, instructions")
    void defaults() {
        ProfilingRules rules = new SamplingUnitComponent(Configs.defaults(SamplingUnitComponent.Config.class))
                .compose(List.of(new StatisticalProfiling()));
        assertThat(rules.extension().pmsidr()).isEqualTo(0x0002_600FL);
        assertThat(rules.extension().pmbidr()).isEqualTo(0x26);
        assertThat(rules.extension().pmsVer()).isEqualTo(1);
        assertThat(rules.extension().counterMaximum()).isEqualTo(0xFFF);
    }

    @ParameterizedTest
    @CsvSource({"256,0", "512,2", "768,3", "1024,4", "1536,5", "2048,6", "3072,7", "4096,8"})
    @DisplayName("PMSIDR_EL1.Interval encodes the minimum interval")
    void intervals(int operations, int encoding) {
        ProfilingRules rules = new SamplingUnitComponent(
                        Configs.of(SamplingUnitComponent.Config.class, Map.of("minimumInterval", operations)))
                .compose(List.of());
        assertThat(rules.extension().pmsidr() >>> 8 & 15).isEqualTo(encoding);
    }

    @ParameterizedTest
    @CsvSource({
        "minimumInterval,300",
        "countSize,14",
        "maxRecordSize,32",
        "maxRecordSize,96",
        "maxRecordSize,4096",
        "alignment,0",
        "alignment,48",
        "alignment,128"
    })
    @DisplayName("A value that is not allowed is refused with PID, key, value and what is allowed")
    void refused(String key, int value) {
        assertThatThrownBy(() ->
                        new SamplingUnitComponent(Configs.of(SamplingUnitComponent.Config.class, Map.of(key, value))))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("dev.spelunk.spu: " + key + " is " + value + ", but must be ");
    }

    private static ProfilingFeatures feature(String name, int order, StringBuilder log) {
        return new ProfilingFeatures() {
            @Override
            public String feature() {
                return name;
            }

            @Override
            public int order() {
                return order;
            }

            @Override
            public void contribute(ProfilingRulesBuilder rules) {
                log.append(name).append(' ');
            }
        };
    }

    @Test
    @DisplayName("Features contribute in the order in which they build on each other, whatever order they come in")
    void ordered() {
        StringBuilder log = new StringBuilder();
        new SamplingUnitComponent(Configs.defaults(SamplingUnitComponent.Config.class))
                .compose(List.of(
                        feature("c", 300, log),
                        feature("b", 200, log),
                        feature("a", 200, log),
                        feature("d", 100, log)));
        assertThat(log.toString()).isEqualTo("d a b c ");
    }

    @Test
    @DisplayName("Packets that do not fit maxRecordSize are refused when the rules are composed")
    void tooLarge() {
        ProfilingFeatures many = new ProfilingFeatures() {
            @Override
            public String feature() {
                return "FEAT_MANY";
            }

            @Override
            public int order() {
                return 900;
            }

            @Override
            public void contribute(ProfilingRulesBuilder rules) {
                rules.packet(450, (operation, r, out, at) -> at + 9);
            }
        };
        SamplingUnitComponent unit = new SamplingUnitComponent(Configs.defaults(SamplingUnitComponent.Config.class));
        assertThatThrownBy(() -> unit.compose(List.of(new StatisticalProfiling(), many)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("128 bytes")
                .hasMessageContaining("maxRecordSize of dev.spelunk.spu is 64");
        assertThat(new SamplingUnitComponent(
                                Configs.of(SamplingUnitComponent.Config.class, Map.of("maxRecordSize", 128)))
                        .compose(List.of(new StatisticalProfiling(), many))
                        .extension()
                        .maxRecordSize())
                .isEqualTo(128);
    }
}
