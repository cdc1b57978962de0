// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.cli.debian.Cache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Self-hosted debug (DDI 0487, chapter D2) as Linux and real debuggers use it: gdb's steps, hardware breakpoints and
 * watchpoints, strace, and uprobes, in Debian's kernel as a guest of the KVM model.
 */
@Tag("debian")
class DebianDebugTest {
    private static final String TEST = "DebianDebugTest";

    @TempDir
    private Path folder;

    @Test
    @DisplayName(
            "gdb steps, breaks and watches, strace follows, a uprobe counts a program in Debian, and so does perf probe")
    void debuggers() throws IOException, InterruptedException {
        Cache packages = Debian.cache(TEST);
        Path program = Debian.program(TEST, folder, "debugged");
        String step = address(program, "step");
        String script = """
                mount -t tracefs trace /sys/kernel/tracing
                gdb -nx -batch -ex starti -ex 'p $first = $pc' -ex stepi -ex 'p $pc - $first' -ex 'stepi 20' -ex 'hbreak step' \\
                    -ex c -ex 'p (long) $pc - (long) step' -ex c -ex 'p $x0' -ex 'delete' -ex 'watch counter' -ex c -ex 'p counter' \\
                    -ex c -ex 'p counter' -ex 'delete' -ex c /debugged
                strace -o /tmp/trace /debugged && grep exit_group /tmp/trace
                echo "p:hit /debugged:%s" >/sys/kernel/tracing/uprobe_events
                echo 1 >/sys/kernel/tracing/events/uprobes/enable
                /debugged
                echo "uprobe hits: $(grep -c 'hit: (' /sys/kernel/tracing/trace)"
                echo 0 >/sys/kernel/tracing/events/uprobes/enable
                perf probe -q -x /debugged step
                perf stat -x, -o /tmp/stat -e probe_debugged:step /debugged
                echo "perf's hits: $(grep probe_debugged:step /tmp/stat)"
                dmesg | grep hw-breakpoint""".formatted(offset(program, step));
        Path initrd = Debian.initramfs(packages, folder.resolve("initrd"), script, archive -> {
            archive.file("debugged", 0755, program);
            Debian.addTrees(
                    packages,
                    List.of(
                            "lib/aarch64-linux-gnu",
                            "usr/lib/aarch64-linux-gnu",
                            "usr/lib/python3.11",
                            "usr/share/gdb",
                            "usr/bin/gdb",
                            "usr/bin/perf",
                            "usr/bin/strace",
                            "lib/ld-linux-aarch64.so.1"),
                    archive);
        });
        Spelunk.Outcome run = Spelunk.run(
                "boot",
                "--kernel",
                packages.kernel().toString(),
                "--initrd",
                initrd.toString(),
                "--memory",
                "1G",
                "--append",
                "quiet");
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("found 6 breakpoint and 4 watchpoint registers")
                .containsPattern("\\$2 = 4\\b")
                .contains("Hardware assisted breakpoint 1 at ")
                .containsPattern("\\$3 = 0\\b")
                .containsPattern("\\$4 = 10\\b")
                .contains("Hardware watchpoint 2: counter")
                .containsPattern(Pattern.compile("\\$5 = 10\\b.*\\$6 = 20\\b", Pattern.DOTALL))
                .contains("exited normally")
                .contains("exit_group(0)")
                .contains("uprobe hits: 5")
                .containsPattern("perf's hits: 5,,probe_debugged:step,");
    }

    private static String address(Path program, String symbol) throws IOException, InterruptedException {
        Process nm = new ProcessBuilder("aarch64-linux-gnu-nm", program.toString()).start();
        String symbols = new String(nm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(nm.waitFor()).isZero();
        return symbols.lines()
                .filter(line -> line.endsWith(" T " + symbol))
                .map(line -> line.substring(0, 16))
                .findFirst()
                .orElseThrow();
    }

    /** Where the code at that address lies in the file: its first segment is the file's beginning. */
    private static String offset(Path program, String address) throws IOException {
        long base = ByteBuffer.wrap(Files.readAllBytes(program))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(64 + 16);
        return "0x" + Long.toHexString(Long.parseLong(address, 16) - base);
    }
}
