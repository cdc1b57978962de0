// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.testkit.TestMachine;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * What each architecture feature brings to the base registers and nothing else does: fields that software can write,
 * fields of ID registers, RES1, whole registers.
 */
@DisplayName("The fields of each feature (DDI 0487, D24.2 and D24.3, by bits)")
class FeatureBitsTest {
    @ParameterizedTest(name = "{0} {1}")
    @CsvFileSource(resources = "feature-bits.csv", delimiter = '|')
    void aFeatureBringsItsFields(String before, String feature, String expected) {
        assertThat(difference(registers(before), registers((before == null ? "" : before) + " " + feature)))
                .isEqualTo(expected == null ? "" : expected.replaceAll("\\s+", " "));
    }

    /** What each register reads as at EL3 after ones are written to it, by name. */
    private static Map<String, Long> registers(String features) {
        List<String> names =
                features == null ? List.of() : List.of(features.trim().split("\\s+"));
        TestMachine.Builder builder =
                TestMachine.builder().features(names).el(3).registers(new RegisterModelComponent());
        if (names.contains("FEAT_SPE")) {
            ProfilingRulesBuilder rules = new ProfilingRulesBuilder();
            rules.pmsVer = 1;
            builder.profiling(rules.build().extension());
        }
        TestMachine m = builder.build();
        Map<String, Long> all = new TreeMap<>();
        for (RegisterDescription d : m.context.registers.descriptions()) {
            long[] before = m.pe.sys.clone();
            m.write(d.encoding(), -1);
            boolean random = d.name().startsWith("RNDR");
            all.put(d.name(), random ? 0 : m.read(d.encoding()));
            System.arraycopy(before, 0, m.pe.sys, 0, before.length);
        }
        return all;
    }

    /** Registers that come (+) and go (-), and the bits that differ: those that are set, and those that are not any more (-). */
    private static String difference(Map<String, Long> before, Map<String, Long> after) {
        Map<String, String> all = new TreeMap<>();
        after.forEach((name, value) -> {
            Long old = before.get(name);
            if (old == null) {
                all.put(name, "+" + name + bits(value));
            } else if (!old.equals(value)) {
                long gone = old & ~value;
                all.put(name, name + bits(value & ~old) + (gone == 0 ? "" : "-" + bits(gone)));
            }
        });
        before.keySet().stream().filter(name -> !after.containsKey(name)).forEach(name -> all.put(name, "-" + name));
        return all.values().stream().collect(Collectors.joining(" "));
    }

    /** As the manual writes them: [63,31:28,0]. */
    private static String bits(long mask) {
        StringBuilder text = new StringBuilder();
        for (int high = 63; high >= 0; high--) {
            if ((mask >>> high & 1) != 0) {
                int low = high;
                while (low > 0 && (mask >>> low - 1 & 1) != 0) {
                    low--;
                }
                text.append(text.isEmpty() ? "" : ",").append(high == low ? "" + high : high + ":" + low);
                high = low;
            }
        }
        return text.isEmpty() ? "" : "[" + text + "]";
    }
}
