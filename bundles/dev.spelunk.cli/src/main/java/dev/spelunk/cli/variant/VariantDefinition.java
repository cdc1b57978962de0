// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.variant;

import dev.spelunk.api.machine.Variant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import org.osgi.service.feature.ID;

/**
 * What a feature JSON file and those that it extends say together.
 *
 * @param name its name: that of the file without {@code .json}
 * @param file where it was read from
 * @param description one line for people, or an empty string
 * @param bundles the bundles, in the order of the files, those of the extended variant first
 * @param configurations properties by PID
 * @param architecture the architecture version as two digits: 85 is Armv8.5; 0 when no file gives it
 * @param features the features of the architecture that the variant asserts
 * @param parts the chosen implementations ({@code spelunk.name}) by kind of part ({@code spelunk.part})
 * @param registers reset values of identification registers by name
 * @param documentation where values come from
 */
public record VariantDefinition(
        String name,
        String file,
        String description,
        List<ID> bundles,
        SortedMap<String, Map<String, Object>> configurations,
        int architecture,
        SortedSet<String> features,
        SortedMap<String, List<String>> parts,
        SortedMap<String, Long> registers,
        VariantDocumentation documentation) {

    /** The architecture version as people write it: Armv8.5. */
    public String version() {
        return "Armv" + architecture / 10 + "." + architecture % 10;
    }

    /**
     * Makes what the composition needs.
     *
     * @param symbolicNames the symbolic names of the installed bundles of this variant
     * @return the variant
     */
    public Variant toVariant(SortedSet<String> symbolicNames) {
        return new Variant(name, architecture, features, parts, symbolicNames, registers);
    }

    /** The same with other configurations. */
    public VariantDefinition withConfigurations(SortedMap<String, Map<String, Object>> others) {
        return new VariantDefinition(
                name, file, description, bundles, others, architecture, features, parts, registers, documentation);
    }

    /** The same with other bundles and chosen parts. */
    public VariantDefinition withParts(List<ID> otherBundles, SortedMap<String, List<String>> otherParts) {
        return new VariantDefinition(
                name,
                file,
                description,
                otherBundles,
                configurations,
                architecture,
                features,
                otherParts,
                registers,
                documentation);
    }
}
