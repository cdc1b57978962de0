// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GDB itself, connected to the real program: forwards, backwards, and without a trace in the records. */
class GdbTest {
    private static final Pattern PLACE = Pattern.compile("target remote (\\S+)");
    private static final int SECONDS = 240;

    @TempDir
    private Path folder;

    @BeforeEach
    void requireGdb() {
        Tools.require("GDB on a machine", "gdb-multiarch", "gdb-multiarch");
    }

    /** Runs the bundled guest under GDB's commands; returns what GDB says. */
    private String debug(Path output, String... commands) throws IOException, InterruptedException {
        return debug(
                Spelunk.with("run", "--gdb", "0", "--gdb-wait", "-o", output.toString()), Guests.BUNDLED, commands);
    }

    private String debug(Spelunk run, Path symbols, String... commands) throws IOException, InterruptedException {
        return connected(run, place -> {
            List<String> command = new ArrayList<>(List.of("gdb-multiarch", "-nx", "-batch"));
            List<String> all = new ArrayList<>(List.of(
                    "set pagination off",
                    "set confirm off",
                    "set tcp connect-timeout 60",
                    symbols == null ? "set architecture aarch64" : "file " + symbols,
                    "target remote " + place));
            all.addAll(List.of(commands));
            all.forEach(each -> command.addAll(List.of("-ex", each)));
            return command;
        });
    }

