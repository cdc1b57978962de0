// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Links small guests with the cross compiler. */
public final class GuestElf {
    /** {@code vectors} lies in a section of its own, {@code user_scan} and {@code user_sum} run at EL0. */
    private static final String SOURCE = """
                .macro function name, count
                .global \\name
                .type \\name, %function
            \\name:
                .rept \\count - 1
                nop
                .endr
                ret
                .size \\name, . - \\name
                .endm
                .section .vectors, "ax"
                function vectors, 2
                .text
                function _start, 4
                function kernel_chase, 4
                function kernel_sort, 4
                .section .utext, "ax"
                function user_scan, 4
                function user_sum, 4
                .data
                .quad 1
            """;

    /** Linked high, one code section for the kernel, as the bundled guest is. */
    public static final String HIGH = """
            ENTRY(_start)
            SECTIONS {
              . = 0xffffff8040080000;
              .text : AT(0x40080000) { *(.text) *(.vectors) }
              . = ALIGN(4096);
              .data : { *(.data) }
              .note.gnu.build-id : { *(.note.gnu.build-id) }
              . = 0x400000;
              .utext : AT(0x40090000) { *(.utext) }
            }
            """;

    /** Linked at its load address, code also before {@code .text}. */
    public static final String LOW = """
            ENTRY(_start)
            SECTIONS {
              . = 0x40080000;
              .vectors : { *(.vectors) }
              . = 0x40081000;
              .text : { *(.text) }
              . = ALIGN(4096);
              .data : { *(.data) }
              . = 0x400000;
              .utext : AT(0x40090000) { *(.utext) }
            }
            """;

    private GuestElf() {}

    /** Links the guest by a linker script and returns its path. */
    public static Path link(Path folder, String name, String script) throws IOException, InterruptedException {
        return link(folder, name, script, "-Wl,--build-id=none");
    }

    /** Links it with or without a build id. */
    public static Path link(Path folder, String name, String script, String buildId)
            throws IOException, InterruptedException {
        Path source = Files.writeString(folder.resolve(name + ".S"), SOURCE);
        Path linker = Files.writeString(folder.resolve(name + ".ld"), script);
        Path elf = folder.resolve(name + ".elf");
        List<String> command = new ArrayList<>(List.of(
                "aarch64-linux-gnu-gcc",
                "-static",
                "-nostdlib",
                "-Wl,--no-warn-rwx-segments",
                buildId,
                "-T",
                linker.toString(),
                "-o",
                elf.toString(),
                source.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(command + ": " + output);
        }
        return elf;
    }
}
