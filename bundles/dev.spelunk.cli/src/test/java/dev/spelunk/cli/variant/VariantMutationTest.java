// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.variant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.spelunk.cli.process.UserError;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each value of each key of a variant that has every key, replaced by each JSON type: read, or refused in one line. */
class VariantMutationTest {
    private static final String WHOLE = """
            {
              "feature-resource-version": "1.0",
              "id": "g:whole:1", "name": "whole", "description": "all keys", "docURL": "u", "license": "l",
              "scm": "s", "vendor": "v", "complete": true, "categories": ["c"], "variables": {"a": "b"},
              "bundles": [{"id": "g:a:1"}, {"id": "g:b:1"}],
              "configurations": {"pid": {"x": 1, "y": "old", "z": [1, 2]}, "factory~one": {"on": true}},
              "extensions": {
                "spelunk-variant": {"kind": "mandatory", "json": {
                  "extends": "base", "remove": ["g:old"],
                  "architecture": {"version": "8.5", "features": ["FEAT_FGT"]},
                  "parts": {"timing": "fixed", "features": ["FEAT_SPE"]},
                  "registers": {"MIDR_EL1": "0x410f_d830"}}},
                "spelunk-documentation": {"kind": "optional", "json": {
                  "sources": {"a": "b"}, "assumptions": {"c": "d"}, "notModelled": ["e"]}},
                "another": {"kind": "optional", "text": ["t"]}, "third": {"kind": "transient", "artifacts": [{"id": "g:x:1"}]}
              }
            }
            """;

    private static final List<String> REPLACEMENTS = List.of(
            "null",
            "true",
            "0",
            "-1",
            "9223372036854775808",
            "1.5e300",
            "1e999999999",
            "\"\"",
            "\"x\"",
            "\"../../x\"",
            "\"\\u0000.json\"",
            "[]",
            "[null]",
            "[[\"x\"]]",
            "{}",
            "{\"x\": null}",
            "{\"id\": 1}");

    @TempDir
    private Path folder;

    private static void pointers(JsonValue value, String path, List<String> pointers) {
        if (!path.isEmpty()) {
            pointers.add(path);
        }
        if (value instanceof JsonObject object) {
            object.forEach((key, member) -> pointers(member, path + "/" + Json.encodePointer(key), pointers));
        } else if (value instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                pointers(array.get(i), path + "/" + i, pointers);
            }
        }
    }

    private static JsonValue parse(String text) {
        try (var reader = Json.createReader(new StringReader(text))) {
            return reader.readValue();
        }
    }

    @Test
    @DisplayName("A variant is read, or refused with its name and a reason")
    void everyValueByEveryType() throws Exception {
        Files.writeString(
                folder.resolve("base.json"),
                "{\"id\": \"g:base:1\", \"bundles\": [{\"id\": \"g:old:1\"}], \"extensions\": "
                        + "{\"spelunk-variant\": {\"json\": {\"architecture\": {\"version\": \"8.2\"}}}}}");
        Path file = folder.resolve("whole.json");
        Files.writeString(file, WHOLE);
        VariantReader reader = new VariantReader(folder);
        assertThat(reader.read("whole").bundles()).hasSize(2);
        JsonStructure whole = (JsonStructure) parse(WHOLE);
        List<String> pointers = new ArrayList<>();
        pointers(whole, "", pointers);
        int refused = 0;
        for (String pointer : pointers) {
            for (String replacement : REPLACEMENTS) {
                JsonStructure mutated = Json.createPointer(pointer).replace(whole, parse(replacement));
                Files.writeString(file, mutated.toString());
                try {
                    reader.read("whole");
                } catch (UserError e) {
                    refused++;
                    assertThat(e.getMessage())
                            .as("%s = %s", pointer, replacement)
                            .contains(".json")
                            .doesNotContain("Exception")
                            .hasLineCount(1);
                } catch (RuntimeException | StackOverflowError e) {
                    fail(pointer + " = " + replacement, e);
                }
            }
        }
        assertThat(pointers).hasSizeGreaterThan(40);
        assertThat(refused).isGreaterThan(pointers.size() * REPLACEMENTS.size() / 2);
    }

    @Test
    @DisplayName("Coordinates have Maven's characters: no bundle leads out of its folder")
    void coordinates() throws Exception {
        for (String id : List.of(
                "g:../../../etc/passwd:1",
                "g:a:../../x",
                "..:a:1",
                ".:a:1",
                "a..b:a:1",
                "/etc:a:1",
                "g/h:a:1",
                "g:..:1",
                "g:a:..",
                "g:a:1:../x",
                "g:a:1:jar:..",
                "g:a\\\\b:1",
                "g:a:1:jar:c:more")) {
            Files.writeString(
                    folder.resolve("v.json"),
                    "{\"id\": \"g:v:1\", \"bundles\": [{\"id\": \"" + id + "\"}], \"extensions\": "
                            + "{\"spelunk-variant\": {\"json\": {\"architecture\": {\"version\": \"8.2\"}}}}}");
            try {
                new VariantReader(folder).read("v");
                fail(id + " was accepted");
            } catch (UserError e) {
                assertThat(e.getMessage()).contains("/bundles/0/id", "has not the form");
            }
        }
    }
}
