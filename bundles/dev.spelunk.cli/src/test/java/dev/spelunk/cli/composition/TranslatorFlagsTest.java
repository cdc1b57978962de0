// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.composition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TranslatorFlagsTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);

    @Test
    @DisplayName("what is lacking is said once, and nothing where all flags are there")
    void once() {
        TranslatorFlags flags = new TranslatorFlags();
        List<String> all = new ArrayList<>(TranslatorFlags.WANTED);
        all.add("-Xmx1g");
        flags.tell(all, stream);
        assertThat(err.size()).isZero();
        all.remove(0);
        flags.tell(all, stream);
        flags.tell(List.of(), stream);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .hasLineCount(1)
                .contains("without -XX:PerMethodTrapLimit=0 (the launcher");
    }

    @Test
    @DisplayName("the launcher script sets them")
    void launcher() throws IOException {
        String script = Files.readString(Path.of("../../spelunk"));
        assertThat(TranslatorFlags.WANTED).allSatisfy(flag -> assertThat(script).contains(flag));
    }
}
