// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.variant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VariantReaderTest {
    private static final String BASE = """
            {
              "id": "g:base:1",
              "description": "the base",
              "bundles": [{"id": "g:a:1"}, {"id": "g:b:1"}],
              "configurations": {"pid": {"x": 1, "y": "old"}},
              "extensions": {"spelunk-variant": {"kind": "mandatory", "json": {
                "architecture": {"version": "8.5", "features": ["FEAT_FGT"]},
                "parts": {"timing": "fixed", "features": ["FEAT_SPE", "FEAT_SPEv1p1"]},
                "registers": {"MIDR_EL1": "0x410f_d830"}}}}
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void readsWhatTheFileSays() throws IOException {
        write("base", BASE);
        VariantDefinition variant = new VariantReader(folder).read("base");
        assertThat(variant.name()).isEqualTo("base");
        assertThat(variant.description()).isEqualTo("the base");
        assertThat(variant.bundles()).extracting(Object::toString).containsExactly("g:a:1", "g:b:1");
        assertThat(variant.architecture()).isEqualTo(85);
        assertThat(variant.features()).containsExactly("FEAT_FGT");
        assertThat(variant.parts())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("timing", List.of("fixed"), "features", List.of("FEAT_SPE", "FEAT_SPEv1p1")));
        assertThat(variant.registers()).containsExactly(Map.entry("MIDR_EL1", 0x410fd830L));
        assertThat(variant.configurations().get("pid"))
                .containsEntry("y", "old")
                .containsKey("x");
    }

    @Test
    void anExtendingVariantReplacesRemovesAndAdds() throws IOException {
        write("base", BASE);
        write("top", """
                {"id": "g:top:1",
                 "bundles": [{"id": "g:b:2"}, {"id": "g:c:1"}],
                 "configurations": {"pid": {"y": "new"}, "other~one": {"z": true}},
                 "extensions": {"spelunk-variant": {"json": {
                   "extends": "base", "remove": ["g:a"],
                   "architecture": {"version": "8.2", "features": []},
                   "parts": {"timing": "inorder"}}}}}
                """);
        VariantDefinition variant = new VariantReader(folder).read("top");
        assertThat(variant.bundles()).extracting(Object::toString).containsExactly("g:b:2", "g:c:1");
        assertThat(variant.configurations().get("pid"))
                .containsEntry("y", "new")
                .containsKey("x");
        assertThat(variant.configurations().get("other~one")).containsEntry("z", true);
        assertThat(variant.architecture()).isEqualTo(82);
        assertThat(variant.features()).isEmpty();
        assertThat(variant.parts())
                .containsEntry("timing", List.of("inorder"))
                .containsEntry("features", List.of("FEAT_SPE", "FEAT_SPEv1p1"));
    }

    @Test
    void aFileMayExtendOneBesideIt() throws IOException {
        write("base", BASE);
        Path file = write(
                "top",
                "{\"id\": \"g:top:1\", \"extensions\": {\"spelunk-variant\": {\"json\": "
                        + "{\"extends\": \"base.json\"}}}}");
        assertThat(new VariantReader(folder.resolve("nowhere"))
                        .read(file.toString())
                        .bundles())
                .hasSize(2);
    }

    @Test
    void commentsAreAllowed() throws IOException {
        write("base", "// a comment\n" + BASE.replace("\"bundles\"", "/* one */ \"bundles\""));
        assertThat(new VariantReader(folder).read("base").bundles()).hasSize(2);
    }

    @Test
    void aCycleIsReported() throws IOException {
        String text = "{\"id\": \"g:x:1\", \"extensions\": {\"spelunk-variant\": {\"json\": {\"extends\": \"%s\"}}}}";
        write("one", String.format(text, "two"));
        write("two", String.format(text, "one"));
        assertThatThrownBy(() -> new VariantReader(folder).read("one"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("one.json extends two.json extends one.json");
    }

    @Test
    void anUnknownVariantNamesTheKnown() throws IOException {
        write("base", BASE);
        assertThatThrownBy(() -> new VariantReader(folder).read("best"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("\"best\"")
                .hasMessageContaining("base");
        assertThatThrownBy(() -> new VariantReader(folder).read("best.json"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not found");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "description" | "descriptoin"  | /descriptoin
            "id": "g:a:1" | "ident": "g:a:1" | /bundles/0/ident
            "kind"        | "kindness"     | /extensions/spelunk-variant/kindness
            "version"     | "versoin"      | /extensions/spelunk-variant/json/architecture/versoin
            "parts"       | "prats"        | /extensions/spelunk-variant/json/prats
            "timing"      | "timings"      | /extensions/spelunk-variant/json/parts/timings
            """)
    void anUnknownKeyIsAnErrorWithItsPlaceAndWhatIsAllowed(String key, String unknown, String path) throws IOException {
        write("base", BASE.replace(key.strip(), unknown.strip()));
        assertThatThrownBy(() -> new VariantReader(folder).read("base"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("base.json: line ")
                .hasMessageContaining(path.strip() + ":")
                .hasMessageContaining("unknown key; allowed here: ");
    }

    @Test
    void aKeyGivenTwiceIsAnError() throws IOException {
        write(
                "base",
                BASE.replace(
                        "\"description\": \"the base\",",
                        "\"description\": \"the base\",\n\"description\": \"again\","));
        assertThatThrownBy(() -> new VariantReader(folder).read("base"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("line 4: /description: this key is given twice, first in line 3");
    }

    @Test
    void aBundleListedTwiceIsAnError() throws IOException {
        write("base", BASE.replace("{\"id\": \"g:b:1\"}", "{\"id\": \"g:b:1\"}, {\"id\": \"g:a:2\"}"));
        assertThatThrownBy(() -> new VariantReader(folder).read("base"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("/bundles/2")
                .hasMessageContaining("g:a is listed twice");
    }

    @Test
    void removingWhatIsNotThereIsAnError() throws IOException {
        write("base", BASE);
        write(
                "top",
                "{\"id\": \"g:top:1\", \"extensions\": {\"spelunk-variant\": {\"json\": "
                        + "{\"extends\": \"base\", \"remove\": [\"g:z\"]}}}}");
        assertThatThrownBy(() -> new VariantReader(folder).read("top"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no bundle \"g:z\"")
                .hasMessageContaining("g:a, g:b");
    }

    @Test
    void removingAndListingABundleIsAnError() throws IOException {
        write("base", BASE);
        write(
                "top",
                "{\"id\": \"g:top:1\", \"bundles\": [{\"id\": \"g:a:2\"}], \"extensions\": {\"spelunk-variant\": "
                        + "{\"json\": {\"extends\": \"base\", \"remove\": [\"g:a\"]}}}}");
        assertThatThrownBy(() -> new VariantReader(folder).read("top"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("/remove: the bundle g:a is removed and listed");
    }

    @Test
    void documentationIsTakenOverAndSaidAnew() throws IOException {
        write(
                "base",
                BASE.replace(
                        "\"extensions\": {",
                        "\"extensions\": {\"spelunk-documentation\": {\"kind\": \"optional\", "
                                + "\"json\": {\"sources\": {\"MIDR_EL1\": \"a manual\"}, \"assumptions\": {\"L2\": \"a guess\"}, "
                                + "\"notModelled\": [\"FEAT_SVE\"]}},"));
        write(
                "top",
                "{\"id\": \"g:top:1\", \"extensions\": {\"spelunk-variant\": {\"json\": {\"extends\": \"base\"}}, "
                        + "\"spelunk-documentation\": {\"json\": {\"sources\": {\"L2\": \"a data sheet\"}, "
                        + "\"assumptions\": {\"MIDR_EL1\": \"my own\"}, \"notModelled\": [\"FEAT_RAS\"]}}}}");
        VariantDocumentation documentation =
                new VariantReader(folder).read("top").documentation();
        assertThat(documentation.sources()).containsExactly(Map.entry("L2", "a data sheet"));
        assertThat(documentation.assumptions()).containsExactly(Map.entry("MIDR_EL1", "my own"));
        assertThat(documentation.notModelled()).containsExactly("FEAT_SVE", "FEAT_RAS");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"sauces": {}}          | json/sauces: unknown key
            {"sources": []}         | json/sources: must be an object
            {"sources": {"a": 1}}   | json/sources/a: must be a string
            {"notModelled": ["a", 1]} | json/notModelled/1: must be a string
            """)
    void documentationHasItsShape(String json, String message) throws IOException {
        write(
                "base",
                BASE.replace(
                        "\"extensions\": {",
                        "\"extensions\": {\"spelunk-documentation\": {\"json\": " + json.strip() + "},"));
        assertThatThrownBy(() -> new VariantReader(folder).read("base"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message.strip());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "g:base:1"      | 7                 | must be a string, is a number
            "g:base:1"      | "base"            | has not the form group:artifact:version
            "8.5"           | "85"              | has not the form 8.5; there are 8.0 to 8.9 and 9.0 to 9.6
            "8.5"           | "9.7"             | has not the form 8.5; there are 8.0 to 8.9 and 9.0 to 9.6
            "FEAT_FGT"      | "FGT"             | has not the form a feature's name, as FEAT_FGT
            "0x410f_d830"   | "0x10410fd8300000001" | does not fit in 64 bits
            "0x410f_d830"   | 5                 | must be a string
            {"x": 1, "y": "old"} | {"x": null}  | must be a string, a number or a boolean, is null
            {"x": 1, "y": "old"} | []           | must be an object, is an array
            "mandatory"     | "compulsory"      | must be "mandatory"
            """)
    void aWrongValueIsAnError(String value, String wrong, String message) throws IOException {
        write("base", BASE.replace(value.strip(), wrong.strip()));
        assertThatThrownBy(() -> new VariantReader(folder).read("base"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("base.json: ")
                .hasMessageContaining(message.strip());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "{",
                "[1, 2",
                "{\"id\": \"g:a:1\"} x",
                "nonsense",
                "{\"id\" \"g:a:1\"}",
                "{\"id\": \"g:a:1\",}",
                "\"text\"",
                "[]",
                "{}",
                "/* open"
            })
    void malformedFilesAreErrorsOfOneLine(String text) throws IOException {
        write("base", text);
        assertThatThrownBy(() -> new VariantReader(folder).read("base"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("base.json")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void deepNestingIsAnError() throws IOException {
        write("base", "{\"id\": \"g:a:1\", \"variables\": " + "[".repeat(100_000) + "]".repeat(100_000) + "}");
        assertThatThrownBy(() -> new VariantReader(folder).read("base"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("malformed JSON");
    }

    @Test
    void bytesThatAreNoTextAreAnError() throws IOException {
        Files.write(folder.resolve("base.json"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThatThrownBy(() -> new VariantReader(folder).read("base"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void anUnknownMandatoryExtensionIsAnErrorAndAnOptionalOneIsNot() throws IOException {
        write(
                "base",
                BASE.replace(
                        "\"extensions\": {",
                        "\"extensions\": {\"other\": {\"kind\": \"optional\", \"text\": [\"x\"]},"));
        assertThat(new VariantReader(folder).read("base").bundles()).hasSize(2);
        write(
                "base",
                BASE.replace(
                        "\"extensions\": {",
                        "\"extensions\": {\"other\": {\"kind\": \"mandatory\", \"text\": [\"x\"]},"));
        assertThatThrownBy(() -> new VariantReader(folder).read("base"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("/extensions/other: this mandatory extension is unknown");
    }

    @Test
    void aVariantWithoutAnArchitectureIsAnError() throws IOException {
        write("base", "{\"id\": \"g:a:1\"}");
        assertThatThrownBy(() -> new VariantReader(folder).read("base"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("the architecture version is missing");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name + ".json"), text, StandardCharsets.UTF_8);
    }
}
