// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.cli.UserError;
import dev.spelunk.cli.boot.CpioArchive;
import dev.spelunk.cli.debian.Cache;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The initramfs of a recording: perf and busybox with their libraries in a folder of their own, the driver's
 * module, and the user's program with its libraries where the host has them.
 */
final class Initramfs {
    /** perf's own folder: its libraries must not meet those of the user's program. */
    private static final String OWN = "spelunk/";
    private static final String MODULE = "kernel/drivers/perf/arm_spe_pmu.ko";
    private static final List<String> LIBRARY_FOLDERS = List.of("lib/aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu", "lib",
            "lib64", "usr/lib", "usr/lib64", "usr/aarch64-linux-gnu/lib");

    private final Cache cache;
    private final Path sysroot;

    /**
     * Creates a maker.
     *
     * @param cache where Debian's packages are unpacked
     * @param sysroot where the program's libraries are; null for Debian's own
     */
    Initramfs(Cache cache, Path sysroot) {
        this.cache = cache;
        this.sysroot = sysroot == null ? cache.root() : sysroot;
    }

    /**
     * Writes the archive.
     *
     * @param file gets it
     * @param program the user's program, an absolute path
     * @param folder the working folder in the guest, an absolute path
     * @param init the script that the kernel starts
     * @throws UserError when the program cannot run, or something is missing
     */
    void write(Path file, Path program, Path folder, String init) throws IOException {
        Path root = cache.root();
        try (CpioArchive archive = new CpioArchive(new BufferedOutputStream(Files.newOutputStream(file)))) {
            archive.characterDevice("dev/console", 5, 1);
            for (String mountPoint : List.of("proc", "sys", "tmp", "bin")) {
                archive.folder(mountPoint);
            }
            archive.file("init", 0755, init.getBytes(StandardCharsets.UTF_8));
            archive.file(OWN + "busybox", 0755, present(root.resolve("bin/busybox")));
            archive.link("bin/sh", "/" + OWN + "busybox");
            archive.file(OWN + "arm_spe_pmu.ko", 0644,
                    present(root.resolve("lib/modules").resolve(cache.release()).resolve(MODULE)));
            Path perf = present(root.resolve("usr/bin/perf"));
            archive.file(OWN + "perf", 0755, perf);
            for (Path library : libraries(perf, root)) {
                archive.file(OWN + "lib/" + library.getFileName(), 0755, library);
            }
            archive.folder(relative(folder));
            archive.file(relative(program), 0755, program);
            String interpreter = ElfProgram.read(program).interpreter();
            if (interpreter != null) {
                archive.file(interpreter.substring(1), 0755, interpreter(interpreter));
                for (Path library : libraries(program, sysroot)) {
                    if (!library.getFileName().toString().equals(Path.of(interpreter).getFileName().toString())) {
                        archive.file("lib/" + library.getFileName(), 0755, library);
                    }
                }
            }
        }
    }

    private Path interpreter(String interpreter) {
        Path inSysroot = sysroot.resolve(interpreter.substring(1));
        return Files.exists(inSysroot) ? inSysroot : find(Path.of(interpreter).getFileName().toString(), sysroot, "a program");
    }

    /** Every library that a program needs, also through others; the loader too. */
    private static Set<Path> libraries(Path program, Path root) {
        Set<Path> found = new LinkedHashSet<>();
        Set<String> known = new HashSet<>();
        Deque<Path> open = new ArrayDeque<>(List.of(program));
        while (!open.isEmpty()) {
            Path user = open.poll();
            for (String name : ElfProgram.read(user).libraries()) {
                if (known.add(name)) {
                    Path library = find(name, root, user.getFileName().toString());
                    found.add(library);
                    open.add(library);
                }
            }
        }
        return found;
    }

    private static Path find(String name, Path root, String user) {
        for (String folder : LIBRARY_FOLDERS) {
            Path path = root.resolve(folder).resolve(name);
            if (Files.exists(path)) {
                return path;
            }
        }
        throw new UserError(user + " needs the library " + name + ", which is not in " + root
                + ": name the folder with the arm64 libraries with --sysroot");
    }

    private static Path present(Path file) {
        if (!Files.exists(file)) {
            throw new UserError(file + " is missing: type 'spelunk debian fetch'");
        }
        return file;
    }

    private static String relative(Path absolute) {
        return absolute.toString().substring(1);
    }
}
