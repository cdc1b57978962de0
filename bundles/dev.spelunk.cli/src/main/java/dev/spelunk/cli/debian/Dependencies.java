// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.debian;

import dev.spelunk.cli.process.UserError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which packages are needed: the kernel that the flavour's package names, busybox, and perf with its libraries. */
final class Dependencies {
    static final String KERNEL_FLAVOUR = "linux-image-cloud-arm64";
    static final String BUSYBOX = "busybox-static";
    static final String PERF = "linux-perf";

    private final Map<String, List<String>> needs = new LinkedHashMap<>();

    /** Says that a package depends on others. */
    void add(String name, List<String> others) {
        needs.computeIfAbsent(name, n -> new ArrayList<>()).addAll(others);
    }

    /** Reads what {@code apt-cache depends --recurse} prints. */
    static Dependencies ofAptCache(List<String> lines) {
        Dependencies dependencies = new Dependencies();
        String current = null;
        boolean virtual = false;
        for (String line : lines) {
            String text = line.trim();
            if (!line.startsWith(" ") && !text.startsWith("|")) {
                current = text;
                dependencies.add(current, List.of());
                continue;
            }
            int colon = text.indexOf(": ");
            if (colon > 0 && current != null && text.substring(0, colon).endsWith("Depends")) {
                String name = text.substring(colon + 2);
                virtual = name.startsWith("<");
                dependencies.add(current, List.of(name));
            } else if (colon < 0 && virtual) {
                // The first package that provides the virtual one, as apt-get would choose.
                dependencies.add(current, List.of(text));
                virtual = false;
            }
        }
        return dependencies;
    }

    /** Reads the field {@code Depends} of a package: the names, each alternative too. */
    static List<String> ofField(String depends) {
        List<String> names = new ArrayList<>();
        for (String one : depends.split("[,|]")) {
            String name = one.trim().replaceFirst("[ (:\\[].*", "");
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        return names;
    }

    /** The kernel's package: what the flavour's package depends on. */
    String kernel() {
        return needs.getOrDefault(KERNEL_FLAVOUR, List.of()).stream()
                .filter(n -> n.startsWith("linux-image-"))
                .findFirst()
                .orElseThrow(() -> new UserError("the apt sources have no " + KERNEL_FLAVOUR
                        + ": add Debian's archive to them, or use --from with a folder of packages"));
    }

    /** The kernel's package, and those that hold its image and its modules where it is split. */
    Set<String> kernelPackages() {
        String kernel = kernel();
        Set<String> all = new TreeSet<>(Set.of(kernel));
        needs(kernel).stream().filter(Dependencies::ofKernel).forEach(all::add);
        return all;
    }

    /** What a package depends on. */
    List<String> needs(String name) {
        return needs.getOrDefault(name, List.of());
    }

    /** Whether a package is a piece of a kernel that is split. */
    static boolean ofKernel(String name) {
        return name.matches("linux-(base|binary|modules)-[0-9].*");
    }

    /** A package and every library that it needs directly or through another library, by name. */
    Set<String> withLibraries(String name) {
        Set<String> all = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(name));
        while (!open.isEmpty()) {
            String next = open.poll();
            if (all.add(next)) {
                needs.getOrDefault(next, List.of()).stream()
                        .filter(Dependencies::isLibrary)
                        .forEach(open::add);
            }
        }
        return all;
    }

    /** Debian names a package with shared libraries lib…; zlib is older than that custom. */
    private static boolean isLibrary(String name) {
        return name.startsWith("lib") || name.startsWith("zlib");
    }
}
