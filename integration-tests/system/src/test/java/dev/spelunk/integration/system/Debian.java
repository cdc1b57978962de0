// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.cli.debian.Cache;
import dev.spelunk.cli.debian.Release;
import dev.spelunk.cli.linux.CpioArchive;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.record.KernelModules;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Debian's packages for the tests: in the folder that the environment variable SPELUNK_DEBIAN_CACHE names, where they
 * are fetched already, or else in target/debian, where the first test fetches them.
 */
final class Debian {
    /** What the tests of real programs need, beside the kernel, perf and busybox. */
    private static final String ALSO =
            "openssl,python3.11-minimal,libpython3.11-stdlib,sqlite3,xz-utils,perl-base,cpp-12,"
                    + "binutils-aarch64-linux-gnu,gdb,strace";

    /** What those of a release need, beside the same. */
    private static final Map<Release, String> ALSO_OF = Map.of(Release.TRIXIE, "xen-hypervisor-4.20-arm64");

    private static final Path SOURCES = Spelunk.ROOT.resolve("integration-tests/guests/debian");
    private static final List<String> TREES = List.of(
            "lib/aarch64-linux-gnu",
            "usr/lib/aarch64-linux-gnu",
            "usr/lib/python3.11",
            "usr/lib/ssl",
            "etc/ssl",
            "usr/lib/gcc/aarch64-linux-gnu/12/cc1",
            "usr/bin/openssl",
            "usr/bin/perf",
            "usr/bin/python3.11",
            "usr/bin/sqlite3",
            "usr/bin/xz",
            "usr/bin/perl",
            "usr/bin/aarch64-linux-gnu-as",
            "lib/ld-linux-aarch64.so.1");
    private static Cache cache;
    private static String problem;

    private Debian() {}

    /** The unpacked packages; ends the test when they cannot be had. */
    static synchronized Cache cache(String test) {
        if (cache == null && problem == null) {
            String named = System.getenv("SPELUNK_DEBIAN_CACHE");
            Path folder = named == null ? Spelunk.ROOT.resolve("target/debian") : Path.of(named);
            if (named == null) {
                Spelunk.Outcome fetch = fetch(folder, "--also", ALSO);
                problem = fetch.code() == 0
                        ? null
                        : "needs Debian's arm64 packages (" + fetch.err().strip() + ")";
            } else if (!Files.exists(folder.resolve("root/usr/bin/strace"))) {
                problem = "needs Debian's arm64 packages in " + folder + " (spelunk debian fetch --cache " + folder
                        + " --also " + ALSO + ")";
            }
            cache = problem == null ? new Cache(folder) : null;
        }
        if (problem != null) {
            Tools.didNotRun(test + ": " + problem, true);
        }
        return cache;
    }

    /**
     * The unpacked packages of a release: those that the user has fetched already, or else in target/debian (the folder that
     * SPELUNK_DEBIAN_CACHE names); ends the test when they cannot be had.
     */
    static synchronized Cache release(String test, Release release) {
        String named = System.getenv("SPELUNK_DEBIAN_CACHE");
        Cache ofUser = (named == null ? Cache.ofUser() : new Cache(Path.of(named))).of(release);
        if (fetched(ofUser, release)) {
            return ofUser;
        }
        Path folder = Spelunk.ROOT.resolve("target/debian");
        Cache own = new Cache(folder).of(release);
        if (!fetched(own, release)) {
            List<String> options = new ArrayList<>(List.of("--release", release.label()));
            if (ALSO_OF.containsKey(release)) {
                options.addAll(List.of("--also", ALSO_OF.get(release)));
            }
            Spelunk.Outcome fetch = fetch(folder, options.toArray(String[]::new));
            if (fetch.code() != 0) {
                Tools.didNotRun(
                        test + ": needs the arm64 packages of Debian " + release.label() + " ("
                                + fetch.err().strip() + ")",
                        true);
            }
        }
        return own;
    }

