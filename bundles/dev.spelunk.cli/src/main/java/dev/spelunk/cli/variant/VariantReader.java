// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.variant;

import dev.spelunk.cli.process.PathArgument;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.variant.JsonDocument.Value;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.feature.Feature;
import org.osgi.service.feature.FeatureBundle;
import org.osgi.service.feature.FeatureConfiguration;
import org.osgi.service.feature.FeatureService;
import org.osgi.service.feature.ID;

/**
 * Reads hardware variants: OSGi feature JSON files (OSGi Compendium 8, chapter 159) with the extension
 * {@value FeatureShape#EXTENSION}, which names the architecture and may extend another variant.
 *
 * <p>A variant that extends another takes over its bundles (a bundle of the same group and artifact
 * replaces it, {@code remove} drops it), its configurations (property by property), and what it does not
 * set of the architecture and the parts.
 */
public final class VariantReader {
    private static final String SUFFIX = ".json";
    private static final int LONGEST_CHAIN = 64;

    private final Path folder;
    private final FeatureService featureService;

    /**
     * Creates a reader.
     *
     * @param folder the folder with the variants that are known by name
     */
    public VariantReader(Path folder) {
        this.folder = folder;
        this.featureService = ServiceLoader.load(FeatureService.class, VariantReader.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no FeatureService on the class path"));
    }

    /** How a feature file names a bundle. */
    public ID id(String group, String artifact, String version) {
        return featureService.getID(group, artifact, version);
    }

    /**
     * The names of the variants in the folder.
     *
     * @return the names, sorted
     * @throws UserError if the folder cannot be read
     */
    public List<String> names() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted()
                    .collect(Collectors.toList());
        } catch (IOException e) {
            throw new UserError("the folder with the variants, " + folder + ", cannot be read");
        }
    }

    /**
     * Reads a variant and those that it extends.
     *
     * @param nameOrFile a name in the folder, or the path of a file whose name ends in {@code .json}
     * @return the composed variant
     * @throws UserError if there is no such variant, a file is malformed, or none of them says which version
     *     of the architecture the variant has
     */
    public VariantDefinition read(String nameOrFile) {
        VariantDefinition variant = read(locate(nameOrFile, null), new LinkedHashSet<>());
        if (variant.architecture() == 0) {
            throw new UserError(variant.file() + ": the architecture version is missing; add \"extensions\": {\""
                    + FeatureShape.EXTENSION + "\": {\"json\": {\"architecture\": {\"version\": \"8.5\"}}}}");
        }
        return variant;
    }

    /**
     * Reads a feature that comes with the program, as the bundles of the shell.
     *
     * @param name a name for messages
     * @param text the feature JSON
     * @return its bundles
     */
    public List<ID> bundles(String name, String text) {
        JsonDocument document = JsonDocument.parse(name, text);
        FeatureShape.check(document);
        return bundles(document, feature(Path.of(name), document), null, null);
    }

    private Path locate(String nameOrFile, Path extendedBy) {
        if (nameOrFile.endsWith(SUFFIX)) {
            Path file = PathArgument.of(nameOrFile, by(extendedBy));
            if (extendedBy != null && !file.isAbsolute()) {
                file = extendedBy.resolveSibling(file);
            }
            if (!Files.isRegularFile(file)) {
                throw new UserError(by(extendedBy) + "variant file not found: " + file);
            }
            return file;
        }
        List<String> names = names();
        if (!names.contains(nameOrFile)) {
            throw new UserError(by(extendedBy) + "unknown variant \"" + nameOrFile + "\"; known are "
                    + String.join(", ", names) + ", or give the path of a .json file");
        }
        return folder.resolve(nameOrFile + SUFFIX);
    }

    private static String by(Path extendedBy) {
        return extendedBy == null ? "" : extendedBy + ": /extensions/" + FeatureShape.EXTENSION + "/json/extends: ";
    }

    /** The one place where what the shape's check let pass, and no reader of it can take, becomes a message. */
    private VariantDefinition read(Path file, Set<Path> extending) {
        try {
            return readChecked(file, extending);
        } catch (ClassCastException
                | NullPointerException
                | IndexOutOfBoundsException
                | IllegalArgumentException
                | ArithmeticException e) {
            throw new UserError(file + ": not a variant that can be read (" + e + ")");
        }
    }

    private VariantDefinition readChecked(Path file, Set<Path> extending) {
        if (!extending.add(file.toAbsolutePath().normalize())) {
            throw new UserError(file + ": this variant extends itself: "
                    + extending.stream()
                            .map(path -> path.getFileName().toString())
                            .collect(Collectors.joining(" extends "))
                    + " extends " + file.getFileName());
        }
        if (extending.size() > LONGEST_CHAIN) {
            throw new UserError(file + ": more than " + LONGEST_CHAIN + " variants extend each other up to this one");
        }
        JsonDocument document = JsonDocument.read(file);
        FeatureShape.check(document);
        Feature feature = feature(file, document);
        Value extensions = document.root().members().get("extensions");
        Value root = json(extensions, FeatureShape.EXTENSION);
        Map<String, Value> own = root == null ? Map.of() : root.members();
        VariantDefinition base = own.containsKey("extends")
                ? read(locate((String) own.get("extends").content(), file), extending)
                : null;
        return new VariantDefinition(
                name(file),
                file.toString(),
                feature.getDescription().orElse(""),
                bundles(document, feature, base, own.get("remove")),
                configurations(feature, base),
                architecture(base, own.get("architecture")),
                features(base, own.get("architecture")),
                parts(base, own.get("parts")),
                registers(document, base, own.get("registers")),
                (base == null ? VariantDocumentation.NONE : base.documentation())
                        .and(json(extensions, FeatureShape.DOCUMENTATION)));
    }

    private static Value json(Value extensions, String name) {
        Value extension = extensions == null ? null : extensions.members().get(name);
        return extension == null ? null : extension.members().get("json");
    }

    private Feature feature(Path file, JsonDocument document) {
        try {
            return featureService.readFeature(new StringReader(document.text()));
        } catch (IOException | RuntimeException e) {
            throw new UserError(file + ": not a valid feature: " + e.getMessage());
        }
    }

    private static String name(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.length() - SUFFIX.length());
    }

    private static List<ID> bundles(JsonDocument document, Feature feature, VariantDefinition base, Value remove) {
        Map<String, ID> bundles = new LinkedHashMap<>();
        if (base != null) {
            base.bundles().forEach(id -> bundles.put(key(id), id));
        }
        if (remove != null) {
            for (Value item : remove.items()) {
                if (bundles.remove((String) item.content()) == null) {
                    throw document.error(
                            item,
                            "the extended variant has no bundle \"" + item.content() + "\"; it has "
                                    + String.join(", ", bundles.keySet()));
                }
            }
        }
        Set<String> own = new LinkedHashSet<>();
        for (FeatureBundle bundle : feature.getBundles()) {
            if (!own.add(key(bundle.getID()))) {
                Value value = document.root().members().get("bundles").items().get(own.size());
                throw document.error(value, "the bundle " + key(bundle.getID()) + " is listed twice; keep one");
            }
            if (remove != null
                    && remove.items().stream().anyMatch(item -> item.content().equals(key(bundle.getID())))) {
                throw document.error(
                        remove,
                        "the bundle " + key(bundle.getID()) + " is removed and listed; do one of them (a "
                                + "listed bundle replaces the extended variant's)");
            }
            bundles.put(key(bundle.getID()), bundle.getID());
        }
        return List.copyOf(bundles.values());
    }

    private static String key(ID id) {
        return id.getGroupId() + ":" + id.getArtifactId();
    }

    private static SortedMap<String, Map<String, Object>> configurations(Feature feature, VariantDefinition base) {
        SortedMap<String, Map<String, Object>> configurations = new TreeMap<>();
        if (base != null) {
            base.configurations().forEach((pid, values) -> configurations.put(pid, new LinkedHashMap<>(values)));
        }
        for (FeatureConfiguration configuration : feature.getConfigurations().values()) {
            configurations
                    .computeIfAbsent(configuration.getPid(), pid -> new LinkedHashMap<>())
                    .putAll(configuration.getValues());
        }
        return Collections.unmodifiableSortedMap(configurations);
    }

    private static int architecture(VariantDefinition base, Value architecture) {
        Value version = architecture == null ? null : architecture.members().get("version");
        if (version != null) {
            return Integer.parseInt(((String) version.content()).replace(".", ""));
        }
        return base == null ? 0 : base.architecture();
    }

    private static TreeSet<String> features(VariantDefinition base, Value architecture) {
        Value features = architecture == null ? null : architecture.members().get("features");
        TreeSet<String> names = new TreeSet<>();
        if (features != null) {
            features.items().forEach(item -> names.add((String) item.content()));
        } else if (base != null) {
            names.addAll(base.features());
        }
        return names;
    }

    private static SortedMap<String, List<String>> parts(VariantDefinition base, Value parts) {
        SortedMap<String, List<String>> names = new TreeMap<>();
        if (base != null) {
            names.putAll(base.parts());
        }
        if (parts != null) {
            parts.members()
                    .forEach((kind, value) -> names.put(
                            kind,
                            value.isString()
                                    ? List.of((String) value.content())
                                    : value.items().stream()
                                            .map(item -> (String) item.content())
                                            .collect(Collectors.toList())));
        }
        return names;
    }

    private static SortedMap<String, Long> registers(JsonDocument document, VariantDefinition base, Value registers) {
        SortedMap<String, Long> values = new TreeMap<>();
        if (base != null) {
            values.putAll(base.registers());
        }
        if (registers != null) {
            registers.members().forEach((name, value) -> values.put(name, registerValue(document, value)));
        }
        return values;
    }

    private static long registerValue(JsonDocument document, Value value) {
        try {
            String digits = ((String) value.content()).substring(2).replace("_", "");
            return Long.parseUnsignedLong(digits, 16);
        } catch (NumberFormatException e) {
            throw document.error(value, "\"" + value.content() + "\" does not fit in 64 bits");
        }
    }
}
