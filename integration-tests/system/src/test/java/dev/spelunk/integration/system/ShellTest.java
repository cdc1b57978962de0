// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell at a real terminal, and its scripts. */
class ShellTest {
    private static final long SECONDS = 120;
    private static final String UP = "\033OA";
    private static final String INTERRUPT = "\003";
    private static final String PROMPT = "[^\n]*spelunk> ";

    @TempDir
    private Path folder;

    private Process shell;
    private int seen;

    @Test
    @DisplayName(
            "at a terminal: completes commands, registers and functions, recalls, and Ctrl-C pauses the guest and no more")
    void atATerminal() throws Exception {
        Tools.require("the shell at a terminal", "script", "bsdutils");
        Path state = folder.resolve("state");
        shell = Spelunk.with("shell", "--append", "scale=100000")
                .by("sh", "-c", "exec script -qec \"$*\" /dev/null", "sh")
                .environment("TERM", "xterm")
                .environment("XDG_STATE_HOME", state.toString())
                .start(folder);
        try {
            expect("exit leaves\\.");
            expect(PROMPT);
            answers("stat\t\r", "not started, 0 instructions");
            answers("break kernel_mai\t\r", "1: break at kernel_main ");
            answers("registers PMBSR_EL\t\r", "PMBSR_EL1            0x0000000000000000");
            answers("proceed\r", "in kernel_main ");
            answers(UP + UP + "\r", "PMBSR_EL1            0x0000000000000000");
            answers("delete all\r", "1 taken away");
            type("proceed\r");
            expect("Spelunk guest: ");
            answers(INTERRUPT, "PE 0, operation ");
            answers("status\r", "paused, ");
            answers("resume\r", "resumed");
            answers(INTERRUPT, "paused, ");
            type("exit\r");
            assertThat(shell.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(shell.exitValue()).as(screen()).isZero();
        } finally {
            shell.destroyForcibly();
        }
        Path history = state.resolve("spelunk/shell-history");
        assertThat(history).content().contains("break kernel_main", "resume");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history)))
                .isEqualTo("rw-------");
    }

    private String screen() throws IOException {
        return Files.readString(folder.resolve("stdout"), StandardCharsets.UTF_8);
    }

    private void type(String keys) throws IOException {
        OutputStream keyboard = shell.getOutputStream();
        keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
    }

    /** What comes after the keys, until the next prompt. */
    private void answers(String keys, String answer) throws Exception {
        type(keys);
        expect(Pattern.quote(answer));
        expect(PROMPT);
    }

    private void expect(String pattern) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() < end) {
            boolean alive = shell.isAlive();
            Matcher matcher = Pattern.compile(pattern).matcher(screen());
            if (matcher.find(seen)) {
                seen = matcher.end();
                return;
            }
            assertThat(alive).as("%s, in %s", pattern, screen()).isTrue();
            Thread.sleep(50);
        }
        throw new AssertionError(pattern + " is not in " + screen().substring(seen));
    }

    @Test
    @DisplayName(
            "a script from a file names the line of a command that fails, goes on, and ends with 2; a snapshot of it goes on")
    void script() throws IOException {
        Path snapshot = folder.resolve("snapshot");
        Path script = Files.writeString(folder.resolve("script"), """
                # To the guest's main function.
                until kernel_main
                backtrace
                no-such-command
                buffer
                trace off
                host
                save %s
                exit
                never
                """.formatted(snapshot));
        Spelunk.Outcome outcome = Spelunk.with(
                        "shell", "--script", script.toString(), "--log", "sysregs:" + folder.resolve("log"))
                .noInput()
                .run();
        assertThat(outcome.code()).as(outcome.out()).isEqualTo(2);
        assertThat(outcome.onlyError()).isEqualTo("spelunk: " + script + ":4: Command not found: no-such-command");
        assertThat(outcome.out())
                .contains(
                        "in kernel_main (",
                        "#1   start_virtual+",
                        "PE 0: disabled",
                        "logs are left out",
                        "virtual cycles lost")
                .contains("saved " + snapshot)
                .doesNotContain("never");
        assertThat(snapshot).isNotEmptyFile();
        assertThat(folder.resolve("log")).isNotEmptyFile();
    }

    @Test
    @DisplayName("lines that are very long or nested very deep are told of, and the shell goes on")
    void hostileLines() {
        Spelunk.Outcome outcome = Spelunk.with("shell")
                .input("(".repeat(200_000) + "\n" + "x".repeat(1_000_000) + "\n" + "[".repeat(100_000) + "\nstatus\n")
                .run();
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("spelunk: line 1: "),
                        line -> assertThat(line).startsWith("spelunk: line 2: ").hasSizeLessThan(500),
                        line -> assertThat(line).startsWith("spelunk: line 3: "));
        assertThat(outcome.out()).isEqualTo("not started, 0 instructions\n");
    }

    @Test
    @DisplayName("a script that is not there is one message")
    void noScript() {
        Spelunk.Outcome outcome = Spelunk.run("shell", "--script", folder.toString());
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.onlyError()).isEqualTo("spelunk: --script: " + folder + " cannot be read");
    }
}