    /** Starts a machine, and the debugger that gets the place where to connect; returns what the debugger says. */
    private String connected(Spelunk run, Function<String, List<String>> debugger)
            throws IOException, InterruptedException {
        Process machine = run.noInput().start(folder);
        try {
            Path log = folder.resolve("debugger.log");
            Process process = new ProcessBuilder(debugger.apply(place(machine)))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS))
                    .as("%s", Files.readString(log, StandardCharsets.ISO_8859_1))
                    .isTrue();
            assertThat(machine.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
            return Files.readString(log, StandardCharsets.ISO_8859_1);
        } finally {
            machine.destroyForcibly();
        }
    }

    private String place(Process machine) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (machine.isAlive() && System.nanoTime() < end) {
            Matcher told = PLACE.matcher(Files.readString(folder.resolve("stderr")));
            if (told.find()) {
                return told.group(1);
            }
            Thread.sleep(50);
        }
        throw new AssertionError("no place to connect to: " + Files.readString(folder.resolve("stderr")));
    }

    @Test
    @DisplayName("breaks, steps, finishes, watches and goes on; the records are those of a run without GDB")
    void leavesTheSameRecords() throws Exception {
        Path plain = folder.resolve("plain");
        assertThat(Spelunk.run("run", "-o", plain.toString()).code()).isZero();
        Path debugged = folder.resolve("debugged");
        String said = debug(
                debugged,
                "hbreak kernel_main",
                "continue",
                "stepi 20",
                "break allocate_page",
                "continue",
                "bt 2",
                "finish",
                "info registers CurrentEL PMBSR_EL1 vcpu_PMBSR_EL1 cpsr v0",
                "watch -l *(long *)($sp - 16)",
                "continue",
                "delete",
                "continue");
        assertThat(said)
                .contains("Breakpoint 1, ", "in kernel_main ()", "in allocate_page ()", "CurrentEL      0x4")
                .contains("vcpu_PMBSR_EL1 0x0", "Hardware watchpoint", "exited normally");
        assertThat(debugged.resolve("records.bin")).hasSameBinaryContentAs(plain.resolve("records.bin"));
    }

    @Test
    @DisplayName(
            "goes back: by one instruction, to a breakpoint, to the write of a register, to the begin; then forwards to the same")
    void goesBack() throws Exception {
        String said = debug(
                folder.resolve("out"),
                "hbreak kernel_main",
                "continue",
                "delete",
                "break *machine_exit",
                "continue",
                "printf \"exit %lx %lx %lx\\n\", $x0, $sp, $pc",
                "reverse-stepi",
                "printf \"before %lx\\n\", $pc",
                "stepi",
                "printf \"again %lx %lx %lx\\n\", $x0, $sp, $pc",
                "monitor history",
                "monitor registers PMBSR*",
                "monitor break write vcpu_PMBLIMITR_EL1",
                "reverse-continue",
                "monitor delete all",
                "break *kernel_main",
                "reverse-continue",
                "delete",
                "reverse-continue",
                "printf \"begin %lx\\n\", $pc",
                "break *machine_exit",
                "continue",
                "printf \"third %lx %lx %lx\\n\", $x0, $sp, $pc",
                "kill");
        String state = line(said, "exit ");
        assertThat(line(said, "again ")).isEqualTo(state);
        assertThat(line(said, "third ")).isEqualTo(state);
        assertThat(said)
                .contains("from operation 0 to ", "PMBSR_EL1            0x")
                .containsPattern("vcpu_PMBLIMITR_EL1 was 0x[0-9a-f]+, is 0x[0-9a-f]+, written by")
                .contains("in kernel_main ()", "No more reverse-execution history", "begin 40200000");
    }

    @Test
    @DisplayName(
            "a hypervisor at EL2 and its guest: breakpoints of either at the same addresses, an exit, and back into the guest")
    void hypervisorAndGuest() throws Exception {
        String said = debug(
                Spelunk.with(
                        "run",
                        "--hypervisor",
                        "reference",
                        "--gdb",
                        "0",
                        "--gdb-wait",
                        "-o",
                        folder.resolve("out").toString()),
                Spelunk.ROOT.resolve("integration-tests/guests/prebuilt/hypervisor.elf"),
                "eval \"monitor break el2 0x%lx\", (long) &guest_enter",
                "continue",
                "printf \"host %lx\\n\", $CurrentEL",
                "bt 1",
                "monitor delete all",
                "symbol-file " + Guests.BUNDLED,
                "eval \"monitor break el1 0x%lx\", (long) &kernel_main",
                "continue",
                "printf \"guest %lx\\n\", $CurrentEL",
                "bt 1",
                "monitor delete all",
                "monitor break exception el2",
                "continue",
                "monitor delete all",
                "stepi",
                "printf \"exit %lx\\n\", $CurrentEL",
                "eval \"monitor break el1 0x%lx\", (long) &kernel_main",
                "reverse-continue",
                "printf \"again %lx\\n\", $CurrentEL",
                "kill");
        assertThat(line(said, "host ")).isEqualTo("8");
        assertThat(line(said, "guest ")).isEqualTo("4");
        assertThat(line(said, "exit ")).isEqualTo("8");
        assertThat(line(said, "again ")).isEqualTo("4");
        assertThat(said).contains("guest_enter ()", "kernel_main ()");
    }

    @Test
    @DisplayName(
            "over standard input and output: from a wrong PMBSR_EL1 back to its cause, by the commands of docs/debugging.md")
    void fromAWrongPmbsrBack() throws Exception {
        String page = Files.readString(Spelunk.ROOT.resolve("docs/debugging.md"));
        String part = page.substring(page.indexOf("## From a wrong `PMBSR_EL1`"), page.indexOf("## A kernel without"));
        List<String> walk = part.lines()
                .filter(line -> line.startsWith("    (gdb) "))
                .map(line -> line.substring(10).replaceFirst(" +#.*", ""))
                .toList();
        assertThat(walk).hasSize(4).last().isEqualTo("reverse-continue");
        List<String> command = new ArrayList<>(List.of("gdb-multiarch", "-nx", "-batch"));
        List<String> all = new ArrayList<>(List.of(
                "set confirm off",
                "set remotetimeout 60",
                "file " + Guests.BUNDLED,
                "target remote | exec " + Spelunk.ROOT.resolve("spelunk") + " run --gdb stdio --gdb-wait -o "
                        + folder.resolve("out") + " --append provoke=buffer-full",
                "monitor break full",
                "continue",
                "monitor delete all",
                "stepi 30"));
        all.addAll(walk);
        all.add("kill");
        all.forEach(each -> command.addAll(List.of("-ex", each)));
        Path log = folder.resolve("debugger.log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process gdb = builder.start();
        assertThat(gdb.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(log, StandardCharsets.ISO_8859_1))
                .containsPattern("  S +0x1")
                .containsPattern("PMBSR_EL1 was 0x0+, is 0x[0-9a-f]+, ");
    }

    @Test
    @DisplayName("LLDB reads registers and memory, breaks, steps, watches, finishes and goes on to the same records")
    void lldb() throws Exception {
        Tools.require("LLDB on a machine", "lldb", "lldb");
        Path plain = folder.resolve("plain");
        assertThat(Spelunk.run("run", "-o", plain.toString()).code()).isZero();
        Path debugged = folder.resolve("debugged");
        String said = connected(Spelunk.with("run", "--gdb", "0", "--gdb-wait", "-o", debugged.toString()), place -> {
            List<String> command = new ArrayList<>(List.of("lldb", "--batch", "--no-lldbinit"));
            for (String each : List.of(
                    "target create " + Guests.BUNDLED,
                    "gdb-remote " + place,
                    "breakpoint set -n allocate_page",
                    "continue",
                    "register read PMBIDR_EL1 CurrentEL",
                    "thread backtrace",
                    "stepi",
                    "memory read --format x --size 8 --count 2 $sp",
                    "thread list",
                    "breakpoint disable 1",
                    "finish",
                    "watchpoint set expression -s 8 -w write -- $sp-16",
                    "continue",
                    "watchpoint delete 1",
                    "process plugin packet monitor history",
                    "continue")) {
                command.addAll(List.of("-o", each));
            }
            return command;
        });
        assertThat(said)
                .contains("stop reason = breakpoint 1.1", "frame #1: ", "stop reason = instruction step into")
                .contains("CurrentEL = 0x0000000000000004", "stop reason = step out", "stop reason = watchpoint 1")
                .contains("from operation 0 to ", "exited with status = 0")
                .doesNotContain("Assertion failed");
        assertThat(debugged.resolve("records.bin")).hasSameBinaryContentAs(plain.resolve("records.bin"));
    }

    @Test
    @Tag("debian")
    @DisplayName(
            "Debian's kernel with two PEs, without symbols: the second PE's first task and the first one's, by SP_EL0")
    void debianWithTwoPes() throws Exception {
        String comm = ", +8192, 's', 'w', 'a', 'p', 'p', 'e', 'r', '/', ";
        String said = debug(
                Spelunk.with(
                        "boot",
                        "--kernel",
                        Debian.cache("GdbTest").kernel().toString(),
                        "--cpus",
                        "2",
                        "--append",
                        "nokaslr",
                        "--gdb",
                        "0",
                        "--gdb-wait"),
                null,
                // The first write is that of __primary_switched; in the kernel's text, __secondary_switched has msr
                // sp_el0, x2.
                "monitor break write SP_EL0",
                "continue",
                "monitor delete all",
                "find /w 0xffff800008010000, $pc, 0xd5184102",
                "hbreak *$_",
                "continue",
                "delete",
                "info threads",
                "stepi",
                "printf \"current %lx\\n\", $SP_EL0",
                "find /b1 $SP_EL0" + comm + "'1'",
                "x/s $_",
                "thread 1",
                "find /b1 $SP_EL0" + comm + "'0'",
                "x/s $_",
                "kill");
        assertThat(said)
                .containsPattern("\\* 2 +Thread 1\\.2 .*PE 1, EL1, runs")
                .contains("\"swapper/1\"", "\"swapper/0\"");
        assertThat(line(said, "current ")).startsWith("ffff");
    }

    private static String line(String text, String start) {
        return text.lines()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing begins with " + start + " in:\n" + text));
    }
}