    /** Tests run in two JVMs: one fetches at a time, as apt has one user at a time. */
    private static Spelunk.Outcome fetch(Path folder, String... which) {
        List<String> arguments = new ArrayList<>(List.of("debian", "fetch", "--cache", folder.toString()));
        arguments.addAll(List.of(which));
        try {
            Files.createDirectories(folder.getParent());
            try (FileChannel channel = FileChannel.open(
                            folder.resolveSibling("debian.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                assertThat(lock.isValid()).isTrue();
                return Spelunk.run(arguments.toArray(String[]::new));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean fetched(Cache cache, Release release) {
        try {
            return Files.exists(cache.kernel())
                    && (!ALSO_OF.containsKey(release)
                            || Files.exists(cache.root().resolve("usr/share/doc/" + ALSO_OF.get(release))));
        } catch (UserError e) {
            return false;
        }
    }

    /** Adds the release's perf as /usr/bin/perf, with the libraries that it needs. */
    static void addPerf(String test, Cache packages, CpioArchive archive) throws IOException, InterruptedException {
        Tools.require(test, "aarch64-linux-gnu-readelf", "binutils-aarch64-linux-gnu");
        Path perf = packages.root().resolve("usr/bin/perf");
        archive.file("usr/bin/perf", 0755, perf);
        Set<String> seen = new HashSet<>();
        Deque<Path> open = new ArrayDeque<>(List.of(perf));
        while (!open.isEmpty()) {
            Process readelf = new ProcessBuilder(
                            "aarch64-linux-gnu-readelf", "-d", open.poll().toString())
                    .start();
            Matcher needed = Pattern.compile("\\(NEEDED\\).*\\[(.*)]")
                    .matcher(new String(readelf.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            assertThat(readelf.waitFor()).isZero();
            while (needed.find()) {
                if (seen.add(needed.group(1))) {
                    Path library = Stream.of("lib/aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu", "lib", "usr/lib")
                            .map(folder -> packages.root().resolve(folder).resolve(needed.group(1)))
                            .filter(Files::exists)
                            .findFirst()
                            .orElseThrow();
                    archive.file("lib/" + needed.group(1), 0755, library);
                    open.add(library);
                }
            }
        }
        if (seen.add("ld-linux-aarch64.so.1")) {
            archive.file("lib/ld-linux-aarch64.so.1", 0755, packages.root().resolve("lib/ld-linux-aarch64.so.1"));
        }
    }

    /** A program of integration-tests/guests/debian, built as a static Linux program at fixed addresses. */
    static Path program(String test, Path folder, String name, String... options)
            throws IOException, InterruptedException {
        Tools.require(test, "aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu libc6-dev-arm64-cross");
        Path program = folder.resolve(name);
        List<String> command = new ArrayList<>(List.of("aarch64-linux-gnu-gcc", "-O1", "-g"));
        command.addAll(options.length == 0 ? List.of("-static", "-no-pie") : List.of(options));
        command.addAll(
                List.of("-o", program.toString(), SOURCES.resolve(name + ".c").toString()));
        Path log = folder.resolve(name + ".log");
        Process compiler = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(compiler.waitFor()).as("%s", Files.readString(log)).isZero();
        return program;
    }

    /** What an initramfs holds beside busybox, the driver's module and init. */
    @FunctionalInterface
    interface Content {
        void add(CpioArchive archive) throws IOException, InterruptedException;
    }

    /**
     * Writes an initramfs whose init loads the SPE driver, says what the kernel says of it, does what the script says,
     * and powers off.
     */
    static Path initramfs(Cache packages, Path file, String script, Content content)
            throws IOException, InterruptedException {
        try (CpioArchive archive = new CpioArchive(new BufferedOutputStream(Files.newOutputStream(file)))) {
            archive.characterDevice("dev/console", 5, 1);
            for (String folder : List.of("proc", "sys", "tmp", "dev")) {
                archive.folder(folder);
            }
            archive.file("bin/busybox", 0755, packages.root().resolve("bin/busybox"));
            for (String applet :
                    ("sh mount insmod dmesg grep poweroff cat wc cut sha256sum uname tar sleep taskset date")
                            .split(" ")) {
                archive.link("bin/" + applet, "busybox");
            }
            for (Path module : new KernelModules(packages).files(List.of("drivers/perf/arm_spe_pmu.ko"))) {
                archive.file(module.getFileName().toString(), 0644, module);
            }
            content.add(archive);
            archive.file(
                    "init",
                    0755,
                    ("""
                    #!/bin/sh
                    export PATH=/bin:/usr/bin
                    mount -t proc proc /proc
                    mount -t sysfs sysfs /sys
                    mount -t devtmpfs dev /dev
                    insmod /arm_spe_pmu.ko
                    dmesg | grep -i -e spe_pmu -e 'page table isolation'
                    """ + script + "\necho the init script has ended\npoweroff -f\n")
                            .getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    /** Adds the programs of the checks, their libraries and the inputs, which go to /work. */
    static void addPrograms(Cache packages, Path inputs, CpioArchive archive) throws IOException {
        addTrees(packages, TREES, archive);
        try (Stream<Path> files = Files.list(inputs)) {
            for (Path file : files.sorted().toList()) {
                archive.file("work/" + file.getFileName(), 0644, file);
            }
        }
    }

    /** Adds files and folders of the packages where they are. */
    static void addTrees(Cache packages, List<String> trees, CpioArchive archive) throws IOException {
        for (String tree : trees) {
            try (Stream<Path> files = Files.walk(packages.root().resolve(tree))) {
                for (Path file : files.sorted().toList()) {
                    add(archive, packages.root().relativize(file).toString(), file);
                }
            }
        }
    }

    private static void add(CpioArchive archive, String name, Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            archive.link(name, Files.readSymbolicLink(file).toString());
        } else if (Files.isDirectory(file)) {
            archive.folder(name);
        } else {
            archive.file(name, Files.isExecutable(file) ? 0755 : 0644, file);
        }
    }

    /** The inputs of the checks: those of the source tree, and words that are made here. */
    static void writeInputs(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        StringBuilder words = new StringBuilder();
        int state = 12345;
        for (int i = 0; i < 1500; i++) {
            state = (state * 1103 + 12345) % 65536;
            words.append(state).append(' ');
            int letter = state;
            for (int j = 0; j < 2 + state % 9; j++) {
                words.append((char) ('a' + letter % 26));
                letter = (letter * 7 + j * 3) % 4001;
            }
            words.append(' ').append(letter).append('\n');
        }
        Files.writeString(folder.resolve("words.txt"), words);
    }
}
