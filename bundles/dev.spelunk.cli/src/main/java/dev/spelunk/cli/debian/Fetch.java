// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.debian;

import dev.spelunk.cli.debian.HostTools.Output;
import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Gets Debian's packages for arm64 and unpacks them into a {@link Cache}. */
public final class Fetch {
    private static final Pattern KERNEL = Pattern.compile("linux-image-[0-9].*-cloud-arm64");
    private static final double MEGABYTE = 1e6;

    private final Cache cache;
    private final Release release;
    private final HostTools tools;
    private final PrintStream out;
    private final List<String> also;

    /**
     * Creates a fetch.
     *
     * @param cache gets the packages
     * @param release whose packages they are; null for that of the host's sources
     * @param tools runs apt and dpkg
     * @param out gets what is done
     * @param also names of packages that the user wants too
     */
    public Fetch(Cache cache, Release release, HostTools tools, PrintStream out, List<String> also) {
        this.release = release;
        this.also = List.copyOf(also);
        this.cache = cache;
        this.tools = tools;
        this.out = out;
    }

    /**
     * Gets the packages through apt, from the host's sources or those of the release.
     *
     * @throws UserError that says what could not be done
     */
    public void fromSources() {
        Apt apt = new Apt(cache, tools, release);
        say("reading the package lists of "
                + (release == null ? "this host's apt sources" : "Debian " + release.label()) + " for arm64");
        String problem = apt.update(this::progress);
        Dependencies dependencies;
        Set<String> kernel;
        try {
            List<String> wanted = new ArrayList<>(also);
            wanted.addAll(List.of(Dependencies.KERNEL_FLAVOUR, Dependencies.BUSYBOX, Dependencies.PERF));
            dependencies = apt.dependencies(wanted);
            kernel = dependencies.kernelPackages();
        } catch (UserError e) {
            throw problem == null ? e : new UserError("the package lists could not be fetched: " + problem);
        }
        if (problem != null) {
            say("some package lists could not be fetched (" + problem + "); going on with those that are there");
        }
        Set<String> names = programs(dependencies);
        names.addAll(kernel);
        names.add(Dependencies.BUSYBOX);
        List<PackageFile> files = apt.files(names);
        Path packages = cache.folder("packages");
        List<PackageFile> missing =
                files.stream().filter(f -> !f.isIn(packages)).toList();
        long total = files.stream().mapToLong(PackageFile::size).sum();
        long left = missing.stream().mapToLong(PackageFile::size).sum();
        for (PackageFile file : files) {
            out.printf(
                    Locale.ROOT,
                    "  %8.1f MB  %s%s%n",
                    file.size() / MEGABYTE,
                    file.file(),
                    missing.contains(file) ? "" : "  (there already)");
        }
        say(String.format(
                Locale.ROOT,
                "%d packages of %.1f MB, %.1f MB to fetch",
                files.size(),
                total / MEGABYTE,
                left / MEGABYTE));
        if (!missing.isEmpty()) {
            removeDamaged(missing, packages);
            apt.download(packages, missing.stream().map(PackageFile::name).toList(), this::progress);
        }
        for (PackageFile file : missing) {
            if (!file.isIn(packages)) {
                throw new UserError(packages.resolve(file.file())
                        + " is not what the package list says: remove it and start again");
            }
        }
        unpack(files.stream().map(f -> packages.resolve(f.file())).toList());
    }

    /** What is shorter was interrupted, and apt goes on from there; what is not, it would take for fetched. */
    private static void removeDamaged(List<PackageFile> files, Path packages) {
        for (PackageFile file : files) {
            Path path = packages.resolve(file.file());
            try {
                if (Files.exists(path) && Files.size(path) >= file.size()) {
                    Files.delete(path);
                }
            } catch (IOException e) {
                throw new UserError(path + " cannot be replaced: " + e.getMessage());
            }
        }
    }

