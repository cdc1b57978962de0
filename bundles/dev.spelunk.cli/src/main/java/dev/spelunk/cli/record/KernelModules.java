// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.cli.debian.Cache;
import dev.spelunk.cli.debian.HostTools;
import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The files of a kernel's modules: since Debian 13 they are compressed, and some are part of the kernel. */
public final class KernelModules {
    private static final String COMPRESSED = ".xz";

    private final Path folder;

    /**
     * Names a kernel.
     *
     * @param cache where its packages are unpacked
     */
    public KernelModules(Cache cache) {
        folder = cache.root().resolve("lib/modules").resolve(cache.release());
    }

    /**
     * The modules that the kernel does not have already, uncompressed.
     *
     * @param names paths below the folder {@code kernel}
     * @throws UserError when one is missing
     * @throws IOException when the list of those that are part of the kernel cannot be read
     */
    public List<Path> files(List<String> names) throws IOException {
        Path list = folder.resolve("modules.builtin");
        Set<String> builtIn = new HashSet<>(Files.exists(list) ? Files.readAllLines(list) : List.of());
        List<Path> files = new ArrayList<>();
        for (String name : names) {
            if (!builtIn.contains("kernel/" + name)) {
                files.add(file(name));
            }
        }
        return files;
    }

    private Path file(String name) {
        Path file = folder.resolve("kernel").resolve(name);
        Path compressed = file.resolveSibling(file.getFileName() + COMPRESSED);
        if (!Files.exists(file) && Files.exists(compressed)) {
            HostTools.Output output =
                    new HostTools().run(null, line -> {}, List.of("xz", "-dk", compressed.toString()));
            if (output.code() != 0) {
                throw new UserError(compressed + " cannot be decompressed: " + String.join(" ", output.errors()));
            }
        }
        return Initramfs.present(file);
    }
}
