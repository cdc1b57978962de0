// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.machine.Judgement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Whether a composition is legal: what the bundles of its parts declare in the namespace
 * {@code arm.feature}, what the variant asserts, and the conditional rules of DDI 0487, A2. A profiling
 * increment is in the machine when its bundle is chosen; the other parts' capabilities say what they model,
 * and the variant asserts what the machine has of it.
 */
final class Legality {
    /**
     * A conditional rule: in architecture versions from..below, a machine with {@code when} needs {@code needs}.
     *
     * @param when a feature, or empty for every machine
     * @param needs a feature; empty when {@code when} itself is not permitted there
     */
    private record Rule(int from, int below, String when, String needs, String source) {
        boolean applies(int version, SortedSet<String> features) {
            return version >= from && version < below && (when.isEmpty() || features.contains(when));
        }
    }

    private static final int ANY = Integer.MAX_VALUE;

    private static final List<Rule> RULES = List.of(
            new Rule(80, 81, "FEAT_SPE", "", "A2.2: FEAT_SPE is optional from Armv8.1"),
            new Rule(80, 82, "FEAT_SPEv1p1", "", "A2.2: FEAT_SPEv1p1 is optional from Armv8.2"),
            new Rule(80, ANY, "FEAT_SPEv1p1", "FEAT_SPE", "A2.2: FEAT_SPEv1p1 requires FEAT_SPE"),
            new Rule(85, ANY, "FEAT_SPE", "FEAT_SPEv1p1", "A2.2: PMSVer 1 is not permitted from Armv8.5"),
            new Rule(80, 85, "FEAT_FGT", "", "A2.2: FEAT_FGT is optional from Armv8.5"),
            new Rule(80, ANY, "FEAT_FGT", "FEAT_EL2", "the fine-grained traps are registers of EL2"),
            new Rule(81, ANY, "FEAT_PMUv3", "FEAT_PMUv3p1", "A2.2: FEAT_PMUv3 is FEAT_PMUv3p1 from Armv8.1"),
            new Rule(84, ANY, "FEAT_PMUv3", "FEAT_PMUv3p4", "A2.2: FEAT_PMUv3 is FEAT_PMUv3p4 from Armv8.4"),
            new Rule(85, ANY, "FEAT_PMUv3", "FEAT_PMUv3p5", "A2.2: FEAT_PMUv3 is FEAT_PMUv3p5 from Armv8.5"),
            new Rule(87, ANY, "FEAT_PMUv3", "FEAT_PMUv3p7", "A2.2: FEAT_PMUv3 is FEAT_PMUv3p7 from Armv8.7"),
            new Rule(80, ANY, "FEAT_PMUv3p1", "FEAT_PMUv3", "A2.2: FEAT_PMUv3p1 requires FEAT_PMUv3"),
            new Rule(80, ANY, "FEAT_PMUv3p4", "FEAT_PMUv3p1", "A2.2: FEAT_PMUv3p4 requires FEAT_PMUv3p1"),
            new Rule(80, ANY, "FEAT_PMUv3p5", "FEAT_PMUv3p4", "A2.2: FEAT_PMUv3p5 requires FEAT_PMUv3p4"),
            new Rule(80, ANY, "FEAT_PMUv3p7", "FEAT_PMUv3p5", "A2.2: FEAT_PMUv3p7 requires FEAT_PMUv3p5"),
            new Rule(80, ANY, "FEAT_VHE", "FEAT_EL2", "the Virtualization Host Extensions need EL2"),
            new Rule(80, ANY, "FEAT_FlagM2", "FEAT_FlagM", "A2.2: FEAT_FlagM2 requires FEAT_FlagM"),
            new Rule(80, ANY, "FEAT_LRCPC2", "FEAT_LRCPC", "A2.2: FEAT_LRCPC2 requires FEAT_LRCPC"));

    private final SortedSet<String> features = new TreeSet<>();
    private final List<String> problems = new ArrayList<>();

    private Legality() {
    }

