// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.composition;

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
}
