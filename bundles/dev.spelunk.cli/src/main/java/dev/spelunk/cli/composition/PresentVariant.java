// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.composition;

import dev.spelunk.api.parts.Parts;
import dev.spelunk.cli.variant.VariantDefinition;
import dev.spelunk.cli.variant.VariantReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.feature.ID;

/** What a machine is now, as the definition of a variant: with what has been swapped since it was composed. */
final class PresentVariant {
    private static final String GROUP = "dev.spelunk";

    private PresentVariant() {}

    /** The symbolic name of the bundle that publishes each implementation, by kind of part and name. */
    static SortedMap<String, SortedMap<String, String>> publishers(BundleContext context) {
        SortedMap<String, SortedMap<String, String>> publishers = new TreeMap<>();
        try {
            ServiceReference<?>[] references = context.getAllServiceReferences(null, "(" + Parts.PART + "=*)");
            for (ServiceReference<?> reference : references == null ? new ServiceReference<?>[0] : references) {
                Bundle bundle = reference.getBundle();
                if (bundle != null) {
                    publishers
                            .computeIfAbsent(String.valueOf(reference.getProperty(Parts.PART)), key -> new TreeMap<>())
                            .put(String.valueOf(reference.getProperty(Parts.NAME)), bundle.getSymbolicName());
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        return publishers;
    }

    /**
     * Names in a definition the parts that it does not choose by itself, and the bundles that publish them.
     *
     * @param definition what the machine was composed of
     * @param composed the parts that this chooses by itself, by kind
     * @param present the machine's parts, by kind
     * @param publishers see {@link #publishers}
     */
    static VariantDefinition of(
            VariantDefinition definition,
            SortedMap<String, List<String>> composed,
            SortedMap<String, List<String>> present,
            SortedMap<String, SortedMap<String, String>> publishers) {
        SortedMap<String, List<String>> parts = new TreeMap<>(definition.parts());
        List<ID> bundles = new ArrayList<>(definition.bundles());
        VariantReader reader = new VariantReader(Home.features());
        present.forEach((kind, names) -> {
            if (!Parts.SWAPPABLE.contains(kind) || names.equals(composed.get(kind))) {
                return;
            }
            parts.put(kind, names);
            for (String name : names) {
                String bundle = publishers
                        .getOrDefault(kind, Collections.emptySortedMap())
                        .get(name);
                if (bundle != null
                        && bundles.stream().noneMatch(id -> id.getArtifactId().equals(bundle))) {
                    bundles.add(reader.id(GROUP, bundle, version(definition)));
                }
            }
        });
        return definition.withParts(bundles, parts);
    }

    private static String version(VariantDefinition of) {
        return of.bundles().stream()
                .filter(id -> id.getGroupId().equals(GROUP))
                .map(ID::getVersion)
                .findFirst()
                .orElse("");
    }
}