    /**
     * Judges a composition.
     *
     * @param parts the bundles of exactly the parts of one machine
     * @param increments those among them whose capabilities the machine has by their being there
     * @param version architecture version in two digits
     * @param asserted features that the variant asserts
     */
    static Legality judge(
            Collection<Bundle> parts, Collection<Bundle> increments, int version, SortedSet<String> asserted) {
        Legality legality = new Legality();
        SortedMap<String, Map<String, Object>> available = new TreeMap<>();
        for (String feature : asserted) {
            available.put(feature, Map.of(Architecture.FEATURE_NAMESPACE, feature));
        }
        for (Bundle bundle : increments) {
            for (BundleCapability c : bundle.adapt(BundleRevision.class)
                    .getDeclaredCapabilities(Architecture.FEATURE_NAMESPACE)) {
                available.put(String.valueOf(c.getAttributes().get(Architecture.FEATURE_NAMESPACE)), c.getAttributes());
            }
        }
        legality.features.addAll(available.keySet());
        for (Bundle bundle : parts) {
            for (BundleRequirement r : bundle.adapt(BundleRevision.class)
                    .getDeclaredRequirements(Architecture.FEATURE_NAMESPACE)) {
                String filter = r.getDirectives().get(Constants.FILTER_DIRECTIVE);
                boolean optional = "optional".equals(r.getDirectives().get(Constants.RESOLUTION_DIRECTIVE));
                if (!optional && filter != null && available.values().stream().noneMatch(a -> matches(filter, a))) {
                    legality.problems.add("nothing provides " + filter + ", which " + bundle.getSymbolicName() + " requires"
                            + legality.provides(bundle));
                }
            }
        }
        for (String feature : asserted) {
            // Performance monitors that no part brings would be there in ID_AA64DFR0_EL1 alone.
            if (feature.startsWith("FEAT_PMUv3") && parts.stream().noneMatch(b -> declares(b, feature))) {
                legality.problems.add(feature + " is asserted, but no part of the machine models it");
            }
        }
        for (Rule rule : RULES) {
            if (!rule.applies(version, legality.features)) {
                continue;
            }
            if (rule.needs.isEmpty()) {
                legality.problems.add(rule.when + " is not permitted in Armv" + version / 10 + "." + version % 10
                        + " (DDI 0487, " + rule.source + ")");
            } else if (!legality.features.contains(rule.needs)) {
                legality.problems.add(rule.needs + " is missing, which " + rule.when + " needs in Armv" + version / 10 + "."
                        + version % 10 + " (DDI 0487, " + rule.source + ")");
            }
        }
        return legality;
    }

    private String provides(Bundle bundle) {
        List<BundleCapability> own = bundle.adapt(BundleRevision.class)
                .getDeclaredCapabilities(Architecture.FEATURE_NAMESPACE);
        return own.isEmpty() ? "" : " for " + own.get(0).getAttributes().get(Architecture.FEATURE_NAMESPACE);
    }

    private static boolean declares(Bundle bundle, String feature) {
        return bundle.adapt(BundleRevision.class).getDeclaredCapabilities(Architecture.FEATURE_NAMESPACE).stream()
                .anyMatch(c -> feature.equals(c.getAttributes().get(Architecture.FEATURE_NAMESPACE)));
    }

    private static boolean matches(String filter, Map<String, Object> attributes) {
        try {
            Filter f = FrameworkUtil.createFilter(filter);
            return f.matches(attributes);
        } catch (InvalidSyntaxException e) {
            return false;
        }
    }

    /** The same for people, with who brings what. */
    Judgement judgement(SortedMap<String, List<String>> names, Collection<Bundle> parts, SortedSet<String> asserted,
            SortedSet<String> mandatory) {
        SortedMap<String, SortedSet<String>> provided = new TreeMap<>();
        SortedMap<String, SortedSet<String>> required = new TreeMap<>();
        SortedSet<String> unmodelled = new TreeSet<>(asserted);
        SortedSet<String> notAsserted = new TreeSet<>();
        for (Bundle bundle : parts) {
            BundleRevision revision = bundle.adapt(BundleRevision.class);
            for (BundleCapability c : revision.getDeclaredCapabilities(Architecture.FEATURE_NAMESPACE)) {
                String feature = String.valueOf(c.getAttributes().get(Architecture.FEATURE_NAMESPACE));
                unmodelled.remove(feature);
                if (features.contains(feature)) {
                    provided.computeIfAbsent(bundle.getSymbolicName(), n -> new TreeSet<>()).add(feature);
                } else {
                    notAsserted.add(feature);
                }
            }
            for (BundleRequirement r : revision.getDeclaredRequirements(Architecture.FEATURE_NAMESPACE)) {
                required.computeIfAbsent(bundle.getSymbolicName(), n -> new TreeSet<>())
                        .add(r.getDirectives().get(Constants.FILTER_DIRECTIVE));
            }
        }
        return new Judgement(names, provided, required, unmodelled, notAsserted, mandatory, problems);
    }

    /** Every feature of the composition. */
    SortedSet<String> features() {
        return features;
    }

    /** What makes it illegal, one sentence each; empty for a legal composition. */
    List<String> problems() {
        return problems;
    }
}
