// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.machine.Judgement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Whether a composition is legal: what the bundles of its parts declare in the namespace
 * {@code arm.feature} (with the {@linkplain FeatureRules rules} of DDI 0487, A2) and what the variant asserts. A profiling
 * increment is in the machine when its bundle is chosen; the other parts' capabilities say what they model,
 * and the variant asserts what the machine has of it.
 */
public final class Legality {
    /** Features whose assertion says nothing unless a part models them: rules and ID fields of others depend on them. */
    private static final Set<String> BROUGHT_BY_PARTS =
            Set.of("FEAT_SVE", "FEAT_SVE2", "FEAT_SME", "FEAT_MTE", "FEAT_MTE2", "FEAT_MOPS", "FEAT_GCS", "FEAT_RME");

    private final SortedSet<String> features = new TreeSet<>();
    private final SortedSet<String> modelled = new TreeSet<>();
    private final List<String> problems = new ArrayList<>();

    private Legality() {}

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
            for (BundleCapability c :
                    bundle.adapt(BundleRevision.class).getDeclaredCapabilities(Architecture.FEATURE_NAMESPACE)) {
                available.put(String.valueOf(c.getAttributes().get(Architecture.FEATURE_NAMESPACE)), c.getAttributes());
            }
        }
        legality.features.addAll(available.keySet());
        available.keySet().stream()
                .filter(feature -> parts.stream().anyMatch(bundle -> declares(bundle, feature)))
                .forEach(legality.modelled::add);
        FeatureRules rules = new FeatureRules();
        parts.forEach(bundle -> rules.add(bundle.getSymbolicName(), capabilities(bundle), requirements(bundle)));
        legality.problems.addAll(rules.problems(version, available));
        for (String feature : asserted) {
            if (broughtByParts(feature) && parts.stream().noneMatch(b -> declares(b, feature))) {
                legality.problems.add(feature + " is asserted, but no part of the machine models it");
            }
        }
        return legality;
    }

    private static boolean broughtByParts(String feature) {
        return feature.startsWith("FEAT_PMUv3")
                || feature.startsWith("FEAT_SPEv")
                || feature.startsWith("FEAT_SPE_")
                || feature.equals("FEAT_SPE")
                || BROUGHT_BY_PARTS.contains(feature);
    }

    private static List<Map<String, Object>> capabilities(Bundle bundle) {
        return bundle.adapt(BundleRevision.class).getDeclaredCapabilities(Architecture.FEATURE_NAMESPACE).stream()
                .map(BundleCapability::getAttributes)
                .toList();
    }

    /** What a bundle requires; the optional is only a wish. */
    private static List<FeatureRules.Requirement> requirements(Bundle bundle) {
        return bundle.adapt(BundleRevision.class).getDeclaredRequirements(Architecture.FEATURE_NAMESPACE).stream()
                .filter(r -> r.getDirectives().containsKey(Constants.FILTER_DIRECTIVE)
                        && !Constants.RESOLUTION_OPTIONAL.equals(
                                r.getDirectives().get(Constants.RESOLUTION_DIRECTIVE)))
                .map(r -> new FeatureRules.Requirement(
                        r.getDirectives().get(Constants.FILTER_DIRECTIVE), r.getAttributes()))
                .toList();
    }

    private static boolean declares(Bundle bundle, String feature) {
        return bundle.adapt(BundleRevision.class).getDeclaredCapabilities(Architecture.FEATURE_NAMESPACE).stream()
                .anyMatch(c -> feature.equals(c.getAttributes().get(Architecture.FEATURE_NAMESPACE)));
    }

    /** The same for people, with who brings what. */
    Judgement judgement(
            SortedMap<String, List<String>> names,
            Collection<Bundle> parts,
            SortedSet<String> asserted,
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
                    provided.computeIfAbsent(bundle.getSymbolicName(), n -> new TreeSet<>())
                            .add(feature);
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

    /** The features that the machine implements: those of the composition that a part models. */
    SortedSet<String> modelled() {
        return modelled;
    }

    /** What makes it illegal, one sentence each; empty for a legal composition. */
    List<String> problems() {
        return problems;
    }
}
