// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import dev.spelunk.api.architecture.Architecture;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/**
 * Which features need which, and from which architecture version on (DDI 0487, A2.2 and A2.3), as bundles declare it
 * ({@code BringsFeature}, {@code NeedsFeature}). A rule that applies and is not met is one problem.
 */
final class FeatureRules {
    /**
     * A requirement as a bundle's manifest has it.
     *
     * @param filter what must match one of the machine's features
     * @param attributes {@code with} and {@code from} say when
     */
    record Requirement(String filter, Map<String, Object> attributes) {}

    /**
     * From an architecture version on, a machine that has every feature of {@code when} has what the filter matches.
     *
     * @param bundle who says so
     * @param from in two digits: 85 is Armv8.5
     */
    private record Rule(String bundle, int from, Set<String> when, String filter) {}

    /** A feature that may be implemented from an architecture version on. */
    private record Earliest(int from, String feature) {}

    private static final int ALWAYS = 80;
    private static final Pattern VERSION = Pattern.compile("([89])\\.(\\d)");
    private static final String PLAIN = "(" + Architecture.FEATURE_NAMESPACE + "=";

    private final List<Earliest> earliest = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private final List<String> malformed = new ArrayList<>();

    /** Adds what a bundle declares in the namespace of features. */
    void add(String bundle, Collection<Map<String, Object>> capabilities, Collection<Requirement> requirements) {
        List<String> brings = new ArrayList<>();
        for (Map<String, Object> capability : capabilities) {
            String feature = String.valueOf(capability.get(Architecture.FEATURE_NAMESPACE));
            brings.add(feature);
            earliest.add(new Earliest(version(bundle, capability.get("from")), feature));
        }
        for (Requirement requirement : requirements) {
            Set<String> when = new LinkedHashSet<>();
            if (brings.size() == 1) {
                when.addAll(brings);
            }
            when.addAll(names(requirement.attributes.get("with")));
            rules.add(new Rule(bundle, version(bundle, requirement.attributes.get("from")), when, requirement.filter));
        }
    }

    private int version(String bundle, Object declared) {
        if (declared == null) {
            return ALWAYS;
        }
        var version = VERSION.matcher(declared.toString());
        if (!version.matches()) {
            malformed.add(bundle + " declares from=" + declared + ", which is no architecture version such as 8.7");
            return ALWAYS;
        }
        return Integer.parseInt(version.group(1) + version.group(2));
    }

    private static List<String> names(Object declared) {
        if (declared instanceof Collection<?> several) {
            return several.stream().map(String::valueOf).toList();
        }
        return declared == null || declared.toString().isBlank()
                ? List.of()
                : List.of(declared.toString().trim().split("\\s*,\\s*"));
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

    /**
     * What features are missing or not permitted, one sentence each; empty when the set is legal in that version.
     *
     * @param features the attributes of each feature of the machine by its name
     */
    List<String> problems(int version, Map<String, Map<String, Object>> features) {
        List<String> problems = new ArrayList<>(malformed);
        for (Earliest e : earliest) {
            if (features.containsKey(e.feature) && !includes(version, e.from)) {
                problems.add(e.feature + " is not permitted in " + name(version) + ", only from " + name(e.from)
                        + " (DDI 0487, A2)");
            }
        }
        for (Rule r : rules) {
            if (includes(version, r.from)
                    && features.keySet().containsAll(r.when)
                    && features.values().stream().noneMatch(attributes -> matches(r.filter, attributes))) {
                problems.add(sentence(r));
            }
        }
        return problems;
    }

    private static String sentence(Rule rule) {
        boolean plain = rule.filter.startsWith(PLAIN) && rule.filter.indexOf(')') == rule.filter.length() - 1;
        String from = rule.from == ALWAYS ? "" : " from " + name(rule.from);
        if (plain && !rule.when.isEmpty()) {
            return rule.filter.substring(PLAIN.length(), rule.filter.length() - 1) + " is missing, which "
                    + String.join(" with ", rule.when) + " needs" + from + " (DDI 0487, A2)";
        }
        return "nothing provides " + rule.filter + ", which " + rule.bundle + " requires" + from
                + (rule.when.isEmpty() ? "" : " for " + String.join(" with ", rule.when));
    }

    private static boolean matches(String filter, Map<String, Object> attributes) {
        try {
            return FrameworkUtil.createFilter(filter).matches(attributes);
        } catch (InvalidSyntaxException e) {
            return false;
        }
    }

    private static String name(int version) {
        return "Armv" + version / 10 + "." + version % 10;
    }
}
