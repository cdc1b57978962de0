// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input and host problems: one clear line, exit code 2, never a stack trace. */
class BadInputTest {
    private static final int E_MACHINE = 18;
    private static final int E_PHOFF = 32;
    private static final int P_PADDR = 24;
    private static final int P_FILESZ = 32;

    @TempDir
    private Path folder;

    private void assertBad(String message, String... arguments) {
        Spelunk.Outcome outcome = Spelunk.run(arguments);
        assertThat(outcome.code()).as(outcome.out() + outcome.err()).isEqualTo(2);
        assertThat(outcome.onlyError()).startsWith("spelunk: ").contains(message);
        assertThat(outcome.out()).isEmpty();
    }

    private void assertBadGuest(String message, Path guest) {
        assertBad(message, "run", guest.toString(), "-o", folder.resolve("out").toString());
    }

    private Path damagedGuest(Consumer<ByteBuffer> damage) throws IOException {
        ByteBuffer elf = ByteBuffer.wrap(Files.readAllBytes(Guests.BUNDLED)).order(ByteOrder.LITTLE_ENDIAN);
        damage.accept(elf);
        return Files.write(folder.resolve("guest.elf"), elf.array());
    }

    @Test
    @DisplayName("missing file")
    void missing() {
        assertBadGuest("no such guest file: " + folder.resolve("none.elf"), folder.resolve("none.elf"));
    }

    @Test
    @DisplayName("not an ELF file and no boot header")
    void notAnElf() throws IOException {
        assertBadGuest(
                "neither an ELF file nor an image", Files.writeString(folder.resolve("text"), "hello".repeat(100)));
        assertBadGuest("neither an ELF file nor an image", Files.write(folder.resolve("empty"), new byte[0]));
    }

    @Test
    @DisplayName("ELF of another machine or class")
    void otherMachine() throws IOException {
        assertBadGuest("wrong machine 62", damagedGuest(elf -> elf.putShort(E_MACHINE, (short) 62)));
        assertBadGuest("not a 64-bit ELF", damagedGuest(elf -> elf.put(4, (byte) 1)));
        assertBadGuest("not a little-endian ELF", damagedGuest(elf -> elf.put(5, (byte) 2)));
    }

    @ParameterizedTest
    @CsvSource({"10", "40", "100", "4096"})
    @DisplayName("truncated ELF")
    void truncated(int length) throws IOException {
        byte[] elf = Arrays.copyOf(Files.readAllBytes(Guests.BUNDLED), length);
        assertBadGuest("truncated", Files.write(folder.resolve("guest.elf"), elf));
    }

    @Test
    @DisplayName("truncated segment")
    void truncatedSegment() throws IOException {
        assertBadGuest(
                "truncated",
                damagedGuest(elf -> elf.putLong((int) elf.getLong(E_PHOFF) + P_FILESZ, elf.capacity() + 1L)));
    }

    @Test
    @DisplayName("segments outside RAM")
    void outsideRam() throws IOException {
        assertBadGuest(
                "outside RAM", damagedGuest(elf -> elf.putLong((int) elf.getLong(E_PHOFF) + P_PADDR, 0x8000_0000L)));
        assertBadGuest("outside RAM", damagedGuest(elf -> elf.putLong((int) elf.getLong(E_PHOFF) + P_PADDR, 0x1000L)));
        assertBad(
                "outside RAM",
                "run",
                "--memory",
                "1M",
                "-o",
                folder.resolve("out").toString());
    }

    @Test
    @DisplayName("unknown variant")
    void unknownVariant() {
        assertBad(
                "unknown variant \"best\"",
                "run",
                "--variant",
                "best",
                "-o",
                folder.resolve("out").toString());
        assertBad("none.json", "run", "--variant", folder.resolve("none.json").toString());
    }

