// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.debian;

import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folder for Debian's packages: apt's state, the packages, and what they unpack to. */
public final class Cache {
    private static final String KERNEL = "vmlinuz-";

    private final Path folder;

    /**
     * Names a folder; it need not exist.
     *
     * @param folder where packages are kept
     */
    public Cache(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** {@code spelunk/debian} in the user's cache folder, which {@code XDG_CACHE_HOME} may name. */
    public static Cache ofUser() {
        String named = System.getenv("XDG_CACHE_HOME");
        Path caches = named != null && Path.of(named).isAbsolute()
                ? Path.of(named)
                : Path.of(System.getProperty("user.home"), ".cache");
        return new Cache(caches.resolve("spelunk/debian"));
    }

    /** A folder in it, made when it is missing. */
    Path folder(String name) {
        Path path = folder.resolve(name);
        try {
            return Files.createDirectories(path);
        } catch (IOException e) {
            throw new UserError("the cache folder " + path + " cannot be made ("
                    + e.getClass().getSimpleName() + "): name another with --cache");
        }
    }

    /** The folder itself. */
    public Path path() {
        return folder;
    }

    /** What the packages unpack to: {@code boot}, {@code lib}, {@code usr} and so on. */
    public Path root() {
        return folder.resolve("root");
    }

    /** The list of the packages that {@link #root} holds. */
    Path contents() {
        return folder.resolve("contents");
    }

    /**
     * The unpacked kernel.
     *
     * @throws UserError when nothing has been fetched
     */
    public Path kernel() {
        Path boot = root().resolve("boot");
        if (Files.isDirectory(boot) && Files.exists(contents())) {
            try (Stream<Path> files = Files.list(boot)) {
                List<Path> kernels = files.filter(
                                f -> f.getFileName().toString().startsWith(KERNEL))
                        .sorted()
                        .toList();
                if (!kernels.isEmpty()) {
                    return kernels.get(kernels.size() - 1);
                }
            } catch (IOException e) {
                throw new UserError(boot + " cannot be read: " + e.getMessage());
            }
        }
        throw new UserError("there is no kernel in " + folder + ": type 'spelunk debian fetch'");
    }

    /** Version of the unpacked kernel, as its modules' folder is named. */
    public String release() {
        return kernel().getFileName().toString().substring(KERNEL.length());
    }
}
