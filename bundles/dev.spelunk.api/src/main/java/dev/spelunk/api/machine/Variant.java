// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * A hardware variant as its feature file says it, apart from the bundles and configurations.
 *
 * @param name the file's name without {@code .json}
 * @param architecture architecture version in two digits: 85 is Armv8.5
 * @param asserted features that the file asserts beside those that parts provide
 * @param parts for each kind of part the {@code spelunk.name}s to use, in order; a kind that is not here
 *     takes every service of that kind that the variant's bundles publish
 * @param bundles bundle symbolic names of exactly this variant
 * @param registers reset values of identification registers by name (MIDR_EL1, …)
 */
public record Variant(
        String name,
        int architecture,
        SortedSet<String> asserted,
        SortedMap<String, List<String>> parts,
        SortedSet<String> bundles,
        Map<String, Long> registers) {

    /** The same variant with one implementation chosen for a kind of part. */
    public Variant withPart(String part, String implementation) {
        SortedMap<String, List<String>> chosen = new TreeMap<>(parts);
        chosen.put(part, List.of(implementation));
        return new Variant(name, architecture, asserted, chosen, bundles, registers);
    }
}
