// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts of a host at EL2 and of its VM. */
class NestedScriptTest {
    @TempDir
    private Path folder;

    private static RecordingOrder order(Path vmm, String arguments, String hostEvent, String guestEvent) {
        return new RecordingOrder(
                guestEvent,
                100,
                null,
                Long.MAX_VALUE,
                false,
                List.of("/p", "it's", "$HOME"),
                List.of(),
                List.of(GuestFile.outOf("/given/answer")),
                new Nesting(vmm, arguments, List.of(), hostEvent, 100, null, null, "", 2, 256L << 20),
                1,
                true);
    }

    private static String shell(String script) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("sh", "-n").redirectErrorStream(true).start();
        shell.getOutputStream().write(script.getBytes(StandardCharsets.UTF_8));
        shell.getOutputStream().close();
        String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    @Test
    void theVmGetsTheChannelsOfTheHost() throws IOException, InterruptedException {
        String script =
                NestedScript.host(List.of("a.ko"), order(null, null, null, "cycles"), "quiet it's", "/spelunk/vmm");
        assertThat(shell(script)).isEmpty();
        assertThat(script)
                .contains(
                        "[ $ports -lt 8 ]",
                        "/spelunk/vmm -c 2 -m 256 -i /spelunk/nested -a 'quiet it'\\''s' -w control=/spelunk/port/control"
                                + " -r stdin=/spelunk/port/stdin",
                        "-r request=/spelunk/port/request -w perf.data=/spelunk/port/perf.data",
                        "-w result0=/spelunk/port/result0 /spelunk/Image")
                .doesNotContain("perf record");
    }

    @Test
    void perfInTheHostKeepsItsOwnProfile() throws IOException, InterruptedException {
        String script = NestedScript.host(List.of(), order(null, null, "arm_spe_0//", null), "quiet", "/spelunk/vmm");
        assertThat(shell(script)).isEmpty();
        assertThat(script)
                .contains(
                        "/spelunk/perf record -q -N -o /spelunk/perf.data -e 'arm_spe_0//' -c 100 -- /spelunk/vmm ",
                        "-w perf.data=/dev/null -w kallsyms=/dev/null",
                        "$B cat /spelunk/perf.data >/spelunk/port/perf.data");
    }

    @Test
    void placeholdersOfTheUsersOwnMonitorAreReplaced() throws IOException, InterruptedException {
        String script = NestedScript.host(
                List.of(),
                order(
                        Path.of("/opt/lkvm"),
                        "run -c {cpus} -m {memory} -k {kernel} -i {initrd} -p '{append}'",
                        null,
                        null),
                "quiet",
                "/opt/lkvm");
        assertThat(shell(script)).isEmpty();
        assertThat(script)
                .contains("/opt/lkvm run -c 2 -m 256 -k /spelunk/Image -i /spelunk/nested -p 'quiet' </dev/null");
    }

    /** The loop of the host's script, over what a console showed. */
    @ParameterizedTest
    @ValueSource(strings = {"one\r\n\r\ntwo\r\nspelunk-ended 9\r\n", "one\r\n\r\ntwospelunk-ended 9\r\nlate\r\n"})
    void theConsoleIsTheProgramsOutputAndItsExitCode(String shown) throws IOException, InterruptedException {
        Path monitor = Files.writeString(folder.resolve("monitor"), shown);
        String script = NestedScript.host(
                        List.of(), order(Path.of("/bin/cat"), monitor.toString(), null, null), "", "cat")
                .replace("/spelunk/port/", folder + "/")
                .replace("/spelunk/", folder + "/");
        int from = script.indexOf("{ $B sh");
        String loop = "B=env\nexec 9>" + folder + "/control\n" + script.substring(from, script.indexOf("code=$("));
        Process shell = new ProcessBuilder("sh", "-c", loop).start();
        assertThat(shell.waitFor()).isZero();
        assertThat(folder.resolve("control")).hasContent("ended 9");
        assertThat(Files.readString(folder.resolve("stdout")))
                .isEqualTo(shown.contains("late") ? "one\n\ntwo" : "one\n\ntwo\n");
        assertThat(folder.resolve("code")).hasContent("0");
    }

    @Test
    void aVmWithNothingButAConsoleSaysItsExitCodeThere() throws IOException, InterruptedException {
        String script = NestedScript.onConsole(order(Path.of("/v"), "", null, null), Path.of("/it's"), Path.of("/p"));
        assertThat(shell(script)).isEmpty();
        assertThat(script)
                .contains("cd '/it'\\''s'", "'/p' 'it'\\''s' '$HOME' </dev/null 2>&1", "echo spelunk-ended $code");
    }
}
