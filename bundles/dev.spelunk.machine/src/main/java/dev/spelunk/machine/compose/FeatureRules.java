// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which features need which, and from which architecture version (DDI 0487, A2.2 and A2.3). One table; a row that
 * applies and is not met is one problem.
 */
final class FeatureRules {
    /**
     * From an architecture version on, a machine that has every feature of {@code when} has {@code needs}.
     *
     * @param from in two digits: 85 is Armv8.5
     */
    private record Rule(int from, List<String> when, String needs) {}

    /** A feature that may be implemented from an architecture version on. */
    private record Earliest(int from, String feature) {}

    private static final int ALWAYS = 80;

    private static final List<Earliest> EARLIEST = List.of(
            new Earliest(81, "FEAT_SPE"),
            new Earliest(82, "FEAT_SPEv1p1"),
            new Earliest(86, "FEAT_SPEv1p2"),
            new Earliest(87, "FEAT_SPEv1p3"),
            new Earliest(88, "FEAT_SPEv1p4"),
            new Earliest(95, "FEAT_SPEv1p5"),
            new Earliest(88, "FEAT_SPE_FDS"),
            new Earliest(94, "FEAT_SPE_EFT"),
            new Earliest(94, "FEAT_SPE_FPF"),
            new Earliest(94, "FEAT_SPE_ALTCLK"),
            new Earliest(92, "FEAT_SPE_SME"),
            new Earliest(86, "FEAT_SPE_DPFZS"),
            new Earliest(95, "FEAT_SPE_EXC"),
            new Earliest(95, "FEAT_SPE_nVM"),
            new Earliest(92, "FEAT_SME"),
            new Earliest(85, "FEAT_FGT"),
            new Earliest(88, "FEAT_FGT2"));