    private void assertBadVariant(String message, String json) throws IOException {
        Path file = Files.writeString(folder.resolve("variant.json"), json);
        Spelunk.Outcome outcome = Spelunk.run(
                "run", "--variant", file.toString(), "-o", folder.resolve("out").toString());
        assertThat(outcome.code()).as(outcome.out() + outcome.err()).isEqualTo(2);
        assertThat(outcome.onlyError()).startsWith("spelunk: ").contains(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            variant.json | not json
            variant.json | {"id": "g:v:1"
            colour       | {"id": "g:v:1", "colour": "red", "extensions": {"spelunk-variant": {"json": {"extends": "default"}}}}
            wheels       | {"id": "g:v:1", "extensions": {"spelunk-variant": {"json": {"extends": "default", "wheels": 4}}}}
            dev.spelunk.no.such | {"id": "g:v:1", "configurations": {"dev.spelunk.no.such": {"a": 1}}, "extensions": {"spelunk-variant": {"json": {"extends": "default"}}}}
            no.such:bundle:1 | {"id": "g:v:1", "bundles": [{"id": "no.such:bundle:1"}], "extensions": {"spelunk-variant": {"json": {"extends": "default"}}}}
            FEAT_SPE     | {"id": "g:v:1", "extensions": {"spelunk-variant": {"json": {"extends": "default", "remove": ["dev.spelunk:dev.spelunk.pmsver.v1p0"]}}}}
            FEAT_VHE     | {"id": "g:v:1", "extensions": {"spelunk-variant": {"json": {"extends": "default", "architecture": {"version": "8.5", "features": ["FEAT_EL2", "FEAT_EL3", "FEAT_FGT", "FEAT_LSE", "FEAT_CRC32", "FEAT_PAN"]}}}}}
            """)
    @DisplayName("malformed, unknown or illegal in a feature JSON")
    void badVariants(String message, String json) throws IOException {
        assertBadVariant(message, json);
    }

    @Test
    @DisplayName("output folder that cannot be written, before the guest runs")
    void unwritableOutput() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        assertBad("the output folder is a file", "run", "-o", file.toString());
        assertBad("output folder", "run", "-o", file.resolve("below").toString());
        assertThat(file).hasContent("mine");
        assertBad("output folder", "run", "-o", "/proc/spelunk-out");
        Path readOnly = Files.createDirectory(folder.resolve("read-only"));
        if (readOnly.toFile().setWritable(false) && !Files.isWritable(readOnly)) {
            assertBad("output folder", "run", "-o", readOnly.toString());
        }
    }

    @Test
    @DisplayName("a full disk: one line, 2, and no half-written file")
    void fullDisk() throws IOException, InterruptedException {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        // A private mount namespace, with a user namespace where the user is not root.
        String[] unshare = {"unshare", "--map-root-user", "--mount"};
        String mount = "mount -t tmpfs -o size=64k spelunk-test '" + disk + "'";
        if (!Tools.has("unshare")
                || new ProcessBuilder(unshare[0], unshare[1], unshare[2], "sh", "-c", mount)
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        != 0) {
            Tools.didNotRun(
                    "BadInputTest.fullDisk: needs a mount namespace (unshare of util-linux, and a kernel that allows it)",
                    false);
        }
        Spelunk.Outcome outcome = Spelunk.with("run", "-o", disk.toString())
                .by(
                        unshare[0],
                        unshare[1],
                        unshare[2],
                        "sh",
                        "-c",
                        mount + " && \"$@\"; code=$?; ls -A '" + disk + "' >'" + folder.resolve("left")
                                + "'; exit $code",
                        "sh")
                .run();
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.onlyError())
                .startsWith("spelunk: ")
                .contains("cannot be written")
                .contains(disk.toString());
        assertThat(Files.readString(folder.resolve("left"))).doesNotContain(".tmp", "records.bin");
    }

    @Test
    @DisplayName("standard output on a full device: one line and 2")
    void fullOutput() {
        Path full = Path.of("/dev/full");
        if (!Files.isWritable(full)) {
            Tools.didNotRun("BadInputTest.fullOutput: needs /dev/full", false);
        }
        Spelunk.Outcome outcome = Spelunk.with(
                        "run", "-o", folder.resolve("out").toString())
                .output(full)
                .run();
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.onlyError()).startsWith("spelunk: standard output cannot be written");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            run --el 2 --hypervisor kvm | --hypervisor none
            run --memory 3             | memory of 3 bytes
            run --memory 100G          | memory of
            run --max-instructions -1  | --max-instructions
            run --bundles no-such-dir  | --bundles
            decode no-such-file        | no-such-file
            run --hypervisor xen       | --hypervisor
            walk                       | walk
            run --swap at=500000,part=policy,with=best       | no part of kind policy is named best; there are: cached, none
            run --swap at=500000,part=timing,with=best       | no part of kind timing is named best; there are: fixed, inorder
            run --save-at 5=/dev/null                        | snapshot /dev/null cannot be written: that is no regular file
            run --trace /dev/null                            | --trace: /dev/null is no regular file
            run --host memoryPressureKinds=fire              | with --host: dev.spelunk.hypervisor.kvm.KvmHypervisor: memory pressure of kind "fire" is unknown: there are [reclaim
            run --hypervisor none --policy cached            | they need --hypervisor kvm
            policies --hypervisor none                       | they need --hypervisor kvm
            policies --trace timeline.json                   | Unknown option: '--trace'
            policies --gdb stdio                             | Unknown option: '--gdb'
            lockstep --trace timeline.json                   | Unknown option: '--trace'
            lockstep --engine interpreter                    | Unknown option: '--engine'
            shell --gdb stdio                                | --gdb stdio: standard input and output are in use
            run --engine interpreter --translate all         | --translate is of the engine translator
            run --log fire                                   | --log: there is no log 'fire', only exec, exceptions
            run --log exec --log-from 5 --log-to 3           | --log-to 3 is before --log-from 5
            run --log-el 1                                   | need --log
            run --log spe --log-el 3                         | --log-el: must be 0, 1 or 2
            run --log exec,exec                              | --log: exec is named twice
            run --log exec: -o out                           | the name of a file after the colon
            run --log exec --log-range 5..3                  | has no address in it
            run --log exec:/dev/null/all.log                 | /dev/null
            boot --kernel Image --release sid                | give one
            boot --kernel Image --cache packages             | give one
            """)
    @DisplayName("bad command lines")
    void badCommandLines(String line, String message) {
        assertBad(message, line.strip().split(" +"));
    }
}
