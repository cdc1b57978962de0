// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
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

    /** A pipe that nobody reads, and that is full. */
    private static final class FullPipe extends OutputStream {
        private final CountDownLatch read = new CountDownLatch(1);

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                read.await();
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        }
    }

    @Test
    @Timeout(60)
    void aReaderThatDoesNotReadKeepsNobodyWhoWantsTheGuestToStop() throws InterruptedException {
        Console console = new Console(new FullPipe(), new PrintStream(err), false);
        byte[] flood = new byte[1 << 20];
        Thread guest = new Thread(() -> {
            for (int i = 0; i < 8; i++) {
                console.write(flood, 0, flood.length);
            }
        });
        guest.start();
        guest.join(500);
        assertThat(guest.isAlive()).as("it waits for the reader").isTrue();
        console.waitNoMore();
        guest.join();
        long before = System.nanoTime();
        console.close();
        assertThat(System.nanoTime() - before).isLessThan(5_000_000_000L);
        assertThat(console.stuck()).isTrue();
    }

    @Test
    @Timeout(60)
    void aSlowReaderGetsAllOfIt() throws IOException {
        Console console = new Console(
                new OutputStream() {
                    @Override
                    public void write(int value) {
                        out.write(value);
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) {
                        LockSupport.parkNanos(1_000_000);
                        out.write(bytes, offset, length);
                    }
                },
                new PrintStream(err),
                false);
        byte[] bytes = new byte[5_000_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 >> 5);
        }
        console.write(bytes);
        console.close();
        assertThat(out.toByteArray()).isEqualTo(bytes);
        assertThat(console.stuck()).isFalse();
    }

    @Test
    void theProgressOfARestoredMachineCountsFromThere() throws InterruptedException {
        Console console = new Console(out, new PrintStream(err, true, StandardCharsets.UTF_8), true);
        console.showProgress(() -> 1_000_000_000_000L);
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!err.toString(StandardCharsets.UTF_8).contains("million a second")) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(20);
        }
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(", 0 million a second");
        console.close();
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
