// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The main job wherever the user lives. */
class LocaleTest {
    /** Enough to boot, to profile and to fill a few pages of records. */
    private static final String SHORT = "--max-instructions=3000000";

    private static final int ENDED_BY_MAXIMUM = 4;

    @TempDir
    private Path folder;

    private byte[] records(Path output, String... environment) throws Exception {
        String[] by = new String[environment.length + 1];
        by[0] = "env";
        System.arraycopy(environment, 0, by, 1, environment.length);
        Spelunk.Outcome outcome =
                Spelunk.with("run", SHORT, "-o", output.toString()).by(by).run();
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(ENDED_BY_MAXIMUM);
        return Files.readAllBytes(output.resolve("records.bin"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ar EG", "fa IR", "my MM", "ne NP", "mr IN", "tr TR"})
    @DisplayName("Digits and letters of the user's language change nothing")
    void languages(String locale) throws Exception {
        String[] words = locale.split(" ");
        byte[] there = records(
                folder.resolve("there"), "JAVA_OPTS=-Duser.language=" + words[0] + " -Duser.country=" + words[1]);
        assertThat(there).isNotEmpty().isEqualTo(records(folder.resolve("here"), "JAVA_OPTS="));
    }

    @Test
    @DisplayName("In the locale C, into a folder whose name is not ASCII")
    void pathsInLocaleC() throws Exception {
        assertThat(records(folder.resolve("Größe-日本"), "LC_ALL=C")).isNotEmpty();
    }

    @Test
    @DisplayName("An encoding that cannot hold a path is said so")
    void pathsThatCannotBeHeld() {
        // A locale that the system has not leaves Java with ASCII.
        Spelunk.Outcome outcome = Spelunk.with(
                        "run", SHORT, "-o", folder.resolve("Größe-日本").toString())
                .by("env", "LC_ALL=xx_XX.ISO-8859-1")
                .run();
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.onlyError()).contains("the encoding of this locale", "set LC_ALL");
    }
}
