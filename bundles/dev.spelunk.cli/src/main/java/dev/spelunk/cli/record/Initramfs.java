// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.cli.debian.Cache;
import dev.spelunk.cli.linux.CpioArchive;
import dev.spelunk.cli.process.PathArgument;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.UserError;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The initramfs of a recording: perf and busybox with their libraries in a folder of their own, the drivers'
 * modules, and the user's program with its libraries where the host has them, so that perf on the host finds them by
 * the names that the guest's perf wrote down. Links stand where the program's loader looks.
 */
final class Initramfs {
    /** perf's own folder: its libraries must not meet those of the user's program. */
    private static final String OWN = "spelunk/";

    private static final List<String> LIBRARY_FOLDERS = List.of(
            "lib/aarch64-linux-gnu",
            "usr/lib/aarch64-linux-gnu",
            "lib",
            "lib64",
            "usr/lib",
            "usr/lib64",
            "usr/aarch64-linux-gnu/lib");

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
     * Writes the archive of a Linux that waits for its orders.
     *
     * @param file gets it
     * @param ports how many channels there are
     */
    void waiting(Path file, int ports) throws IOException {
        try (CpioArchive archive = archive(file)) {
            begin(archive, new Contents(true, GuestScript.MODULES, modules -> GuestScript.waiting(modules, ports)));
        }
    }

    /**
     * Writes the archive of orders.
     *
     * @param file gets it
     * @param program the user's program, an absolute path
     * @param folder the working folder in the guest, an absolute path
     * @param files what else the guest gets
     * @param script what is done with them
     */
    void order(Path file, Path program, Path folder, List<GuestFile> files, String script) throws IOException {
        try (CpioArchive archive = archive(file)) {
            archive.file(GuestScript.ORDER, 0644, script.getBytes(StandardCharsets.UTF_8));
            program(archive, program, folder, files);
        }
    }

    /**
     * Writes the archive of a Linux that has its orders.
     *
     * @param file gets it
     * @param program the user's program, an absolute path
     * @param folder the working folder in the guest, an absolute path
     * @param files what else the guest gets
     * @param contents what is there beside them
     * @throws UserError when the program cannot run, or something is missing
     */
    void write(Path file, Path program, Path folder, List<GuestFile> files, Contents contents) throws IOException {
        try (CpioArchive archive = archive(file)) {
            begin(archive, contents);
            program(archive, program, folder, files);
        }
    }

    /**
     * Writes the archive of a host at EL2.
     *
     * @param file gets it
     * @param monitor the virtual machine monitor
     * @param place where it goes, a relative path
     * @param files what it needs
     * @param image the VM's kernel
     * @param initrd the VM's initramfs
     * @param contents what is there beside them
     */
    void host(Path file, Path monitor, String place, List<GuestFile> files, Path image, Path initrd, Contents contents)
            throws IOException {
        try (CpioArchive archive = archive(file)) {
            begin(archive, contents);
            archive.file(place, 0755, monitor);
            String interpreter = ElfProgram.read(monitor).interpreter();
            if (interpreter != null) {
                dynamic(archive, monitor, loaderPath(monitor, interpreter));
            }
            archive.file(NestedScript.IMAGE, 0644, image);
            archive.file(NestedScript.INITRD, 0644, initrd);
            for (GuestFile added : files) {
                add(archive, added);
            }
        }
    }

    /**
     * What belongs to Spelunk in an archive.
     *
     * @param perf whether perf is there
     * @param modules the kernel's modules, as {@link GuestScript#MODULES} names them; none where the kernel is the user's
     * @param init makes the script that the kernel starts, of the names of the modules' files
     */
    record Contents(boolean perf, List<String> modules, Function<List<String>, String> init) {}

    private static CpioArchive archive(Path file) throws IOException {
        return new CpioArchive(new BufferedOutputStream(Files.newOutputStream(file)));
    }

    private void begin(CpioArchive archive, Contents contents) throws IOException {
        Path root = cache.root();
        List<Path> modules = new KernelModules(cache).files(contents.modules());
        List<String> names =
                modules.stream().map(m -> m.getFileName().toString()).toList();
        archive.characterDevice("dev/console", 5, 1);
        for (String mountPoint : List.of("proc", "sys", "tmp", "bin")) {
            archive.folder(mountPoint);
        }
        archive.file("init", 0755, contents.init().apply(names).getBytes(StandardCharsets.UTF_8));
        archive.file(OWN + "busybox", 0755, present(root.resolve("bin/busybox")));
        archive.link("bin/sh", "/" + OWN + "busybox");
        for (Path module : modules) {
            archive.file(OWN + module.getFileName(), 0644, module);
        }
        if (!contents.perf()) {
            return;
        }
        Path perf = present(root.resolve("usr/bin/perf"));
        archive.file(OWN + "perf", 0755, perf);
        for (Path library : libraries(perf, root).values()) {
            StopRequests.ofProcess().check();
            archive.file(OWN + "lib/" + library.getFileName(), 0755, library);
        }
    }

