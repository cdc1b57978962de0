// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One guest, linked as GNU ld, lld and Rust's targets do: each row of the guests' README, which QEMU judges too. */
class LinkedGuestsTest {
    private static final String TEST = "LinkedGuestsTest";
    private static final Path GUESTS = Spelunk.ROOT.resolve("integration-tests/guests");
    private static final String GNU = "aarch64-linux-gnu-ld";
    private static final String LLD = "ld.lld";
    private static final int SUCCESS = 42;
    /** QEMU does not take it, or nobody asks. */
    private static final int NOT_ASKED = -1;

    @TempDir
    private Path folder;

    /**
     * A row of the table.
     *
     * @param name its first column
     * @param defines of the source, separated by spaces
     * @param linker GNU or LLD
     * @param flags of the linker
     * @param change what is done with the linked file
     * @param options of Spelunk
     * @param code exit code of Spelunk
     * @param qemu exit code of QEMU
     * @param message on standard error, null when there is none
     */
    private record Row(
            String name,
            String defines,
            String linker,
            List<String> flags,
            Change change,
            List<String> options,
            int code,
            int qemu,
            String message) {
        static Row taken(String name, String defines, String linker, String... flags) {
            return new Row(name, defines, linker, List.of(flags), Change.NONE, List.of(), SUCCESS, SUCCESS, null);
        }

        Row withoutQemu() {
            return new Row(name, defines, linker, flags, change, options, code, NOT_ASKED, message);
        }

        Row change(Change other, String... with) {
            return new Row(name, defines, linker, flags, other, List.of(with), code, qemu, message);
        }

        Row refused(String because) {
            return new Row(name, defines, linker, flags, change, options, 2, NOT_ASKED, because);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private enum Change {
        NONE,
        /** Only the bytes of its sections. */
        BINARY,
        /** Every p_paddr is 0. */
        NO_PHYSICAL_ADDRESSES,
        /** An empty PT_LOAD in place of PT_GNU_STACK. */
        EMPTY_SEGMENT
    }

    static Stream<Row> rows() {
        return Stream.of(
                Row.taken("GNU ld, a segment for the text", "POINTERS THREADS", GNU, "-Ttext-segment=0x40200000"),
                Row.taken(
                        "`.bss` far behind its segment",
                        "POINTERS",
                        GNU,
                        "-Ttext-segment=0x40200000",
                        "-Tbss=0x4021fff0",
                        "--build-id=none"),
                Row.taken("notes and build id", "POINTERS", GNU, "-Ttext-segment=0x40200000", "--build-id=sha1"),
                Row.taken("thread-local storage", "THREADS", GNU, "-Ttext-segment=0x40200000"),
                Row.taken("one segment for all (`-N`)", "POINTERS", GNU, "-N", "-Ttext=0x40200000"),
                Row.taken(
                        "segments that share pages",
                        "POINTERS",
                        GNU,
                        "-z",
                        "noseparate-code",
                        "-z",
                        "max-page-size=4096",
                        "-Ttext-segment=0x40200000"),
                Row.taken("segments in another order", "POINTERS", GNU, "-T", GUESTS + "/tests/ordered.ld"),
                Row.taken("an empty segment", "POINTERS", GNU, "-Ttext-segment=0x40200000")
                        .change(Change.EMPTY_SEGMENT),
                Row.taken("`p_paddr` 0 in all headers", "POINTERS", GNU, "-Ttext-segment=0x40200000")
                        .change(Change.NO_PHYSICAL_ADDRESSES)
                        .withoutQemu(),
                Row.taken("lld, and Rust with its own linker", "POINTERS THREADS", LLD, "--image-base=0x40200000"),
                Row.taken("lld, a PIE", "POINTERS", LLD, "-pie", "--no-dynamic-linker")
                        .withoutQemu(),
                Row.taken(
                        "a PIE without relocations, linked into RAM",
                        "",
                        GNU,
                        "-pie",
                        "--no-dynamic-linker",
                        "-Ttext-segment=0x40200000"),
                Row.taken(
                        "a PIE with relocations, linked into RAM",
                        "POINTERS",
                        GNU,
                        "-pie",
                        "--no-dynamic-linker",
                        "-Ttext-segment=0x40200000"),
                Row.taken("a PIE linked at 0", "POINTERS", GNU, "-pie", "--no-dynamic-linker")
                        .withoutQemu(),
                Row.taken("a PIE with `--load-address`", "POINTERS", GNU, "-pie", "--no-dynamic-linker")
                        .change(Change.NONE, "--load-address", "0x40400000")
                        .withoutQemu(),
                Row.taken(
                        "a PIE that names an interpreter",
                        "",
                        GNU,
                        "-pie",
                        "-dynamic-linker",
                        "/lib/ld.so",
                        "-Ttext-segment=0x40200000"),
                Row.taken("a flat image with `--load-address`", "POINTERS", GNU, "-N", "-Ttext=0x40200000")
                        .change(Change.BINARY, "--load-address", "0x40200000"),
                Row.taken("a flat image without it", "POINTERS", GNU, "-N", "-Ttext=0x40200000")
                        .change(Change.BINARY)
                        .refused("--load-address"),
                Row.taken("an entry point outside all segments", "", GNU, "-Ttext-segment=0x40200000", "-e", "0x1000")
                        .refused("entry point 0x1000 is in none of its segments"),
                Row.taken("linked outside RAM, and not a PIE", "", LLD).refused("is outside RAM"),
                Row.taken("linked elsewhere, with `--load-address`", "", GNU, "-Ttext-segment=0x40200000")
                        .change(Change.NONE, "--load-address", "0x40400000")
                        .refused("cannot be moved"));
    }

    @Test
    @DisplayName("the README has a row for each of these, and no other")
    void table() throws IOException {
        List<String> told = Files.readAllLines(GUESTS.resolve("README.md")).stream()
                .dropWhile(line -> !line.startsWith("| layout |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.split("\\|")[1].trim())
                .toList();
        assertThat(told).isEqualTo(rows().map(Row::name).toList());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void row(Row row) throws IOException, InterruptedException {
        Path guest = linked(row);
        List<String> arguments = new ArrayList<>(List.of("run", "--max-instructions", "100000"));
        arguments.addAll(row.options);
        arguments.addAll(List.of("-o", folder.resolve("out").toString(), guest.toString()));
        Spelunk.Outcome outcome = Spelunk.run(arguments.toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(row.code);
        if (row.message != null) {
            assertThat(outcome.onlyError()).contains(row.message);
        }
        if (row.qemu != NOT_ASKED) {
            Tools.require(TEST, "qemu-system-aarch64", "qemu-system-arm");
            assertThat(qemu(row, guest)).as("QEMU").isEqualTo(row.qemu);
        }
    }

    private Path linked(Row row) throws IOException, InterruptedException {
        Tools.require(TEST, "aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
        Tools.require(TEST, row.linker, row.linker.equals(LLD) ? "lld" : "binutils-aarch64-linux-gnu");
        Path object = folder.resolve("guest.o");
        List<String> compile = new ArrayList<>(List.of("aarch64-linux-gnu-gcc", "-c", "-o", object.toString()));
        Arrays.stream(row.defines.split(" ")).filter(name -> !name.isEmpty()).forEach(name -> compile.add("-D" + name));
        compile.add(GUESTS.resolve("tests/layout.S").toString());
        assertThat(command(compile)).isZero();
        Path elf = folder.resolve("guest.elf");
        List<String> link = new ArrayList<>(List.of(row.linker, "-o", elf.toString()));
        link.addAll(row.flags);
        link.add(object.toString());
        assertThat(command(link)).isZero();
        switch (row.change) {
            case BINARY -> {
                Path binary = folder.resolve("guest.bin");
                assertThat(command(List.of(
                                "aarch64-linux-gnu-objcopy", "-O", "binary", elf.toString(), binary.toString())))
                        .isZero();
                return binary;
            }
            case NO_PHYSICAL_ADDRESSES -> change(elf, (bytes, header) -> bytes.putLong(header + 24, 0));
            case EMPTY_SEGMENT ->
                change(elf, (bytes, header) -> {
                    if (bytes.getInt(header) == 0x6474e551) {
                        bytes.putInt(header, 1).putLong(header + 8, 0x7000_0000L);
                    }
                });
            default -> {
                // As it was linked.
            }
        }
        return elf;
    }

    /** Changes one program header. */
    private interface HeaderChange {
        void change(ByteBuffer bytes, int header);
    }

    private static void change(Path elf, HeaderChange change) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(elf)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < bytes.getShort(56); i++) {
            change.change(bytes, (int) bytes.getLong(32) + 56 * i);
        }
        Files.write(elf, bytes.array());
    }

    private int qemu(Row row, Path guest) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "qemu-system-aarch64",
                "-M",
                "virt",
                "-cpu",
                "cortex-a72",
                "-m",
                "128",
                "-display",
                "none",
                "-nic",
                "none"));
        command.add("-semihosting");
        if (row.change == Change.BINARY) {
            command.addAll(List.of("-device", "loader,addr=0x40200000,cpu-num=0,force-raw=on,file=" + guest));
        } else {
            command.addAll(List.of("-kernel", guest.toString()));
        }
        return command(command);
    }

    private int command(List<String> command) throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(String.join(" ", command) + " does not end");
        }
        return process.exitValue();
    }
}
