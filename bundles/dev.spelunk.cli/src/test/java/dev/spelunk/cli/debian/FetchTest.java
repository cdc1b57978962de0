// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.cli.process.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages through an apt and a dpkg of the test's own, which keep their archive in memory. */
class FetchTest {
    private static final String KERNEL = "linux-image-9.9-cloud-arm64";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final FakeTools tools = new FakeTools();

    @TempDir
    private Path folder;

    private Cache cache;
    private Fetch fetch;

    @BeforeEach
    void create() {
        cache = new Cache(folder.resolve("cache"));
        fetch = fetch();
    }

    private Fetch fetch(String... also) {
        return new Fetch(cache, null, tools, new PrintStream(out, true, StandardCharsets.UTF_8), List.of(also));
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void getsVerifiesAndUnpacks() {
        fetch.fromSources();
        assertThat(tools.downloaded).containsExactly("busybox-static", "libdw1", KERNEL, "linux-perf");
        assertThat(cache.kernel())
                .isEqualTo(cache.root().resolve("boot/vmlinuz-9.9"))
                .exists();
        assertThat(cache.release()).isEqualTo("9.9");
        assertThat(said()).contains("4 packages of", "Get:1 libdw1");
        assertThat(tools.options)
                .contains(
                        "APT::Architecture=arm64",
                        "Dir::State::Lists=" + cache.path().resolve("apt/lists"));
    }

    @Test
    void aReleaseHasItsSourcesAndItsPlaceBesideOthers() throws IOException {
        tools.split = true;
        Cache own = cache.of(Release.TRIXIE_BACKPORTS);
        new Fetch(own, Release.TRIXIE_BACKPORTS, tools, new PrintStream(out, true, StandardCharsets.UTF_8), List.of())
                .fromSources();
        assertThat(tools.downloaded)
                .containsExactly(
                        "busybox-static", "libdw1", "linux-binary-9.9", KERNEL, "linux-modules-9.9", "linux-perf");
        assertThat(own.path()).isEqualTo(cache.path().resolve("releases/trixie-backports"));
        assertThat(own.kernel()).isEqualTo(own.root().resolve("lib/modules/9.9/vmlinuz"));
        assertThat(own.release()).isEqualTo("9.9");
        assertThat(own.root().resolve("lib")).isSymbolicLink();
        assertThat(own.root().resolve("lib/old")).exists();
        Path sources = own.path().resolve("apt/sources.list");
        assertThat(tools.options).contains("Dir::Etc::sourcelist=" + sources, "APT::Default-Release=trixie-backports");
        assertThat(Files.readAllLines(sources))
                .hasSize(3)
                .allMatch(line ->
                        line.matches("deb (\\[signed-by=\\S+] )?http://mirror/debian(-security)?/ trixie\\S* main"));
        assertThatThrownBy(cache::kernel).hasMessageEndingWith("type 'spelunk debian fetch'");
        assertThatThrownBy(cache.of(Release.SID)::kernel)
                .hasMessageEndingWith("type 'spelunk debian fetch --release sid'");
    }

    @Test
    void getsOnlyWhatIsMissing() throws IOException {
        fetch.fromSources();
        tools.downloaded.clear();
        fetch.fromSources();
        assertThat(tools.downloaded).isEmpty();
        assertThat(said()).contains("everything is unpacked already");
        Path libdw = cache.path().resolve("packages/libdw1_1_arm64.deb");
        Files.writeString(libdw, "content");
        fetch.fromSources();
        assertThat(tools.downloaded).containsExactly("libdw1");
        assertThat(tools.found).containsExactly("content");
        Files.writeString(libdw, "damaged of libdw1");
        fetch.fromSources();
        assertThat(tools.downloaded).containsExactly("libdw1", "libdw1");
        assertThat(tools.found)
                .as("apt takes a file of the right size for fetched")
                .containsExactly("content");
        assertThat(libdw).hasContent("content of libdw1");
    }

    @Test
    void goesOnWithTheListsThatAreThere() {
        tools.updateFails = true;
        fetch.fromSources();
        assertThat(said()).contains("some package lists could not be fetched (no route)");
        assertThat(cache.kernel()).exists();
    }

    @Test
    void saysWhyThereAreNoLists() {
        tools.updateFails = true;
        tools.empty = true;
        assertThatThrownBy(fetch::fromSources)
                .isInstanceOf(UserError.class)
                .hasMessage("the package lists could not be fetched: no route");
    }

    @Test
    void refusesAPackageThatIsNotWhatTheListSays() {
        tools.damage = true;
        assertThatThrownBy(fetch::fromSources).isInstanceOf(UserError.class).hasMessageContaining("libdw1_1_arm64.deb");
        assertThat(cache.contents()).doesNotExist();
    }

    @Test
    void anInterruptedUnpackingIsNotTakenForAWholeOne() {
        tools.unpackFails = true;
        assertThatThrownBy(fetch::fromSources).isInstanceOf(UserError.class).hasMessageContaining("No space left");
        assertThat(cache.path().resolve("root.new")).doesNotExist();
        assertThatThrownBy(cache::kernel).isInstanceOf(UserError.class).hasMessageContaining("spelunk debian fetch");
        tools.unpackFails = false;
        tools.downloaded.clear();
        fetch.fromSources();
        assertThat(tools.downloaded).isEmpty();
        assertThat(cache.kernel()).exists();
    }

    @Test
    void takesThePackagesOfAFolder() throws IOException {
        Path packages = Files.createDirectory(folder.resolve("debs"));
        for (String name : tools.names()) {
            Files.writeString(packages.resolve(tools.file(name)), tools.content(name));
        }
        fetch.fromFolder(packages);
        assertThat(tools.downloaded).isEmpty();
        assertThat(cache.kernel()).exists();
    }

    @Test
    void getsWhatTheUserWantsTooWithItsLibraries() throws IOException {
        fetch("sqlite3").fromSources();
        assertThat(tools.downloaded)
                .containsExactly("busybox-static", "libdw1", "libsqlite3-0", KERNEL, "linux-perf", "sqlite3");
        Path packages = Files.createDirectory(folder.resolve("debs"));
        for (String name : tools.names()) {
            Files.writeString(packages.resolve(tools.file(name)), tools.content(name));
        }
        assertThatThrownBy(() -> fetch("sqlite3").fromFolder(packages))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("lacks sqlite3");
    }

    @Test
    void saysWhatAFolderLacks() throws IOException {
        Path packages = Files.createDirectory(folder.resolve("debs"));
        Files.writeString(packages.resolve(tools.file("linux-perf")), tools.content("linux-perf"));
        assertThatThrownBy(() -> fetch.fromFolder(packages))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("lacks busybox-static, libdw1, linux-image-VERSION-cloud-arm64");
        assertThatThrownBy(() -> fetch.fromFolder(folder.resolve("absent")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("absent");
    }

    /** The commands that the fetch uses, over an archive of four packages. */
    private static final class FakeTools extends HostTools {
        final List<String> downloaded = new ArrayList<>();
        /** What was there before a package was downloaded. */
        final List<String> found = new ArrayList<>();

        final List<String> options = new ArrayList<>();
        boolean updateFails;
        boolean empty;
        boolean damage;
        boolean unpackFails;
        /** The kernel is of three packages, whose folders are merged. */
        boolean split;

        List<String> names() {
            return List.of("busybox-static", "libdw1", KERNEL, "linux-perf");
        }

        String file(String name) {
            return name + "_1_arm64.deb";
        }

        String content(String name) {
            return "content of " + name;
        }

        @Override
        public Output run(Path working, Consumer<String> progress, List<String> command) {
            List<String> words = new ArrayList<>();
            for (int i = 1; i < command.size(); i++) {
                if (command.get(i).equals("-o")) {
                    options.add(command.get(++i));
                } else if (!command.get(i).equals("-q")) {
                    words.add(command.get(i));
                }
            }
            try {
                switch (command.get(0) + " " + words.get(0)) {
                    case "apt-get update":
                        return updateFails ? new Output(100, List.of(), List.of("W: old", "E: no route")) : ok();
                    case "apt-get indextargets":
                        return ok("http://other/tools/", "http://mirror/debian/", "http://mirror/debian-security/");
                    case "apt-cache depends":
                        return empty
                                ? new Output(100, List.of(), List.of("E: No packages found"))
                                : ok(
                                        "linux-image-cloud-arm64",
                                        "  Depends: " + KERNEL,
                                        KERNEL,
                                        split ? "  Depends: linux-binary-9.9" : "  Depends: linux-base",
                                        split ? "  Depends: linux-modules-9.9" : "  Depends: kmod",
                                        "linux-perf",
                                        "  Depends: libdw1",
                                        "sqlite3",
                                        "  Depends: libsqlite3-0",
                                        "  Depends: perl");
                    case "apt-get download":
                        return words.get(1).equals("--print-uris")
                                ? uris(words.subList(2, words.size()))
                                : download(working, progress, words.subList(1, words.size()));
                    case "dpkg-deb -f":
                        String name =
                                Path.of(words.get(1)).getFileName().toString().replaceFirst("_.*", "");
                        return ok(
                                "Package: " + name,
                                "Version: 1",
                                "Architecture: arm64",
                                "Depends: " + (name.equals("linux-perf") ? "libdw1 (>= 0.1), perl:any" : ""));
                    case "dpkg-deb -x":
                        if (unpackFails) {
                            return new Output(
                                    2,
                                    List.of(),
                                    List.of(
                                            "tar: write: No space left on device",
                                            "dpkg-deb: error: tar subprocess returned error exit status 2"));
                        }
                        if (split) {
                            Path root = Path.of(words.get(2));
                            Path modules = Files.createDirectories(root.resolve("usr/lib/modules/9.9"));
                            Files.writeString(modules.resolve("vmlinuz"), "kernel");
                            Files.createDirectories(root.resolve("lib/old"));
                            return ok();
                        }
                        Path boot =
                                Files.createDirectories(Path.of(words.get(2)).resolve("boot"));
                        Files.writeString(boot.resolve("vmlinuz-9.9"), "kernel");
                        return ok();
                    default:
                        throw new AssertionError(command);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Output uris(List<String> wanted) {
            List<String> lines = new ArrayList<>();
            for (String name : wanted) {
                byte[] content = content(name).getBytes(StandardCharsets.UTF_8);
                try {
                    lines.add("'http://archive/" + name + "' " + file(name) + " " + content.length + " SHA256:"
                            + HexFormat.of()
                                    .formatHex(
                                            MessageDigest.getInstance("SHA-256").digest(content)));
                } catch (NoSuchAlgorithmException e) {
                    throw new AssertionError(e);
                }
            }
            return new Output(0, lines, List.of());
        }

        private Output download(Path working, Consumer<String> progress, List<String> wanted) throws IOException {
            for (String name : wanted) {
                downloaded.add(name);
                progress.accept("Get:1 " + name);
                if (Files.exists(working.resolve(file(name)))) {
                    found.add(Files.readString(working.resolve(file(name))));
                }
                Files.writeString(
                        working.resolve(file(name)), damage && name.equals("libdw1") ? "other" : content(name));
            }
            return ok();
        }

        private static Output ok(String... lines) {
            return new Output(0, List.of(lines), List.of());
        }
    }
}
