// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GDB itself, connected to the real program: forwards, backwards, and without a trace in the records. */
class GdbTest {
    @TempDir
    private Path folder;

    private GdbRun gdb;

    @BeforeEach
    void requireGdb() {
        GdbRun.requireGdb();
        gdb = new GdbRun(folder);
    }

    /** Runs the bundled guest under GDB's commands; returns what GDB says. */
    private String debug(Path output, String... commands) throws IOException, InterruptedException {
        return gdb.debug(
                Spelunk.with("run", "--gdb", "0", "--gdb-wait", "-o", output.toString()), Guests.BUNDLED, commands);
    }

    @Test
    @DisplayName("breaks, steps, finishes, watches and goes on; the records are those of a run without GDB")
    void leavesTheSameRecords() throws Exception {
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
        assertThat(debugged.resolve("records.bin")).hasBinaryContent(GdbRun.plainRecords(folder));
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
        String state = GdbRun.line(said, "exit ");
        assertThat(GdbRun.line(said, "again ")).isEqualTo(state);
        assertThat(GdbRun.line(said, "third ")).isEqualTo(state);
        assertThat(said)
                .contains("from operation 0 to ", "PMBSR_EL1            0x")
                .containsPattern("vcpu_PMBLIMITR_EL1 was 0x[0-9a-f]+, is 0x[0-9a-f]+, written by")
                .contains("in kernel_main ()", "No more reverse-execution history", "begin 40200000");
    }

    @Test
    @DisplayName(
            "a hypervisor at EL2 and its guest: breakpoints of either at the same addresses, an exit, and back into the guest")
    void hypervisorAndGuest() throws Exception {
        String said = gdb.debug(
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
                "set $host = (long) $pc",
                "printf \"code %02x\\n\", *(unsigned char *) $host",
                "eval \"monitor memory 0x%lx 16\", $host",
                "bt 1",
                "monitor delete all",
                "symbol-file " + Guests.BUNDLED,
                "eval \"monitor break el1 0x%lx\", (long) &kernel_main",
                "continue",
                "printf \"guest %lx\\n\", $CurrentEL",
                "eval \"monitor memory 0x%lx 16 el2\", $host",
                "eval \"monitor memory 0x%lx 16 physical\", $host",
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
        assertThat(GdbRun.line(said, "host ")).isEqualTo("8");
        assertThat(GdbRun.line(said, "guest ")).isEqualTo("4");
        assertThat(GdbRun.line(said, "exit ")).isEqualTo("8");
        assertThat(GdbRun.line(said, "again ")).isEqualTo("4");
        assertThat(said).contains("guest_enter ()", "kernel_main ()");
        // The hypervisor's addresses are physical ones; at EL1 the guest's are in force.
        List<String> code =
                said.lines().filter(line -> line.matches("[0-9a-f]{16}  .*")).toList();
        assertThat(code).hasSize(3).allMatch(code.get(0)::equals);
        assertThat(code.get(0).split(" +")[1]).isEqualTo(GdbRun.line(said, "code "));
    }

    @Test
    @DisplayName(
            "over standard input and output: from a wrong PMBSR_EL1 back to its cause, by the commands of docs/debugging.md")
    void fromAWrongPmbsrBack() throws Exception {
        List<String> walk = GdbRun.commands("From a wrong `PMBSR_EL1`", "A kernel without");
        assertThat(walk).hasSize(4).last().isEqualTo("reverse-continue");
        List<String> all = new ArrayList<>(List.of(
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
        assertThat(gdb.finish(gdb.start(GdbRun.gdb(all))))
                .containsPattern("  S +0x1")
                .containsPattern("PMBSR_EL1 was 0x0+, is 0x[0-9a-f]+, ");
    }

    @Test
    @DisplayName("LLDB reads registers and memory, breaks, steps, watches, finishes and goes on to the same records")
    void lldb() throws Exception {
        Tools.require("LLDB on a machine", "lldb", "lldb");
        Path debugged = folder.resolve("debugged");
        String said =
                gdb.connected(Spelunk.with("run", "--gdb", "0", "--gdb-wait", "-o", debugged.toString()), place -> {
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
        assertThat(debugged.resolve("records.bin")).hasBinaryContent(GdbRun.plainRecords(folder));
    }

    @Test
    @Tag("debian")
    @DisplayName(
            "Debian's kernel with two PEs, without symbols: the second PE's first task and the first one's, by SP_EL0")
    void debianWithTwoPes() throws Exception {
        String comm = ", +8192, 's', 'w', 'a', 'p', 'p', 'e', 'r', '/', ";
        String said = gdb.debug(
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
        assertThat(GdbRun.line(said, "current ")).startsWith("ffff");
    }
}
