// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ConsoleTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void progressIsRewrittenOnATerminalAndErasedBeforeTheGuestPrints() throws Exception {
        Console console = new Console(out, new PrintStream(err, true, StandardCharsets.UTF_8), true);
        console.showProgress(() -> 7_000_000);
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!err.toString(StandardCharsets.UTF_8).contains("7 million instructions")) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(20);
        }
        console.write('x');
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("\r\033[Kspelunk: ")
                .endsWith("\r\033[K")
                .doesNotContain("\n");
        console.close();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("x");
    }

    @Test
    void aClosedOutputDoesNotEndTheGuest() throws IOException {
        Console console = new Console(
                new OutputStream() {
                    @Override
                    public void write(int value) throws IOException {
                        throw new IOException("Broken pipe");
                    }
                },
                new PrintStream(err),
                false);
        console.write("lost".getBytes(StandardCharsets.UTF_8));
        console.flush();
        console.write('x');
        console.close();
        assertThat(err.size()).isZero();
    }

    private static void print(Console console, String text) throws IOException {
        console.write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @Timeout(20)
    void showsAPromptWithoutAnEndOfLine() throws IOException, InterruptedException {
        print(new Console(out, new PrintStream(err), false), "login: ");
        while (out.size() == 0) {
            Thread.sleep(10);
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("login: ");
    }

    @Test
    void keepsTheLastLines() throws IOException {
        Console console = new Console(out, new PrintStream(err), false);
        assertThat(console.lastLines(3)).isEmpty();
        for (int i = 0; i < 5000; i++) {
            print(console, "line " + i + "\r\n\r\n");
        }
        print(console, "end");
        assertThat(console.lastLines(3)).containsExactly("line 4998", "line 4999", "end");
    }
}
