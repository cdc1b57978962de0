// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.variant;

import dev.spelunk.cli.variant.JsonDocument.Value;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a variant's file says of its own values, in the extension {@value FeatureShape#DOCUMENTATION}: which public
 * document a value comes from, what is an assumption, and what of the real core is not modelled.
 *
 * @param sources public document by value
 * @param assumptions reason by value
 * @param notModelled features of the core, or a sentence for each
 */
public record VariantDocumentation(
        Map<String, String> sources, Map<String, String> assumptions, List<String> notModelled) {
    /** Nothing is said. */
    public static final VariantDocumentation NONE = new VariantDocumentation(Map.of(), Map.of(), List.of());

    /** What an extending file adds to, or says anew of, what the extended one says. */
    VariantDocumentation and(Value documentation) {
        if (documentation == null) {
            return this;
        }
        Map<String, String> sourced = new LinkedHashMap<>(sources);
        Map<String, String> assumed = new LinkedHashMap<>(assumptions);
        texts(documentation, "sources").forEach((key, text) -> {
            assumed.remove(key);
            sourced.put(key, text);
        });
        texts(documentation, "assumptions").forEach((key, text) -> {
            sourced.remove(key);
            assumed.put(key, text);
        });
        Set<String> lacking = new LinkedHashSet<>(notModelled);
        Value list = documentation.members().get("notModelled");
        if (list != null) {
            list.items().forEach(item -> lacking.add((String) item.content()));
        }
        return new VariantDocumentation(sourced, assumed, List.copyOf(lacking));
    }

    private static Map<String, String> texts(Value documentation, String key) {
        Map<String, String> texts = new LinkedHashMap<>();
        Value object = documentation.members().get(key);
        if (object != null) {
            object.members().forEach((name, value) -> texts.put(name, (String) value.content()));
        }
        return texts;
    }
}
