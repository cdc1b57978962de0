// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.cli.run.Console;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exit codes and messages of an operating system's run. */
class SystemRunTest {
    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Console console = new Console(out, System.err, false);
    private final Deque<Ending> endings = new ArrayDeque<>();
    private int machines;
    private int closed;

    @BeforeEach
    void redirect() {
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setErr(standardError);
    }

    /** A machine that prints, then ends as the next entry says. */
    private Machine machine() {
        machines++;
        return (Machine) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Machine.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "instructions" -> 0L;
                    case "run" -> {
                        print("boot " + machines + "\nKernel panic\n");
                        yield new Result(
                                endings.poll(),
                                77,
                                "it did",
                                3_000_000,
                                1,
                                20_000_000,
                                new TreeMap<>(),
                                new TreeMap<>(),
                                new TreeMap<>(),
                                new TreeMap<>(),
                                new TreeMap<>());
                    }
                    case "dump" -> "all the registers\n";
                    case "diagnosis" -> List.of("PE 0 was at EL1 in main");
                    case "unsaved" -> new TreeSet<Long>();
                    case "passed" -> new TreeMap<String, Long>();
                    case "close" -> {
                        closed++;
                        yield null;
                    }
                    default -> null;
                });
    }

    private void print(String text) {
        try {
            console.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int run(boolean reboot, EscapeInput keys, Ending... each) {
        endings.addAll(List.of(each));
        return new SystemRun(this::machine, console, keys, null, reboot).call();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            EXITED            | 77  | 3,000,000 instructions in 0.0 s, 150 million a second
            POWERED_OFF       | 0   | 3,000,000 instructions in 0.0 s, 150 million a second
            FAILED            | 3   | spelunk: the guest failed: it did
            RESET             | 3   | Kernel panic
            INSTRUCTION_LIMIT | 4   | --max-instructions 3000000 ended the run
            INTERRUPTED       | 130 | spelunk: interrupted
            """)
    void eachEndingHasItsExitCode(Ending ending, int code, String message) {
        assertThat(run(false, null, ending)).isEqualTo(code);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(message);
        assertThat(err.toString(StandardCharsets.UTF_8).contains("all the registers"))
                .isEqualTo(ending == Ending.FAILED);
        assertThat(err.toString(StandardCharsets.UTF_8).contains("spelunk: PE 0 was at EL1 in main"))
                .isEqualTo(ending != Ending.EXITED && ending != Ending.POWERED_OFF);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("boot 1\nKernel panic\n");
        assertThat(closed).isEqualTo(1);
    }

    @Test
    void aResetStartsAgainWhereTheUserWantsIt() {
        assertThat(run(true, null, Ending.RESET, Ending.RESET, Ending.POWERED_OFF))
                .isZero();
        assertThat(machines).isEqualTo(3);
        assertThat(closed).isEqualTo(3);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("boot 1", "boot 2", "boot 3");
    }

    @Test
    void leavingByKeyIsNoError() throws IOException {
        EscapeInput keys = new EscapeInput(new ByteArrayInputStream(new byte[] {1, 'x'}), System.err);
        keys.readAllBytes();
        assertThat(run(false, keys, Ending.INTERRUPTED)).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("Ctrl-A x");
    }
}
