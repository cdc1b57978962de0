// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.header.Attrs;
import aQute.bnd.header.Parameters;
import aQute.bnd.osgi.Processor;
import dev.spelunk.api.architecture.Architecture;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.Statistics;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The verdict on random compositions, compared with the constraints on SPE features evaluated one by one as DDI 0487,
 * A2.2 and A2.3 state them: written out here again, in another form than the declarations of the bundles. That FEAT_SME is
 * not permitted before Armv9.2 is left out: no bundle brings it, so no machine can have it.
 */
class FeatureRulesTest {
    private static final int[] VERSIONS = {80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96};
    private static final List<String> NAMES = List.of(
            "FEAT_SPE",
            "FEAT_SPEv1p1",
            "FEAT_SPEv1p2",
            "FEAT_SPEv1p3",
            "FEAT_SPEv1p4",
            "FEAT_SPEv1p5",
            "FEAT_SPE_FnE",
            "FEAT_SPE_PBT",
            "FEAT_SPE_LDS",
            "FEAT_SPE_FDS",
            "FEAT_SPE_CRR",
            "FEAT_SPE_EFT",
            "FEAT_SPE_FPF",
            "FEAT_SPE_ALTCLK",
            "FEAT_SPE_SME",
            "FEAT_SPE_ERnd",
            "FEAT_SPE_ArchInst",
            "FEAT_SPE_DPFZS",
            "FEAT_SPE_nVM",
            "FEAT_SPE_EXC",
            "FEAT_EL2",
            "FEAT_FGT",
            "FEAT_FGT2",
            "FEAT_SME",
            "FEAT_GCS",
            "FEAT_RME",
            "FEAT_PMUv3",
            "FEAT_PMUv3p1",
            "FEAT_PMUv3p4",
            "FEAT_PMUv3p5",
            "FEAT_PMUv3p7",
            "FEAT_PMUv3p8",
            "FEAT_PMUv3p9",
            "FEAT_HPMN0");
    /** What each PMSVer from 1 on needs of the SPE features. */
    private static final List<List<String>> LADDER = List.of(
            List.of("FEAT_SPE"),
            List.of("FEAT_SPEv1p1"),
            List.of("FEAT_SPEv1p2", "FEAT_SPE_FnE"),
            List.of("FEAT_SPEv1p3"),
            List.of("FEAT_SPEv1p4"),
            List.of("FEAT_SPEv1p5", "FEAT_SPE_CRR", "FEAT_SPE_EXC", "FEAT_SPE_nVM"));

    /** What the bundles on the class path declare. */
    private static final FeatureRules RULES = declared();

