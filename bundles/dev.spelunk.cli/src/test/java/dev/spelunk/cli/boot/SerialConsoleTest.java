// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guest's serial line. */
class SerialConsoleTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private static void print(SerialConsole console, String text) throws IOException {
        console.write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void passesEverythingOn() throws IOException {
        SerialConsole console = new SerialConsole(out);
        print(console, "one\r\ntwo");
        console.flush();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("one\r\ntwo");
    }

    @Test
    @Timeout(20)
    void showsAPromptWithoutAnEndOfLine() throws IOException, InterruptedException {
        print(new SerialConsole(out), "login: ");
        while (out.size() == 0) {
            Thread.sleep(10);
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("login: ");
    }

    @Test
    void keepsTheLastLines() throws IOException {
        SerialConsole console = new SerialConsole(out);
        assertThat(console.lastLines(3)).isEmpty();
        for (int i = 0; i < 5000; i++) {
            print(console, "line " + i + "\r\n\r\n");
        }
        print(console, "end");
        assertThat(console.lastLines(3)).containsExactly("line 4998", "line 4999", "end");
    }

    @Test
    void goesOnWhenNobodyReads() throws IOException {
        SerialConsole console = new SerialConsole(new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException("Broken pipe");
            }
        });
        print(console, "text");
        console.flush();
        print(console, "more");
        assertThat(console.lastLines(1)).containsExactly("textmore");
    }
}
