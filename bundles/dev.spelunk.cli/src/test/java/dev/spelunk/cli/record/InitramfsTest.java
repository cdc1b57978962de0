// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.cli.debian.Cache;
import dev.spelunk.cli.linux.ArchiveEntry;
import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the guest of a recording finds. */
class InitramfsTest {
    private static final String LOADER = "/lib/ld-linux-aarch64.so.1";
    private static final String MODULES = "lib/modules/6.1.0-test/kernel/";

    @TempDir
    private Path folder;

    private Path root;
    private Path sysroot;

    private static Path put(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    private static Path put(Path file, ElfFile elf) throws IOException {
        return put(file, elf.elf().array());
    }

    @BeforeEach
    void fetched() throws IOException {
        folder = folder.toRealPath();
        root = folder.resolve("cache/root");
        sysroot = folder.resolve("sysroot");
        put(root.resolve("boot/vmlinuz-6.1.0-test"), new byte[1]);
        put(folder.resolve("cache/contents"), new byte[1]);
        put(root.resolve("bin/busybox"), new byte[] {'b'});
        put(root.resolve("usr/bin/perf"), new ElfFile(LOADER, null, "libc.so.6", "ld-linux-aarch64.so.1"));
        put(root.resolve("lib/aarch64-linux-gnu/libc.so.6"), new ElfFile(null, null));
        put(root.resolve("lib/aarch64-linux-gnu/ld-linux-aarch64.so.1"), new ElfFile(null, null));
        for (String module : GuestScript.MODULES) {
            put(root.resolve(MODULES).resolve(module), new byte[] {'m'});
        }
    }

    private Map<String, ArchiveEntry> made(Path program) throws IOException {
        Path file = folder.resolve("initrd");
        Path extra = put(folder.resolve("extra/deep/file"), new byte[] {'x'})
                .getParent()
                .getParent();
        new Initramfs(new Cache(folder.resolve("cache")), sysroot)
                .write(
                        file,
                        program,
                        folder.resolve("work"),
                        List.of(GuestFile.into(extra + ":/data/in")),
                        new Initramfs.Contents(
                                true, GuestScript.MODULES, modules -> "#!init " + String.join(" ", modules)));
        Map<String, ArchiveEntry> entries = new TreeMap<>();
        for (ArchiveEntry entry : ArchiveEntry.read(Files.readAllBytes(file))) {
            assertThat(entries.put(entry.name(), entry))
                    .as("twice: " + entry.name())
                    .isNull();
        }
        return entries;
    }

    @Test
    void modulesThatAreCompressedAreDecompressedAndThoseOfTheKernelLeftOut() throws IOException, InterruptedException {
        String first = GuestScript.MODULES.get(0);
        Files.delete(root.resolve(MODULES).resolve(first));
        Files.writeString(root.resolve(MODULES).resolveSibling("modules.builtin"), "kernel/" + first + "\n");
        Path second = root.resolve(MODULES).resolve(GuestScript.MODULES.get(1));
        assertThat(new ProcessBuilder("xz", second.toString()).start().waitFor())
                .isZero();
        assertThat(second).doesNotExist();
        Map<String, ArchiveEntry> entries = made(put(folder.resolve("bin/program"), new ElfFile(null, null)));
        assertThat(entries).doesNotContainKey("spelunk/" + Path.of(first).getFileName());
        assertThat(entries.get("spelunk/" + second.getFileName()).content()).containsExactly('m');
        assertThat(new String(entries.get("init").content(), StandardCharsets.UTF_8))
                .doesNotContain(Path.of(first).getFileName().toString())
                .contains(second.getFileName().toString());
    }

    private static String name(Path path) {
        return path.toString().substring(1);
    }

    @Test
    void aStaticProgramStandsWhereTheHostHasIt() throws IOException {
        Path program = put(folder.resolve("bin/program"), new ElfFile(null, null));
        Map<String, ArchiveEntry> entries = made(program);
        assertThat(entries)
                .containsKeys(
                        "dev/console",
                        "proc",
                        "sys",
                        "spelunk/busybox",
                        "spelunk/perf",
                        "spelunk/lib/libc.so.6",
                        "spelunk/arm_spe_pmu.ko",
                        "spelunk/virtio_console.ko",
                        name(folder.resolve("work")),
                        "data/in/deep/file");
        assertThat(entries.get("init").text()).startsWith("#!init");
        assertThat(entries.get(name(program)).mode() & 0777).isEqualTo(0755);
        assertThat(entries.keySet()).noneMatch(name -> name.startsWith("lib/"));
    }

    @Test
    void aDynamicProgramHasItsLibrariesWhereTheHostHasThemAndLinksForItsLoader() throws IOException {
        Path program =
                put(folder.resolve("bin/program"), new ElfFile(LOADER, "$ORIGIN/../own", "libone.so", "libc.so.6"));
        Path one = put(folder.resolve("own/libone.so"), new ElfFile(null, "/opt/two", "libtwo.so"));
        Path two = put(sysroot.resolve("opt/two/libtwo.so"), new ElfFile(null, null, "libc.so.6"));
        Path libc = put(sysroot.resolve("usr/lib/libc.so.6"), new ElfFile(null, null, "ld-linux-aarch64.so.1"));
        Path loader = put(sysroot.resolve("lib/ld-linux-aarch64.so.1"), new ElfFile(null, null));
        Map<String, ArchiveEntry> entries = made(program);
        for (Path file : new Path[] {one, two, libc, loader}) {
            ArchiveEntry there = entries.get(name(file));
            assertThat(there).as(file.toString()).isNotNull();
            assertThat(there.content()).isEqualTo(Files.readAllBytes(file));
            assertThat(entries.get("lib/" + file.getFileName()).text()).isEqualTo(file.toString());
        }
    }

    @Test
    void aLoaderOutsideLibHasLinksBesideItself() throws IOException {
        Path program = put(folder.resolve("program"), new ElfFile("/lib64/ld.so", null, "libc.so.6"));
        put(sysroot.resolve("lib64/ld.so"), new ElfFile(null, null));
        Path libc = put(sysroot.resolve("lib64/libc.so.6"), new ElfFile(null, null));
        Map<String, ArchiveEntry> entries = made(program);
        assertThat(entries.get("lib64/libc.so.6").text()).isEqualTo(libc.toString());
        assertThat(entries.get("lib/libc.so.6").text()).isEqualTo(libc.toString());
    }

    @Test
    void aMissingLibraryIsNamedWithWhoNeedsIt() throws IOException {
        Path program = put(folder.resolve("program"), new ElfFile(LOADER, null, "libone.so"));
        put(sysroot.resolve("lib/libone.so"), new ElfFile(null, null, "libabsent.so.3"));
        put(sysroot.resolve("lib/ld-linux-aarch64.so.1"), new ElfFile(null, null));
        assertThatThrownBy(() -> made(program))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("libone.so needs the library libabsent.so.3")
                .hasMessageContaining("--sysroot");
    }

    @Test
    void aMissingPackageSaysWhatToType() throws IOException {
        Path program = put(folder.resolve("program"), new ElfFile(null, null));
        Files.delete(root.resolve("bin/busybox"));
        assertThatThrownBy(() -> made(program))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("spelunk debian fetch");
    }

    @Test
    void aProgramNamesNoFileOfTheHostAsItsLoaderOrLibrary() throws IOException {
        Path secret = put(folder.resolve("secret"), "of the host".getBytes(StandardCharsets.UTF_8));
        put(folder.resolve("stolen.so"), new ElfFile(null, null));
        Files.createDirectories(sysroot.resolve("lib"));
        Map<ElfFile, String> programs = Map.of(
                new ElfFile("/../secret", null), "needs the library secret, which is not in",
                new ElfFile("/../" + name(secret), null), "needs the library secret, which is not in",
                new ElfFile("secret", null), "names no dynamic loader by an absolute path",
                new ElfFile("", null), "names no dynamic loader by an absolute path",
                new ElfFile("/", null), "names no dynamic loader by an absolute path",
                new ElfFile(LOADER, null, "../../stolen.so"), "\"../../stolen.so\": that is no plain file name",
                new ElfFile(LOADER, null, ""), "\"\": that is no plain file name",
                new ElfFile(LOADER, "/../", "stolen.so"), "needs the library stolen.so, which is not in");
        put(sysroot.resolve("lib/ld-linux-aarch64.so.1"), new ElfFile(null, null));
        for (Map.Entry<ElfFile, String> entry : programs.entrySet()) {
            Path program = put(folder.resolve("bin/program"), entry.getKey());
            assertThatThrownBy(() -> made(program))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining(entry.getValue());
        }
        put(sysroot.resolve("lib/ld-linux-aarch64.so.1"), "no ELF".getBytes(StandardCharsets.UTF_8));
        Path program = put(folder.resolve("bin/program"), new ElfFile(LOADER, null));
        assertThatThrownBy(() -> made(program)).isInstanceOf(UserError.class).hasMessageContaining("is no AArch64");
    }
}