    /**
     * Takes the packages of a folder.
     *
     * @param folder with .deb files
     * @throws UserError that says what is missing or damaged
     */
    public void fromFolder(Path folder) {
        List<Path> files;
        try (Stream<Path> list = Files.list(folder)) {
            files = list.filter(f -> f.getFileName().toString().endsWith(".deb"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UserError("--from: " + folder + " is no folder that can be read");
        }
        Map<String, Path> found = new TreeMap<>();
        Map<String, String> versions = new HashMap<>();
        Dependencies dependencies = new Dependencies();
        for (Path file : files) {
            Map<String, String> fields = control(file);
            String name = fields.getOrDefault("Package", "");
            String architecture = fields.getOrDefault("Architecture", "");
            if (!architecture.equals("arm64") && !architecture.equals("all")) {
                continue;
            }
            String version = fields.getOrDefault("Version", "");
            if (versions.containsKey(name) && !newer(version, versions.get(name))) {
                continue;
            }
            found.put(name, file);
            versions.put(name, version);
            dependencies.add(
                    name,
                    Dependencies.ofField(
                            fields.getOrDefault("Depends", "") + "," + fields.getOrDefault("Pre-Depends", "")));
        }
        String kernel = null;
        for (String name : found.keySet()) {
            if (KERNEL.matcher(name).matches() && (kernel == null || newer(versions.get(name), versions.get(kernel)))) {
                kernel = name;
            }
        }
        Set<String> names = programs(dependencies);
        names.add(Dependencies.BUSYBOX);
        names.add(kernel == null ? "linux-image-VERSION-cloud-arm64" : kernel);
        if (kernel != null) {
            dependencies.needs(kernel).stream().filter(Dependencies::ofKernel).forEach(names::add);
        }
        List<String> absent = names.stream().filter(n -> !found.containsKey(n)).toList();
        if (!absent.isEmpty()) {
            throw new UserError("--from: " + folder + " lacks " + String.join(", ", absent) + " (for arm64)");
        }
        unpack(names.stream().map(found::get).toList());
    }

    /** perf and what the user wants too, with their libraries. */
    private Set<String> programs(Dependencies dependencies) {
        Set<String> names = new TreeSet<>(dependencies.withLibraries(Dependencies.PERF));
        also.forEach(name -> names.addAll(dependencies.withLibraries(name)));
        return names;
    }

    private Map<String, String> control(Path file) {
        Output output = tools.run(
                null,
                line -> {},
                List.of(
                        "dpkg-deb",
                        "-f",
                        file.toString(),
                        "Package",
                        "Version",
                        "Architecture",
                        "Depends",
                        "Pre-Depends"));
        if (output.code() != 0) {
            throw new UserError(file + " is no package that can be read: " + output.problem());
        }
        Map<String, String> fields = new HashMap<>();
        for (String line : output.lines()) {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 2).trim());
            }
        }
        return fields;
    }

    private boolean newer(String version, String than) {
        return tools.run(null, line -> {}, List.of("dpkg", "--compare-versions", version, "gt", than))
                        .code()
                == 0;
    }

    /** Unpacks beside the place of what was unpacked before, and then puts it there. */
    private void unpack(List<Path> files) {
        StringBuilder contents = new StringBuilder();
        long size = 0;
        try {
            for (Path file : files) {
                contents.append(file.getFileName())
                        .append(' ')
                        .append(Files.size(file))
                        .append('\n');
                size += Files.size(file);
            }
            if (Files.exists(cache.contents())
                    && Files.readString(cache.contents()).contentEquals(contents)) {
                say("everything is unpacked already");
                done();
                return;
            }
            say(String.format(Locale.ROOT, "unpacking %d packages of %.1f MB", files.size(), size / MEGABYTE));
            Path fresh = cache.path().resolve("root.new");
            delete(fresh);
            cache.folder("root.new");
            for (Path file : files) {
                Output output =
                        tools.run(null, line -> {}, List.of("dpkg-deb", "-x", file.toString(), fresh.toString()));
                if (output.code() != 0) {
                    delete(fresh);
                    throw new UserError(file + " cannot be unpacked: " + output.problem());
                }
            }
            MergedFolders.link(fresh);
            Files.deleteIfExists(cache.contents());
            delete(cache.root());
            Files.move(fresh, cache.root());
            Files.writeString(cache.contents(), contents);
        } catch (IOException e) {
            throw new UserError("the cache folder " + cache.path() + " cannot be written: " + e.getMessage());
        }
        done();
    }

    private void done() {
        say("the kernel is " + cache.kernel());
        say("its modules are in " + cache.root().resolve("lib/modules").resolve(cache.release()));
        say("perf and busybox are in " + cache.root());
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> all = new ArrayList<>();
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.sorted(Comparator.reverseOrder()).forEach(all::add);
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }

    private void progress(String line) {
        if (line.startsWith("Get:") || line.startsWith("Err:")) {
            out.println("  " + line);
            out.flush();
        }
    }

    private void say(String what) {
        out.println("spelunk: " + what);
        out.flush();
    }
}