    private void program(CpioArchive archive, Path program, Path folder, List<GuestFile> files) throws IOException {
        archive.folder(relative(folder));
        program(archive, program);
        for (GuestFile added : files) {
            add(archive, added);
        }
    }

    private void program(CpioArchive archive, Path program) throws IOException {
        archive.file(relative(program), 0755, program);
        String interpreter = ElfProgram.read(program).interpreter();
        if (interpreter != null) {
            dynamic(archive, program, loaderPath(program, interpreter));
        }
    }

    /** A file, or a folder with all that is in it. */
    private static void add(CpioArchive archive, GuestFile added) throws IOException {
        try (Stream<Path> tree = Files.walk(added.host())) {
            for (Path file : (Iterable<Path>) tree.sorted()::iterator) {
                StopRequests.ofProcess().check();
                String place = relative(added.guest()
                        .resolve(added.host().relativize(file).toString())
                        .normalize());
                if (Files.isDirectory(file)) {
                    archive.folder(place);
                } else if (Files.isRegularFile(file)) {
                    archive.file(place, Files.isExecutable(file) ? 0755 : 0644, file);
                }
            }
        }
    }

    /** The loader's path in the guest, and below the sysroot: a program must not name another file of the host. */
    private static Path loaderPath(Path program, String interpreter) {
        Path path = PathArgument.of(interpreter, program + ": ").normalize();
        if (!path.isAbsolute() || path.getNameCount() == 0) {
            throw new UserError(program + " names no dynamic loader by an absolute path, but \"" + interpreter + "\"");
        }
        return path;
    }

    private void dynamic(CpioArchive archive, Path program, Path interpreter) throws IOException {
        Path inSysroot = sysroot.resolve(relative(interpreter));
        Path loader = Files.exists(inSysroot)
                ? inSysroot
                : find(
                        interpreter.getFileName().toString(),
                        List.of(),
                        sysroot,
                        program.getFileName().toString());
        ElfProgram.read(loader);
        Map<String, Path> files = new TreeMap<>(libraries(program, sysroot));
        files.put(interpreter.getFileName().toString(), loader);
        for (Map.Entry<String, Path> file : files.entrySet()) {
            StopRequests.ofProcess().check();
            Path place = file.getValue().toAbsolutePath().normalize();
            archive.file(relative(place), 0755, place);
            // Loaders look in /lib, and in the folder that they are in themselves.
            for (Path folder : new LinkedHashSet<>(List.of(Path.of("/lib"), interpreter.getParent()))) {
                Path link = folder.resolve(file.getKey());
                if (!link.equals(place)) {
                    archive.link(relative(link), place.toString());
                }
            }
        }
    }

    /** Every library that a program needs, also through others, by the name by which it is needed; the loader too. */
    private static Map<String, Path> libraries(Path program, Path root) {
        Map<String, Path> found = new LinkedHashMap<>();
        Deque<Path> open = new ArrayDeque<>(List.of(program));
        while (!open.isEmpty()) {
            Path user = open.poll();
            ElfProgram elf = ElfProgram.read(user);
            List<Path> first = elf.searched().stream()
                    .map(folder -> searched(folder, user, root))
                    .toList();
            for (String name : elf.libraries()) {
                if (!found.containsKey(name)) {
                    Path library = find(name, first, root, user.getFileName().toString());
                    found.put(name, library);
                    open.add(library);
                }
            }
        }
        return found;
    }

    /** A folder that a file names: beside itself, or one of the sysroot. */
    private static Path searched(String folder, Path user, Path root) {
        String own = user.toAbsolutePath().getParent().toString();
        Path path = PathArgument.of(folder.replace("${ORIGIN}", own).replace("$ORIGIN", own), user + ": ");
        return folder.contains("ORIGIN") || !path.isAbsolute() ? path : root.resolve(relative(path.normalize()));
    }

    private static Path find(String name, List<Path> first, Path root, String user) {
        if (name.isEmpty() || name.equals("..") || name.indexOf('/') >= 0) {
            throw new UserError(user + " needs the library \"" + name + "\": that is no plain file name");
        }
        for (Path folder : first) {
            if (Files.exists(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        for (String folder : LIBRARY_FOLDERS) {
            Path path = root.resolve(folder).resolve(name);
            if (Files.exists(path)) {
                return path;
            }
        }
        throw new UserError(user + " needs the library " + name + ", which is not in " + root
                + ": name the folder with the arm64 libraries with --sysroot");
    }

    static Path present(Path file) {
        if (!Files.exists(file)) {
            throw new UserError(file + " is missing: type 'spelunk debian fetch'");
        }
        return file;
    }

    /** Path in the archive, or in a sysroot. */
    private static String relative(Path absolute) {
        return absolute.toString().substring(1);
    }
}
