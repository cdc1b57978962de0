// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.debian;

import dev.spelunk.cli.process.CacheFolder;
import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The folder for Debian's packages: apt's state, the packages, and what they unpack to. */
public final class Cache {
    private static final String KERNEL = "vmlinuz-";
    private static final String IMAGE = "vmlinuz";

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
        return new Cache(CacheFolder.ofUser().resolve("debian"));
    }

    /** The cache for one release of Debian in this one, beside those of others; this one where the release is null. */
    public Cache of(Release release) {
        return release == null ? this : new Cache(folder.resolve("releases").resolve(release.label()));
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
        if (Files.exists(contents())) {
            List<Path> kernels = matching(root().resolve("boot"), KERNEL + "*");
            if (kernels.isEmpty()) {
                // Since 7.0 the image is beside its modules.
                kernels = matching(root().resolve("lib/modules"), "*").stream()
                        .map(folder -> folder.resolve(IMAGE))
                        .filter(Files::exists)
                        .toList();
            }
            if (!kernels.isEmpty()) {
                return kernels.get(kernels.size() - 1);
            }
        }
        String release = folder.getParent().endsWith("releases") ? " --release " + folder.getFileName() : "";
        throw new UserError("there is no kernel in " + folder + ": type 'spelunk debian fetch" + release + "'");
    }

    private static List<Path> matching(Path folder, String glob) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
            files.forEach(found::add);
        } catch (IOException e) {
            throw new UserError(folder + " cannot be read: " + e.getMessage());
        }
        found.sort(null);
        return found;
    }

    /** Version of the unpacked kernel, as its modules' folder is named. */
    public String release() {
        Path kernel = kernel();
        String name = kernel.getFileName().toString();
        return name.equals(IMAGE) ? kernel.getParent().getFileName().toString() : name.substring(KERNEL.length());
    }
}