    private static FeatureRules declared() {
        FeatureRules rules = new FeatureRules();
        try {
            for (URL url :
                    Collections.list(FeatureRulesTest.class.getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
                try (InputStream stream = url.openStream()) {
                    Attributes headers = new Manifest(stream).getMainAttributes();
                    List<Map<String, Object>> capabilities = new ArrayList<>();
                    of(headers, "Provide-Capability").forEach(attributes -> capabilities.add(typed(attributes)));
                    List<FeatureRules.Requirement> requirements = new ArrayList<>();
                    of(headers, "Require-Capability")
                            .forEach(attributes -> requirements.add(
                                    new FeatureRules.Requirement(attributes.get("filter:"), typed(attributes))));
                    // What only needs, as the hypervisor does, is in the machine by choice.
                    if (!capabilities.isEmpty()) {
                        rules.add(headers.getValue("Bundle-SymbolicName"), capabilities, requirements);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rules;
    }

    private static List<Attrs> of(Attributes headers, String header) {
        return new Parameters(headers.getValue(header))
                .entrySet().stream()
                        .filter(clause ->
                                Processor.removeDuplicateMarker(clause.getKey()).equals(Architecture.FEATURE_NAMESPACE))
                        .map(Map.Entry::getValue)
                        .toList();
    }

    private static Map<String, Object> typed(Attrs attributes) {
        Map<String, Object> typed = new HashMap<>();
        attributes.keySet().forEach(key -> typed.put(key, attributes.getTyped(key)));
        return typed;
    }

    private static List<String> problems(int version, Set<String> features) {
        Map<String, Map<String, Object>> machine = new TreeMap<>();
        features.forEach(feature -> machine.put(feature, Map.of(Architecture.FEATURE_NAMESPACE, feature)));
        return RULES.problems(version, machine);
    }

    /** First Armv8 minor version of which this one has everything; Armv9.n has Armv8.(n + 5). */
    private static int armv8(int version) {
        return version < 90 ? version - 80 : version - 90 + 5;
    }

    /** Minor version of Armv9, -1 for an Armv8. */
    private static int armv9(int version) {
        return version < 90 ? -1 : version - 90;
    }

    /** An implication. */
    private static boolean then(boolean condition, boolean consequence) {
        return !condition || consequence;
    }

    /** The constraints, evaluated directly. */
    private static boolean legal(int version, Set<String> f) {
        int v8 = armv8(version);
        int v9 = armv9(version);
        boolean spe = f.contains("FEAT_SPE");
        boolean p1 = f.contains("FEAT_SPEv1p1");
        boolean p2 = f.contains("FEAT_SPEv1p2");
        boolean p3 = f.contains("FEAT_SPEv1p3");
        boolean p4 = f.contains("FEAT_SPEv1p4");
        boolean p5 = f.contains("FEAT_SPEv1p5");
        boolean el2 = f.contains("FEAT_EL2");
        boolean lds = f.contains("FEAT_SPE_LDS");
        boolean fds = f.contains("FEAT_SPE_FDS");
        boolean crr = f.contains("FEAT_SPE_CRR");
        boolean eft = f.contains("FEAT_SPE_EFT");
        boolean fpf = f.contains("FEAT_SPE_FPF");
        boolean nvm = f.contains("FEAT_SPE_nVM");
        boolean exc = f.contains("FEAT_SPE_EXC");
        boolean sme = f.contains("FEAT_SME");
        boolean speSme = f.contains("FEAT_SPE_SME");
        boolean dpfzs = f.contains("FEAT_SPE_DPFZS");
        boolean fgt2 = f.contains("FEAT_FGT2");
        boolean versions = then(spe, v8 >= 1)
                && then(p1, v8 >= 2 && spe)
                && then(p2, v8 >= 6 && p1)
                && then(p3, v8 >= 7 && p2)
                && then(p4, v8 >= 8 && p3)
                && then(p5, v9 >= 5 && p4 && crr && exc && nvm)
                && then(spe && v8 >= 5, p1)
                && then(spe && v8 >= 7, p2)
                && then(spe && v8 >= 8, p3)
                && then(spe && v8 >= 9, p4 && crr)
                && then(spe && v9 >= 6, p5);
        boolean increments = p2 == f.contains("FEAT_SPE_FnE")
                && then(f.contains("FEAT_SPE_PBT"), p2)
                && then(lds, spe)
                && then(fds, p4 && lds && v8 >= 8 && (fgt2 || !el2))
                && then(lds && v8 >= 9, fds)
                && then(crr, p4)
                && then(spe && f.contains("FEAT_GCS"), crr)
                && eft == fpf
                && then(eft, spe && v9 >= 4)
                && then(spe && v9 >= 5, eft)
                && then(f.contains("FEAT_SPE_ALTCLK"), spe && v9 >= 4)
                && then(speSme, p1 && sme && v9 >= 2)
                && then(p1 && sme && v9 >= 5, speSme)
                && then(f.contains("FEAT_SPE_ERnd") || f.contains("FEAT_SPE_ArchInst"), spe)
                && exc == p5
                && then(exc, v9 >= 5)
                && then(nvm, spe && v9 >= 5 && (fgt2 || !el2))
                && then(spe && f.contains("FEAT_RME"), p2);
        boolean monitors = then(dpfzs, f.contains("FEAT_PMUv3p7") && p2 && v8 >= 6)
                && then(f.contains("FEAT_PMUv3p9") && p4, dpfzs)
                && pmu(v8, f);
        return versions
                && increments
                && monitors
                && then(f.contains("FEAT_FGT"), v8 >= 5 && el2)
                && then(fgt2, v8 >= 8 && f.contains("FEAT_FGT"));
    }

    /** Each version of PMUv3 has those before it, and each architecture version the newest that it demands. */
    private static boolean pmu(int v8, Set<String> f) {
        boolean base = f.contains("FEAT_PMUv3");
        boolean p1 = f.contains("FEAT_PMUv3p1");
        boolean p4 = f.contains("FEAT_PMUv3p4");
        boolean p5 = f.contains("FEAT_PMUv3p5");
        boolean p7 = f.contains("FEAT_PMUv3p7");
        boolean p8 = f.contains("FEAT_PMUv3p8");
        boolean hpmn0 = f.contains("FEAT_HPMN0");
        boolean el2 = f.contains("FEAT_EL2");
        return then(
                        base,
                        then(v8 >= 1 || f.contains("FEAT_SPE"), p1)
                                && then(v8 >= 4, p4)
                                && then(v8 >= 5, p5)
                                && then(v8 >= 7, p7)
                                && then(v8 >= 8, p8 && then(el2, hpmn0)))
                && then(hpmn0, base && el2 && f.contains("FEAT_FGT"))
                && then(p8, p7)
                && then(p7, p5)
                && then(p5, p4)
                && then(p4, p1)
                && then(p1, base);
    }

    /** Features that come together, or one. */
    private static final List<List<String>> GROUPS = List.of(
            List.of("FEAT_SPE_EFT", "FEAT_SPE_FPF"),
            List.of("FEAT_SPE_LDS"),
            List.of("FEAT_SPE_LDS", "FEAT_SPE_FDS"),
            List.of("FEAT_SPE_PBT"),
            List.of("FEAT_SPE_CRR"),
            List.of("FEAT_SPE_ALTCLK"),
            List.of("FEAT_SPE_ERnd"),
            List.of("FEAT_SPE_ArchInst"),
            List.of("FEAT_SPE_nVM"),
            List.of("FEAT_SME"),
            List.of("FEAT_SME", "FEAT_SPE_SME"),
            List.of("FEAT_GCS"),
            List.of("FEAT_RME"),
            List.of("FEAT_EL2"),
            List.of("FEAT_FGT"),
            List.of("FEAT_FGT2"),
            List.of("FEAT_PMUv3", "FEAT_PMUv3p1", "FEAT_PMUv3p4", "FEAT_PMUv3p5", "FEAT_PMUv3p7"),
            List.of("FEAT_PMUv3", "FEAT_PMUv3p1", "FEAT_PMUv3p4", "FEAT_PMUv3p5", "FEAT_PMUv3p7", "FEAT_PMUv3p8"),
            List.of(
                    "FEAT_PMUv3",
                    "FEAT_PMUv3p1",
                    "FEAT_PMUv3p4",
                    "FEAT_PMUv3p5",
                    "FEAT_PMUv3p7",
                    "FEAT_PMUv3p8",
                    "FEAT_HPMN0"),
            List.of("FEAT_PMUv3p9"),
            List.of("FEAT_SPE_DPFZS"));

    /** A legal composition: the ladder up to some PMSVer, then whatever stays legal; null where that ladder is not. */
    private static Set<String> legalComposition(int version, Random random) {
        Set<String> features =
                new TreeSet<>(random.nextBoolean() ? List.of("FEAT_EL2", "FEAT_FGT", "FEAT_FGT2") : List.of());
        if (!legal(version, features)) {
            features.clear();
        }
        int pmsVer = random.nextInt(LADDER.size() + 1);
        if (pmsVer > 0 && armv9(version) >= 5) {
            features.addAll(List.of("FEAT_SPE_EFT", "FEAT_SPE_FPF"));
        }
        if (pmsVer > 0 && armv8(version) >= 9) {
            features.add("FEAT_SPE_CRR");
        }
        for (int i = 0; i < pmsVer; i++) {
            features.addAll(LADDER.get(i));
        }
        if (!legal(version, features)) {
            return null;
        }
        for (List<String> group : GROUPS) {
            Set<String> more = new TreeSet<>(features);
            more.addAll(group);
            if (random.nextBoolean() && legal(version, more)) {
                features = more;
            }
        }
        return features;
    }

    /** A legal composition with up to two features toggled, or features at random. */
    private static Set<String> composition(int version, Random random) {
        Set<String> features = legalComposition(version, random);
        if (features == null || random.nextInt(8) == 0) {
            Set<String> any = new TreeSet<>();
            NAMES.forEach(name -> toggle(any, name, random.nextBoolean()));
            return any;
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            toggle(features, name, !features.contains(name));
        }
        return features;
    }

    private static void toggle(Set<String> features, String name, boolean in) {
        if (in) {
            features.add(name);
        } else {
            features.remove(name);
        }
    }

    @Property(tries = 20_000, seed = "20261121")
    void verdictOfRandomCompositions(@ForAll long seed) {
        Random random = new Random(seed);
        int version = VERSIONS[random.nextInt(VERSIONS.length)];
        Set<String> features = composition(version, random);
        boolean expected = legal(version, features);
        List<String> problems = problems(version, features);
        Statistics.collect(expected ? "legal" : "illegal");
        Statistics.coverage(c -> c.check("legal").percentage(p -> p > 10));
        assertThat(problems.isEmpty())
                .as("Armv%d.%d %s: %s", version / 10, version % 10, features, problems)
                .isEqualTo(expected);
    }

    @Test
    @DisplayName("Every legal composition one feature away: the verdicts agree where a single feature decides")
    void oneFeatureAway() {
        Map<String, Integer> decided = new HashMap<>();
        List<Set<String>> legal = new ArrayList<>();
        Random random = new Random(20261121);
        List<Integer> versions = new ArrayList<>();
        while (legal.size() < 400) {
            int version = VERSIONS[random.nextInt(VERSIONS.length)];
            Set<String> features = legalComposition(version, random);
            if (features != null) {
                legal.add(features);
                versions.add(version);
            }
        }
        for (int i = 0; i < legal.size(); i++) {
            int version = versions.get(i);
            for (String name : NAMES) {
                Set<String> other = new TreeSet<>(legal.get(i));
                toggle(other, name, !other.contains(name));
                boolean expected = legal(version, other);
                assertThat(problems(version, other).isEmpty())
                        .as("%d %s", version, other)
                        .isEqualTo(expected);
                if (!expected) {
                    decided.merge(name, 1, Integer::sum);
                }
            }
        }
        assertThat(decided.keySet())
                .as("features that decided a verdict")
                .containsAll(
                        NAMES.stream().filter(n -> !n.equals("FEAT_PMUv3p9")).toList());
    }

    @Test
    @Tag("T9")
    @DisplayName("T9: FEAT_SPEv1p5 and FEAT_SPE_EXC imply each other, and the former FEAT_SPE_nVM and FEAT_SPE_CRR")
    void newest() {
        Set<String> whole = new TreeSet<>();
        LADDER.forEach(whole::addAll);
        whole.addAll(List.of("FEAT_SPE_EFT", "FEAT_SPE_FPF"));
        assertThat(problems(95, whole)).isEmpty();
        for (String one : List.of("FEAT_SPEv1p5", "FEAT_SPE_EXC", "FEAT_SPE_nVM", "FEAT_SPE_CRR")) {
            Set<String> without = new TreeSet<>(whole);
            without.remove(one);
            assertThat(problems(95, without))
                    .as("without %s", one)
                    .isNotEmpty()
                    .anyMatch(p -> p.startsWith(one + " is missing"));
        }
        whole.remove("FEAT_SPEv1p5");
        whole.remove("FEAT_SPE_EXC");
        assertThat(problems(95, whole)).as("FEAT_SPEv1p4 with nVM and CRR").isEmpty();
    }

    @Test
    @DisplayName("A problem says what is missing, what needs it, and from which version")
    void sentences() {
        assertThat(problems(87, Set.of("FEAT_SPE", "FEAT_SPEv1p1")))
                .containsExactly("FEAT_SPEv1p2 is missing, which FEAT_SPE needs from Armv8.7 (DDI 0487, A2)");
        assertThat(problems(82, Set.of("FEAT_SPE", "FEAT_SPE_ALTCLK")))
                .containsExactly("FEAT_SPE_ALTCLK is not permitted in Armv8.2, only from Armv9.4 (DDI 0487, A2)");
    }

    @Test
    @DisplayName("Armv9.n includes Armv8.(n + 5), and no Armv8 includes an Armv9")
    void versions() {
        assertThat(FeatureRules.includes(90, 85)).isTrue();
        assertThat(FeatureRules.includes(90, 86)).isFalse();
        assertThat(FeatureRules.includes(95, 89)).isTrue();
        assertThat(FeatureRules.includes(89, 90)).isFalse();
        assertThat(FeatureRules.includes(95, 94)).isTrue();
    }
}
