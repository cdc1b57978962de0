// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.variant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files for new variants, and comparisons. */
class VariantToolsTest {
    @TempDir
    private Path folder;

    private VariantReader reader;
    private VariantDefinition base;

    @BeforeEach
    void base() throws IOException {
        Files.writeString(folder.resolve("base.json"), """
                {"id": "g:base:1", "description": "the base", "bundles": [{"id": "g:a:1"}, {"id": "g:b:1"}],
                 "configurations": {"pid": {"x": 1, "text": "a \\"b\\"", "on": true}},
                 "extensions": {"spelunk-variant": {"json": {
                   "architecture": {"version": "8.5", "features": ["FEAT_FGT"]}, "registers": {"MIDR_EL1": "0x10"}}}}}
                """);
        reader = new VariantReader(folder);
        base = reader.read("base");
    }

    @Test
    @DisplayName("a new variant extends the other, reads back, and describes the same machine")
    void fresh() {
        Path file = NewVariant.write(folder.resolve("mine").toString(), "base", base);
        assertThat(file).isEqualTo(folder.resolve("mine.json"));
        VariantDefinition mine = reader.read(file.toString());
        assertThat(mine.name()).isEqualTo("mine");
        assertThat(VariantDifference.between(base, mine)).isEmpty();
        assertThat(file).content().contains("\"x\":1", "\"text\":\"a \\\"b\\\"\"", "\"on\":true");
    }

    @Test
    @DisplayName("one that extends a file finds it from its own folder")
    void ofAFile() throws IOException {
        Path below = Files.createDirectory(folder.resolve("below"));
        Path file = NewVariant.write(
                below.resolve("mine.json").toString(),
                folder.resolve("base.json").toString(),
                base);
        assertThat(file).content().contains("\"../base.json\"");
        assertThat(new VariantReader(below).read(file.toString()).bundles()).hasSize(2);
    }

    @Test
    @DisplayName("a file that is there is never replaced")
    void there() throws IOException {
        Path file = Files.writeString(folder.resolve("mine.json"), "precious");
        assertThatThrownBy(() -> NewVariant.write(folder.resolve("mine").toString(), "base", base))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("there is such a file already");
        assertThat(file).content().isEqualTo("precious");
    }

    @Test
    @DisplayName("names that cannot be, and folders that are not there")
    void refused() {
        assertThatThrownBy(() -> NewVariant.write(folder.resolve("my variant").toString(), "base", base))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("\"my variant\" is no name");
        assertThatThrownBy(() -> NewVariant.write(folder.resolve("no/where").toString(), "base", base))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cannot be written: its folder does not exist");
    }

    @Test
    @DisplayName("each difference is told once")
    void differences() throws IOException {
        Files.writeString(folder.resolve("other.json"), """
                {"id": "g:other:1", "bundles": [{"id": "g:b:2"}, {"id": "g:c:1"}],
                 "configurations": {"pid": {"x": 2}, "new": {"y": "z"}},
                 "extensions": {"spelunk-variant": {"json": {"extends": "base", "remove": ["g:a"],
                   "architecture": {"version": "9.0", "features": ["FEAT_SB"]}, "parts": {"timing": "inorder"},
                   "registers": {"MIDR_EL1": "0x20"}}}}}
                """);
        assertThat(VariantDifference.between(base, reader.read("other")))
                .containsExactly(
                        "- architecture = Armv8.5",
                        "+ architecture = Armv9.0",
                        "- features FEAT_FGT",
                        "+ features FEAT_SB",
                        "- bundles g:a:1, g:b:1",
                        "+ bundles g:b:2, g:c:1",
                        "+ part timing = inorder",
                        "+ new y = z",
                        "- pid x = 1",
                        "+ pid x = 2",
                        "- register MIDR_EL1 = 0x10",
                        "+ register MIDR_EL1 = 0x20");
    }
}
