// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static dev.spelunk.integration.system.GdbRun.line;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.cli.debian.Cache;
import dev.spelunk.integration.system.own.OwnRegister;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What GDB does beside going forwards and back: it finds the guest, runs it again, lets it go, interrupts it; on every command. */
class GdbCommandsTest {
    private static final long SECONDS = 120;

    @TempDir
    private Path folder;

    private GdbRun gdb;

    @BeforeEach
    void requireGdb() {
        GdbRun.requireGdb();
        gdb = new GdbRun(folder);
    }

    @Test
    @DisplayName(
            "finds the guest's file and memory and a register of somebody's own bundle, runs the guest again from the "
                    + "beginning, swaps a part, and detaches: the records are those of a run without GDB")
    void runsAgainAndDetaches() throws Exception {
        OwnBundle bundle = new OwnBundle(
                        "org.example.own",
                        OwnRegister.class,
                        "dev.spelunk.api.architecture,dev.spelunk.api.banks,dev.spelunk.api.registers")
                .property("spelunk.part", "registers")
                .property("spelunk.name", "own");
        bundle.write(folder, RegisterBank.class);
        Path variant = bundle.variant(folder.resolve("own.json"), "");
        Path output = folder.resolve("out");
        Spelunk run = Spelunk.with(
                "run",
                "--variant",
                variant.toString(),
                "--bundles",
                folder.toString(),
                "--gdb",
                "0",
                "--gdb-wait",
                "-o",
                output.toString());
        String said = gdb.connected(
                run,
                place -> GdbRun.gdb(List.of(
                        "target extended-remote " + place,
                        "info inferiors",
                        "info mem",
                        "info registers IMP_OWN_EL1",
                        "break kernel_main",
                        "continue",
                        "printf \"first %lx %lx\\n\", $x0, $sp",
                        "run",
                        "printf \"second %lx %lx\\n\", $x0, $sp",
                        "bt 1",
                        "monitor swap timing",
                        "monitor parts",
                        // Nobody is there to hear of it any more.
                        "monitor break exception",
                        "detach")));
        assertThat(said)
                .containsPattern("\\* 1 .* " + Pattern.quote(Guests.BUNDLED.toString()))
                .containsPattern("0x0+ \\s*0xf+ \\s*rw")
                .containsPattern("IMP_OWN_EL1 +0x5a5 ")
                .contains("swapped timing", "[Inferior 1 (process 1) detached]")
                .containsPattern("swaps +1");
        assertThat(said.split("Breakpoint 1, ")).hasSize(3);
        assertThat(line(said, "second ")).isEqualTo(line(said, "first "));
        assertThat(output.resolve("records.bin")).hasBinaryContent(GdbRun.plainRecords(folder));
    }

