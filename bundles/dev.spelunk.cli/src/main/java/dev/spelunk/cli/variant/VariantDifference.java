// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.variant;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What one variant has and another has not, or has otherwise. */
public final class VariantDifference {
    private final List<String> lines = new ArrayList<>();

    private VariantDifference() {}

    /**
     * Compares two variants.
     *
     * @return a line or more for each difference: {@code -} only in the first, {@code +} only in the second; empty when they
     *     describe the same machine
     */
    public static List<String> between(VariantDefinition a, VariantDefinition b) {
        VariantDifference d = new VariantDifference();
        if (a.architecture() != b.architecture()) {
            d.changed("architecture", a.version(), b.version());
        }
        d.sets("features", a.features(), b.features());
        d.sets("bundles", ids(a), ids(b));
        d.maps("part", names(a), names(b));
        Set<String> pids = new TreeSet<>(a.configurations().keySet());
        pids.addAll(b.configurations().keySet());
        for (String pid : pids) {
            d.maps(
                    pid,
                    a.configurations().getOrDefault(pid, Map.of()),
                    b.configurations().getOrDefault(pid, Map.of()));
        }
        d.maps("register", hexadecimal(a), hexadecimal(b));
        return d.lines;
    }

    private static Collection<String> ids(VariantDefinition variant) {
        return variant.bundles().stream().map(Object::toString).toList();
    }

    private static SortedMap<String, String> names(VariantDefinition variant) {
        SortedMap<String, String> names = new TreeMap<>();
        variant.parts().forEach((kind, some) -> names.put(kind, String.join(", ", some)));
        return names;
    }

    private static SortedMap<String, String> hexadecimal(VariantDefinition variant) {
        SortedMap<String, String> values = new TreeMap<>();
        variant.registers().forEach((name, value) -> values.put(name, "0x" + Long.toHexString(value)));
        return values;
    }

    private void sets(String what, Collection<String> a, Collection<String> b) {
        Set<String> first = new TreeSet<>(a);
        first.removeAll(b);
        Set<String> second = new TreeSet<>(b);
        second.removeAll(a);
        if (!first.isEmpty()) {
            lines.add("- " + what + " " + String.join(", ", first));
        }
        if (!second.isEmpty()) {
            lines.add("+ " + what + " " + String.join(", ", second));
        }
    }

    private void maps(String what, Map<String, ?> a, Map<String, ?> b) {
        Set<String> keys = new TreeSet<>(a.keySet());
        keys.addAll(b.keySet());
        for (String key : keys) {
            changed(what + " " + key, a.get(key), b.get(key));
        }
    }

    private void changed(String what, Object a, Object b) {
        if (Objects.equals(String.valueOf(a), String.valueOf(b))) {
            return;
        }
        if (a != null) {
            lines.add("- " + what + " = " + a);
        }
        if (b != null) {
            lines.add("+ " + what + " = " + b);
        }
    }
}