    private static final List<Rule> RULES = List.of(
            rule(ALWAYS, "FEAT_SPEv1p1", "FEAT_SPE"),
            rule(ALWAYS, "FEAT_SPEv1p2", "FEAT_SPEv1p1"),
            rule(ALWAYS, "FEAT_SPEv1p2", "FEAT_SPE_FnE"),
            rule(ALWAYS, "FEAT_SPEv1p3", "FEAT_SPEv1p2"),
            rule(ALWAYS, "FEAT_SPEv1p4", "FEAT_SPEv1p3"),
            rule(ALWAYS, "FEAT_SPEv1p5", "FEAT_SPEv1p4"),
            rule(ALWAYS, "FEAT_SPEv1p5", "FEAT_SPE_CRR"),
            rule(ALWAYS, "FEAT_SPEv1p5", "FEAT_SPE_EXC"),
            rule(ALWAYS, "FEAT_SPEv1p5", "FEAT_SPE_nVM"),
            rule(ALWAYS, "FEAT_SPE_FnE", "FEAT_SPEv1p2"),
            rule(ALWAYS, "FEAT_SPE_PBT", "FEAT_SPEv1p2"),
            rule(ALWAYS, "FEAT_SPE_LDS", "FEAT_SPE"),
            rule(ALWAYS, "FEAT_SPE_FDS", "FEAT_SPEv1p4"),
            rule(ALWAYS, "FEAT_SPE_FDS", "FEAT_SPE_LDS"),
            both("FEAT_SPE_FDS", "FEAT_EL2", "FEAT_FGT2"),
            rule(ALWAYS, "FEAT_SPE_CRR", "FEAT_SPEv1p4"),
            both("FEAT_SPE", "FEAT_GCS", "FEAT_SPE_CRR"),
            rule(ALWAYS, "FEAT_SPE_EFT", "FEAT_SPE"),
            rule(ALWAYS, "FEAT_SPE_EFT", "FEAT_SPE_FPF"),
            rule(ALWAYS, "FEAT_SPE_FPF", "FEAT_SPE"),
            rule(ALWAYS, "FEAT_SPE_FPF", "FEAT_SPE_EFT"),
            rule(ALWAYS, "FEAT_SPE_ALTCLK", "FEAT_SPE"),
            rule(ALWAYS, "FEAT_SPE_SME", "FEAT_SPEv1p1"),
            rule(ALWAYS, "FEAT_SPE_SME", "FEAT_SME"),
            rule(ALWAYS, "FEAT_SPE_ERnd", "FEAT_SPE"),
            rule(ALWAYS, "FEAT_SPE_ArchInst", "FEAT_SPE"),
            rule(ALWAYS, "FEAT_SPE_DPFZS", "FEAT_SPEv1p2"),
            rule(ALWAYS, "FEAT_SPE_DPFZS", "FEAT_PMUv3p7"),
            both("FEAT_PMUv3p9", "FEAT_SPEv1p4", "FEAT_SPE_DPFZS"),
            rule(ALWAYS, "FEAT_SPE_nVM", "FEAT_SPE"),
            both("FEAT_SPE_nVM", "FEAT_EL2", "FEAT_FGT2"),
            rule(ALWAYS, "FEAT_SPE_EXC", "FEAT_SPEv1p5"),
            both("FEAT_SPE", "FEAT_RME", "FEAT_SPEv1p2"),
            both("FEAT_SPE", "FEAT_PMUv3", "FEAT_PMUv3p1"),
            rule(85, "FEAT_SPE", "FEAT_SPEv1p1"),
            rule(87, "FEAT_SPE", "FEAT_SPEv1p2"),
            rule(88, "FEAT_SPE", "FEAT_SPEv1p3"),
            rule(89, "FEAT_SPE", "FEAT_SPEv1p4"),
            rule(89, "FEAT_SPE", "FEAT_SPE_CRR"),
            rule(89, "FEAT_SPE_LDS", "FEAT_SPE_FDS"),
            rule(95, "FEAT_SPE", "FEAT_SPE_EFT"),
            rule(95, "FEAT_SPE", "FEAT_SPE_FPF"),
            new Rule(95, List.of("FEAT_SPEv1p1", "FEAT_SME"), "FEAT_SPE_SME"),
            rule(96, "FEAT_SPE", "FEAT_SPEv1p5"),
            rule(ALWAYS, "FEAT_FGT", "FEAT_EL2"),
            rule(ALWAYS, "FEAT_FGT2", "FEAT_FGT"),
            rule(ALWAYS, "FEAT_VHE", "FEAT_EL2"),
            rule(81, "FEAT_PMUv3", "FEAT_PMUv3p1"),
            rule(84, "FEAT_PMUv3", "FEAT_PMUv3p4"),
            rule(85, "FEAT_PMUv3", "FEAT_PMUv3p5"),
            rule(87, "FEAT_PMUv3", "FEAT_PMUv3p7"),
            rule(88, "FEAT_PMUv3", "FEAT_PMUv3p8"),
            new Rule(88, List.of("FEAT_PMUv3", "FEAT_EL2"), "FEAT_HPMN0"),
            rule(ALWAYS, "FEAT_PMUv3p1", "FEAT_PMUv3"),
            rule(ALWAYS, "FEAT_PMUv3p4", "FEAT_PMUv3p1"),
            rule(ALWAYS, "FEAT_PMUv3p5", "FEAT_PMUv3p4"),
            rule(ALWAYS, "FEAT_PMUv3p7", "FEAT_PMUv3p5"),
            rule(ALWAYS, "FEAT_PMUv3p8", "FEAT_PMUv3p7"),
            rule(ALWAYS, "FEAT_HPMN0", "FEAT_EL2"),
            rule(ALWAYS, "FEAT_HPMN0", "FEAT_PMUv3"),
            rule(ALWAYS, "FEAT_HPMN0", "FEAT_FGT"),
            rule(ALWAYS, "FEAT_FlagM2", "FEAT_FlagM"),
            rule(ALWAYS, "FEAT_LRCPC2", "FEAT_LRCPC"));

    private FeatureRules() {}

    private static Rule rule(int from, String when, String needs) {
        return new Rule(from, List.of(when), needs);
    }

    private static Rule both(String one, String other, String needs) {
        return new Rule(ALWAYS, List.of(one, other), needs);
    }

    /**
     * Whether an implementation of one architecture version is also one of another: Armv9.n has what Armv8.(n + 5)
     * has, and no Armv8 is an Armv9.
     */
    static boolean includes(int version, int other) {
        if (version < 90 || other >= 90) {
            return version >= other;
        }
        return version - 5 >= other;
    }

    /** What features are missing or not permitted, one sentence each; empty when the set is legal in that version. */
    static List<String> problems(int version, Set<String> features) {
        List<String> problems = new ArrayList<>();
        for (Earliest e : EARLIEST) {
            if (features.contains(e.feature) && !includes(version, e.from)) {
                problems.add(e.feature + " is not permitted in " + name(version) + ", only from " + name(e.from)
                        + " (DDI 0487, A2)");
            }
        }
        for (Rule r : RULES) {
            if (includes(version, r.from) && features.containsAll(r.when) && !features.contains(r.needs)) {
                problems.add(missing(r.needs) + String.join(" with ", r.when)
                        + (r.from == ALWAYS ? " needs" : " needs from " + name(r.from)) + " (DDI 0487, A2)");
            }
        }
        return problems;
    }

    /** How a sentence about a missing feature begins. */
    static String missing(String feature) {
        return feature + " is missing, which ";
    }

    private static String name(int version) {
        return "Armv" + version / 10 + "." + version % 10;
    }
}