    @Test
    @DisplayName(
            "from a guest that hangs to its line, by the commands of docs/debugging.md, and from there back to what wrote "
                    + "the sum: input comes again, output does not go out again; then an interrupt, and on")
    void fromAGuestThatHangs() throws Exception {
        Path guest = Guests.built("GdbCommandsTest", "hangs.elf");
        List<String> walk = GdbRun.commands("From a guest that hangs", "From a wrong");
        assertThat(walk).contains("bt", "reverse-continue").last().isEqualTo("info args");
        Process machine = Spelunk.with(
                        "run",
                        guest.toString(),
                        "--gdb",
                        "0",
                        "-o",
                        folder.resolve("out").toString())
                .start(folder);
        try {
            type(machine, "31415\n");
            String place = gdb.place(machine);
            gdb.await(machine, "stdout", Pattern.compile("total 14\r?\n"));
            // What a guest would get that reads again.
            type(machine, "99999\n");
            List<String> all = new ArrayList<>(List.of("target remote " + place));
            all.addAll(walk);
            all.addAll(List.of(
                    "echo back\\n",
                    "watch total",
                    "reverse-continue",
                    "delete",
                    "info line *$pc",
                    "reverse-finish",
                    "info line *$pc",
                    // To the begin of the line, and to the one before, whose call is gone through.
                    "reverse-next",
                    "reverse-next",
                    "info line *$pc",
                    "reverse-continue",
                    "printf \"begin %d\\n\", total",
                    "break exception",
                    "continue",
                    "printf \"again %d\\n\", total",
                    "delete",
                    "echo going\\n",
                    "continue",
                    "tbreak *$pc",
                    "continue",
                    "kill"));
            Process debugger = gdb.start(GdbRun.gdb(all));
            gdb.await(debugger, "debugger", Pattern.compile("^going$", Pattern.MULTILINE));
            TimeUnit.SECONDS.sleep(1);
            assertThat(new ProcessBuilder("kill", "-INT", Long.toString(debugger.pid()))
                            .start()
                            .waitFor())
                    .isZero();
            String said = gdb.finish(debugger);
            assertThat(machine.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
            found(said);
        } finally {
            Spelunk.kill(machine);
        }
        String printed = Files.readString(folder.resolve("stdout"), StandardCharsets.ISO_8859_1);
        assertThat(printed).startsWith("31415\ntotal 14\n").doesNotContain("99999");
        assertThat(printed.split("total 14", -1)).hasSize(2);
    }

    private static void found(String said) throws IOException {
        List<String> source = Files.readAllLines(Spelunk.ROOT.resolve("integration-tests/guests/tests/hangs.c"));
        int back = said.indexOf("\nback\n");
        int again = said.indexOf("No more reverse-execution history");
        assertThat(said.substring(0, back))
                .contains("exception (", "ESR_EL1        0x96000005", "FAR_EL1        0x4dead0000")
                .containsPattern("Temporary breakpoint \\d, .*balance \\(of=0x4dead0000\\)")
                .containsPattern("#0 .* balance \\(of=0x4dead0000\\) .*\\R#1 .* main \\(\\)");
        assertThat(lines(said.substring(0, back))).containsExactly(number(source, "return of->balance"));
        assertThat(said.substring(back, again))
                .containsPattern("Hardware watchpoint \\d+: total\\s+Old value = 14\\s+New value = 9")
                .contains("in add (digit=5)", "in read_line ()");
        assertThat(lines(said.substring(back, again)))
                .containsExactly(
                        number(source, "total += digit"), number(source, "add(c - '0')"), number(source, "put(c)"));
        String forwards = said.substring(again);
        assertThat(line(forwards, "begin ")).isEqualTo("0");
        assertThat(line(forwards, "again ")).isEqualTo("14");
        assertThat(forwards.substring(forwards.indexOf("\ngoing\n")))
                .containsSubsequence("Program received signal SIGINT", "Temporary breakpoint ", "killed]");
    }

    /** What {@code info line} has said. */
    private static List<Integer> lines(String said) {
        return Pattern.compile("^Line (\\d+) of ", Pattern.MULTILINE)
                .matcher(said)
                .results()
                .map(line -> Integer.valueOf(line.group(1)))
                .toList();
    }

    private static int number(List<String> source, String text) {
        for (int i = 0; i < source.size(); i++) {
            if (source.get(i).contains(text)) {
                return i + 1;
            }
        }
        throw new AssertionError(text + " is not there");
    }

    private static void type(Process process, String text) throws IOException {
        OutputStream keyboard = process.getOutputStream();
        keyboard.write(text.getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
    }

    @Test
    @DisplayName("a machine of the shell has GDB, and the shell goes on when GDB has ended its run")
    void shell() throws Exception {
        Process machine = Spelunk.with("shell", "--gdb", "0", "--gdb-wait").start(folder);
        try {
            type(machine, "start\n");
            String said = gdb.finish(gdb.start(GdbRun.gdb(List.of(
                    "target remote " + gdb.place(machine),
                    "break kernel_main",
                    "continue",
                    "info registers CurrentEL",
                    "kill"))));
            assertThat(said).contains("Breakpoint 1, ", "in kernel_main ()", "CurrentEL      0x4", "killed]");
            type(machine, "await\nstatus\nexit\n");
            assertThat(machine.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(folder.resolve("stdout")).content().contains("interrupted, ");
        } finally {
            Spelunk.kill(machine);
        }
    }

    @ParameterizedTest
    @CsvSource({"record, write SP_EL0, 4", "nested, exception el2, 8"})
    @Tag("debian")
    @DisplayName(
            "the kernel of a recording, and that of a VM's host, has GDB: to its first task, or to its way to EL2, on, and ended")
    void debian(String command, String condition, String el) throws Exception {
        Cache packages = Debian.cache("GdbCommandsTest");
        Spelunk run = Spelunk.with(
                command,
                "--cache",
                packages.path().toString(),
                "-o",
                folder.resolve("out").toString(),
                "--gdb",
                "0",
                "--gdb-wait",
                "--",
                packages.root().resolve("bin/busybox").toString(),
                "true");
        String said = gdb.debug(
                run,
                null,
                "monitor break " + condition,
                "continue",
                "monitor delete all",
                "stepi",
                "printf \"at %lx \\n\", $CurrentEL",
                "kill");
        assertThat(line(said, "at ")).startsWith(el + " ");
        assertThat(said).contains("Program received signal SIGTRAP", "killed]");
    }
}
