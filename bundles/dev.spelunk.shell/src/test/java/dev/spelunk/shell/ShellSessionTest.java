// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.SwapReport;
import dev.spelunk.api.machine.SwapService;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;

class ShellSessionTest {
    private static final List<String> FUNCTIONS =
            List.of("start", "pause", "resume", "await", "status", "registers", "dump", "records", "decode", "swap");

    private final ThreadIOImpl threadIo = new ThreadIOImpl();
    private final CommandProcessorImpl processor = new CommandProcessorImpl(threadIo);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private MachineCommands commands;

    @BeforeEach
    void prepare() {
        threadIo.start();
        commands = new MachineCommands(
                machine(),
                null,
                (SwapService) Proxy.newProxyInstance(
                        SwapService.class.getClassLoader(),
                        new Class<?>[] {SwapService.class},
                        (proxy, method, arguments) -> new SwapReport(List.of(), List.of(), 0, List.of(), 0, List.of())),
                null);
        FUNCTIONS.forEach(function -> processor.addCommand("spelunk", commands, function));
    }

    @AfterEach
    void stop() {
        processor.stop();
        threadIo.stop();
    }

    @Test
    void aScriptRunsToItsEnd() throws IOException {
        assertThat(run(false, "# a comment\n\nstatus\nregisters PMB\n")).isZero();
        assertThat(lines(out))
                .containsExactly("not started, 0 instructions", "PMBLIMITR_EL1        0x0000000000000001");
        assertThat(err.size()).isZero();
    }

    @Test
    void aFailedCommandIsToldAndTheScriptGoesOn() throws IOException {
        assertThat(run(false, "pause\nbogus\nregisters XYZ\nstatus\n")).isEqualTo(2);
        assertThat(lines(err)).hasSize(3).allMatch(line -> line.startsWith("spelunk: line "));
        assertThat(lines(err).get(0)).startsWith("spelunk: line 1: ").contains("type start");
        assertThat(lines(err).get(1)).contains("bogus");
        assertThat(lines(out)).containsExactly("not started, 0 instructions");
    }

    @Test
    void exitLeaves() throws IOException {
        assertThat(run(false, "exit\nstatus\n")).isZero();
        assertThat(out.size()).isZero();
    }

    @Test
    void anInteractiveSessionPromptsAndForgivesErrors() throws IOException {
        assertThat(run(true, "bogus\nquit\n")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("help lists the commands")
                .contains("spelunk> ");
        assertThat(lines(err)).hasSize(1);
    }

    @Test
    void gogosSyntaxWorks() throws IOException {
        assertThat(run(false, "name = PMB; registers $name\n")).isZero();
        assertThat(lines(out)).containsExactly("PMBLIMITR_EL1        0x0000000000000001");
    }

    private int run(boolean interactive, String script) throws IOException {
        BundleContext context = (BundleContext) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) ->
                        arguments[0].equals("spelunk.interactive") ? Boolean.toString(interactive) : null);
        return new ShellSession(processor, commands, new DebugCommands(machine(), commands), machine(), context)
                .run(
                        new ByteArrayInputStream(script.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private static List<String> lines(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static Machine machine() {
        return (Machine) Proxy.newProxyInstance(
                Machine.class.getClassLoader(), new Class<?>[] {Machine.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "instructions":
                            return 0L;
                        case "pes":
                            return Collections.singletonList(null);
                        case "registers":
                            TreeMap<String, Long> registers = new TreeMap<>();
                            registers.put("PMBLIMITR_EL1", 1L);
                            registers.put("X0", 2L);
                            return registers;
                        default:
                            throw new AssertionError(method);
                    }
                });
    }
}
