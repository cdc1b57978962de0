// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.variant;

import dev.spelunk.cli.process.PathArgument;
import dev.spelunk.cli.process.UserError;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The file of a variant that extends another, for people to go on with. */
public final class NewVariant {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final String SUFFIX = ".json";

    private NewVariant() {}

    /**
     * What is otherwise than in the extended variant.
     *
     * @param bundles further ones, as group:artifact:version
     * @param configurations properties by PID
     * @param parts the chosen implementations by kind of part
     */
    public record Changes(
            SortedSet<String> bundles,
            SortedMap<String, Map<String, Object>> configurations,
            SortedMap<String, List<String>> parts) {
        /** Nothing. */
        public static final Changes NONE =
                new Changes(Collections.emptySortedSet(), Collections.emptySortedMap(), Collections.emptySortedMap());
    }

    /**
     * Writes the file.
     *
     * @param name the variant's name, or the path of its file, with or without {@code .json}
     * @param from name or file of the variant to extend, as the user gave it
     * @param base what it says
     * @return the file
     * @throws UserError when the name cannot be one, the file is there already or cannot be written
     */
    public static Path write(String name, String from, VariantDefinition base) {
        return write(name, from, base, Changes.NONE);
    }

    /** The same with what is to be otherwise. */
    public static Path write(String name, String from, VariantDefinition base, Changes changes) {
        Path file = PathArgument.of(name.endsWith(SUFFIX) ? name : name + SUFFIX, "");
        String simple = file.getFileName().toString().replaceFirst("\\.json$", "");
        if (!NAME.matcher(simple).matches()) {
            throw new UserError("\"" + simple + "\" is no name for a variant: use letters, digits, '.', '_' and '-'");
        }
        String reference = from;
        if (from.endsWith(SUFFIX)) {
            reference = file.toAbsolutePath()
                    .normalize()
                    .getParent()
                    .relativize(Path.of(from).toAbsolutePath().normalize())
                    .toString();
        }
        try {
            Files.writeString(Files.createFile(file), text(simple, reference, base, changes));
        } catch (FileAlreadyExistsException e) {
            throw new UserError(file + ": there is such a file already; choose another name or remove it");
        } catch (NoSuchFileException e) {
            throw new UserError(file + ": cannot be written: its folder does not exist");
        } catch (IOException e) {
            throw new UserError(file + ": cannot be written: " + e.getMessage());
        }
        return file;
    }

    private static String text(String name, String reference, VariantDefinition base, Changes changes) {
        StringBuilder text = new StringBuilder();
        text.append("{\n  \"feature-resource-version\": \"1.0\",\n");
        text.append("  \"id\": ").append(quoted("local:" + name + ":1")).append(",\n");
        text.append("  \"name\": ").append(quoted(name)).append(",\n");
        text.append("  \"description\": ").append(quoted("As " + base.name())).append(",\n");
        text.append("  \"bundles\": [")
                .append(changes.bundles().stream()
                        .map(id -> "{\"id\": " + quoted(id) + "}")
                        .collect(Collectors.joining(", ")))
                .append("],\n");
        text.append("  // Properties given here replace those of ")
                .append(base.name())
                .append(", which are:\n");
        base.configurations().forEach((pid, values) -> text.append("  //   ")
                .append(quoted(pid))
                .append(": ")
                .append(json(values))
                .append('\n'));
        text.append("  \"configurations\": {")
                .append(changes.configurations().entrySet().stream()
                        .map(each -> quoted(each.getKey()) + ": " + json(each.getValue()))
                        .collect(Collectors.joining(", ")))
                .append("},\n");
        text.append("  \"extensions\": {\n    \"spelunk-variant\": {\n      \"kind\": \"mandatory\",\n");
        text.append(
                "      // Beside \"extends\": \"remove\" (bundles, as group:artifact), \"architecture\" (\"version\", \"features\"),\n");
        text.append("      // \"parts\" (spelunk.name by kind of part), \"registers\" (MIDR_EL1, ...).\n");
        text.append("      \"json\": {\"extends\": ").append(quoted(reference));
        if (!changes.parts().isEmpty()) {
            text.append(", \"parts\": {")
                    .append(changes.parts().entrySet().stream()
                            .map(each -> quoted(each.getKey()) + ": ["
                                    + each.getValue().stream()
                                            .map(NewVariant::quoted)
                                            .collect(Collectors.joining(", "))
                                    + "]")
                            .collect(Collectors.joining(", ")))
                    .append("}");
        }
        text.append("}\n");
        return text.append("    }\n  }\n}\n").toString();
    }

    private static String quoted(String text) {
        return Json.createValue(text).toString();
    }

    private static String json(Map<String, Object> values) {
        JsonObjectBuilder object = Json.createObjectBuilder();
        values.forEach((key, value) -> {
            if (value instanceof Boolean bool) {
                object.add(key, bool);
            } else if (value instanceof Number number) {
                object.add(key, new java.math.BigDecimal(number.toString()));
            } else {
                object.add(key, String.valueOf(value));
            }
        });
        return object.build().toString();
    }
}
