// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.variant;

import dev.spelunk.api.parts.Parts;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.variant.JsonDocument.Value;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The shape of a feature JSON file (OSGi Compendium 8, chapter 159) and of the {@value #EXTENSION}
 * extension. The Feature reader accepts unknown keys silently, so the shape is checked before it reads.
 */
final class FeatureShape {
    /** Name of the extension that makes a feature a hardware variant. */
    static final String EXTENSION = "spelunk-variant";

    /** Name of the extension with what people should know of a variant's values. */
    static final String DOCUMENTATION = "spelunk-documentation";

    private static final Pattern FEATURE_NAME = Pattern.compile("FEAT_[A-Za-z0-9_]+");
    private static final Pattern ARCHITECTURE_VERSION = Pattern.compile("8\\.\\d|9\\.[0-6]");
    /** Maven's characters; no word is only dots, nor a group's part empty, as a folder's name is made of each. */
    private static final String WORD = "(?!\\.+(?::|$))[A-Za-z0-9_.+-]+";

    private static final Pattern ARTIFACT = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*:" + WORD);
    private static final Pattern ARTIFACT_WITH_VERSION = Pattern.compile(ARTIFACT.pattern() + "(:" + WORD + "){1,3}");

    /** More than any number that a configuration can hold. */
    private static final int DIGITS = 400;

    private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F_]+");

    private static final Set<String> PARTS = Set.of(
            Parts.REGISTERS,
            Parts.MMU,
            Parts.PE,
            Parts.SPU,
            Parts.FEATURES,
            Parts.TIMING,
            Parts.TRAPS,
            Parts.POLICY,
            Parts.HYPERVISOR,
            Parts.INTERRUPTS,
            Parts.DEVICE,
            Parts.FIRMWARE);
    private static final Set<String> TEXT_KEYS =
            Set.of("id", "name", "description", "docURL", "license", "scm", "vendor", "feature-resource-version");
    private static final Set<String> FEATURE_KEYS = Set.of(
            "id",
            "name",
            "description",
            "docURL",
            "license",
            "scm",
            "vendor",
            "feature-resource-version",
            "complete",
            "categories",
            "variables",
            "bundles",
            "configurations",
            "extensions");

    private final JsonDocument document;

    private FeatureShape(JsonDocument document) {
        this.document = document;
    }

    /**
     * Checks a whole document.
     *
     * @param document the feature JSON file
     * @throws UserError at the first value that has not the shape
     */
    static void check(JsonDocument document) {
        new FeatureShape(document).feature();
    }

    private void feature() {
        Value root = document.root();
        object(root, FEATURE_KEYS);
        require(root, "id");
        root.members().forEach((key, value) -> {
            if (TEXT_KEYS.contains(key)) {
                string(value);
            }
        });
        matches(root.members().get("id"), ARTIFACT_WITH_VERSION, "group:artifact:version");
        Value resourceVersion = root.members().get("feature-resource-version");
        if (resourceVersion != null && !"1.0".equals(resourceVersion.content())) {
            throw document.error(resourceVersion, "unknown version of the format; allowed is \"1.0\"");
        }
        Value complete = root.members().get("complete");
        if (complete != null && !(complete.content() instanceof Boolean)) {
            throw document.error(complete, "must be true or false, is " + complete.kind());
        }
        Value categories = root.members().get("categories");
        if (categories != null) {
            array(categories);
            categories.items().forEach(this::string);
        }
        Value variables = root.members().get("variables");
        if (variables != null) {
            object(variables, null);
            variables.members().values().forEach(this::scalar);
        }
        bundles(root.members().get("bundles"));
        configurations(root.members().get("configurations"));
        extensions(root.members().get("extensions"));
    }

    private void bundles(Value bundles) {
        if (bundles == null) {
            return;
        }
        array(bundles);
        for (Value bundle : bundles.items()) {
            object(bundle, Set.of("id"));
            require(bundle, "id");
            matches(bundle.members().get("id"), ARTIFACT_WITH_VERSION, "group:artifact:version");
        }
    }

    private void configurations(Value configurations) {
        if (configurations == null) {
            return;
        }
        object(configurations, null);
        for (Value configuration : configurations.members().values()) {
            object(configuration, null);
            for (Value property : configuration.members().values()) {
                if (property.isArray()) {
                    property.items().forEach(this::scalar);
                } else {
                    scalar(property);
                }
            }
        }
    }

    private void extensions(Value extensions) {
        if (extensions == null) {
            return;
        }
        object(extensions, null);
        extensions.members().forEach((name, extension) -> {
            object(extension, Set.of("kind", "json", "text", "artifacts"));
            Value kind = extension.members().get("kind");
            if (kind != null) {
                string(kind);
            }
            if (kind != null && !Set.of("mandatory", "optional", "transient").contains(kind.content())) {
                throw document.error(kind, "must be \"mandatory\", \"optional\" or \"transient\"");
            }
            if (name.equals(EXTENSION)) {
                require(extension, "json");
                variant(extension.members().get("json"));
            } else if (name.equals(DOCUMENTATION)) {
                require(extension, "json");
                documentation(extension.members().get("json"));
            } else if (kind != null && "mandatory".equals(kind.content())) {
                throw document.error(
                        extension,
                        "this mandatory extension is unknown here; known are " + EXTENSION + " and " + DOCUMENTATION);
            }
        });
    }

    private void documentation(Value documentation) {
        object(documentation, Set.of("sources", "assumptions", "notModelled"));
        documentation.members().forEach((key, value) -> {
            if (key.equals("notModelled")) {
                array(value);
                value.items().forEach(this::string);
            } else {
                object(value, null);
                value.members().values().forEach(this::string);
            }
        });
    }

    private void variant(Value variant) {
        object(variant, Set.of("extends", "remove", "architecture", "parts", "registers"));
        Value base = variant.members().get("extends");
        if (base != null) {
            string(base);
        }
        Value remove = variant.members().get("remove");
        if (remove != null) {
            array(remove);
            remove.items().forEach(item -> matches(item, ARTIFACT, "group:artifact, without a version"));
        }
        Value architecture = variant.members().get("architecture");
        if (architecture != null) {
            object(architecture, Set.of("version", "features"));
            Value version = architecture.members().get("version");
            if (version != null) {
                matches(version, ARCHITECTURE_VERSION, "8.5; there are 8.0 to 8.9 and 9.0 to 9.6");
            }
            Value features = architecture.members().get("features");
            if (features != null) {
                array(features);
                features.items().forEach(item -> matches(item, FEATURE_NAME, "a feature's name, as FEAT_FGT"));
            }
        }
        Value parts = variant.members().get("parts");
        if (parts != null) {
            object(parts, PARTS);
            for (Value names : parts.members().values()) {
                if (names.isArray()) {
                    names.items().forEach(this::string);
                } else {
                    string(names);
                }
            }
        }
        Value registers = variant.members().get("registers");
        if (registers != null) {
            object(registers, null);
            registers.members().values().forEach(value -> matches(value, HEXADECIMAL, "0x410fd830"));
        }
    }

    private void object(Value value, Collection<String> keys) {
        if (!value.isObject()) {
            throw document.error(value, "must be an object, is " + value.kind());
        }
        if (keys == null) {
            return;
        }
        for (Map.Entry<String, Value> member : value.members().entrySet()) {
            if (!keys.contains(member.getKey())) {
                List<String> sorted = List.copyOf(new TreeSet<>(keys));
                throw document.error(member.getValue(), "unknown key; allowed here: " + String.join(", ", sorted));
            }
        }
    }

    private void require(Value object, String key) {
        if (!object.members().containsKey(key)) {
            throw document.error(object, "the key \"" + key + "\" is missing");
        }
    }

    private void array(Value value) {
        if (!value.isArray()) {
            throw document.error(value, "must be an array, is " + value.kind());
        }
    }

    private void string(Value value) {
        if (!value.isString()) {
            throw document.error(value, "must be a string, is " + value.kind());
        }
    }

    private void scalar(Value value) {
        if (!value.isString() && !(value.content() instanceof BigDecimal) && !(value.content() instanceof Boolean)) {
            throw document.error(value, "must be a string, a number or a boolean, is " + value.kind());
        }
        if (value.content() instanceof BigDecimal number
                && (number.precision() > DIGITS || Math.abs((long) number.scale()) > DIGITS)) {
            throw document.error(value, "this number has more than " + DIGITS + " digits");
        }
    }

    private void matches(Value value, Pattern pattern, String form) {
        string(value);
        if (!pattern.matcher((String) value.content()).matches()) {
            throw document.error(value, "\"" + value.content() + "\" has not the form " + form);
        }
    }
}
