// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.composition;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the command line changes in a variant.
 *
 * @param parts the implementation ({@code spelunk.name}) to use by kind of part
 * @param configurations properties that come before the variant's, by PID
 */
public record Overrides(Map<String, String> parts, Map<String, Map<String, Object>> configurations) {
    /** Nothing. */
    public static final Overrides NONE = new Overrides(Map.of(), Map.of());

    /** These, and that implementation of a kind of part. */
    public Overrides with(String kind, String name) {
        Map<String, String> more = new LinkedHashMap<>(parts);
        more.put(kind, name);
        return new Overrides(more, configurations);
    }

    /** These, and the properties of a PID. */
    public Overrides withConfiguration(String pid, Map<String, Object> values) {
        Map<String, Map<String, Object>> more = new LinkedHashMap<>(configurations);
        more.put(pid, values);
        return new Overrides(parts, more);
    }
}
