// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jline.reader.Candidate;
import org.jline.terminal.Size;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** JLine on a terminal of streams. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TypedLinesTest {
    @TempDir
    private Path folder;

    private final PipedOutputStream keyboard = new PipedOutputStream();
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final BlockingQueue<String> interrupts = new LinkedBlockingQueue<>();
    private Path history;
    private TypedLines lines;

    @BeforeEach
    void begin() throws IOException {
        history = TypedLines.history(folder.toString(), Path.of("/nowhere"));
        lines = new TypedLines(
                new PipedInputStream(keyboard),
                screen,
                "xterm",
                (reader, line, candidates) -> candidates.add(new Candidate("registers")),
                history,
                () -> {
                    interrupts.add("interrupt");
                    return "paused, it seems";
                },
                () -> new Size(80, 24));
    }

    @AfterEach
    void end() throws IOException {
        lines.close();
    }

    private void type(String keys) throws IOException {
        keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
    }

    @Test
    void completesRecallsAndEdits() throws IOException {
        type("reg\tPMB\r");
        assertThat(lines.next()).isEqualTo("registers PMB");
        type("\033OA*\r");
        assertThat(lines.next()).isEqualTo("registers PMB*");
        type("sttus\033OD\033OD\033ODa\r");
        assertThat(lines.next()).isEqualTo("status");
        assertThat(lines.place()).isEmpty();
        type("\004");
        assertThat(lines.next()).isNull();
        assertThat(history).content().contains("registers PMB*");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history)))
                .isEqualTo("rw-------");
    }

    @Test
    void anInterruptDropsTheLineAndIsTold() throws Exception {
        CompletableFuture<String> next = CompletableFuture.supplyAsync(lines::next);
        shows("spelunk> ");
        type("half a li");
        shows("half a li");
        type("\003");
        interrupts.take();
        type("whole\r");
        assertThat(next.get()).isEqualTo("whole");
        assertThat(screen.toString(StandardCharsets.UTF_8)).contains("paused, it seems");
    }

    private void shows(String text) throws InterruptedException {
        while (!screen.toString(StandardCharsets.UTF_8).contains(text)) {
            Thread.sleep(10);
        }
    }

    @Test
    void anInterruptBetweenLinesIsHeardAtOnce() throws Exception {
        type("proceed\r");
        assertThat(lines.next()).isEqualTo("proceed");
        type("\003");
        assertThat(interrupts.poll(20, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void aHistoryThatCannotBeWrittenIsNone() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> TypedLines.history(file.toString(), folder)).isInstanceOf(IOException.class);
        assertThat(TypedLines.history(null, folder)).isEqualTo(folder.resolve(".local/state/spelunk/shell-history"));
        assertThat(TypedLines.history("not/absolute", folder))
                .isEqualTo(folder.resolve(".local/state/spelunk/shell-history"));
    }
}
