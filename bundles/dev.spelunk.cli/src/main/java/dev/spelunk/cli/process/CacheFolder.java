// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.process;

import java.nio.file.Path;

/** The folder of the user for what is fetched once and kept: {@code spelunk} in the cache folder. */
public final class CacheFolder {
    private CacheFolder() {}

    /** The folder, which need not exist; {@code XDG_CACHE_HOME} may name the one that it is in. */
    public static Path ofUser() {
        String named = System.getenv("XDG_CACHE_HOME");
        Path caches = named != null && Path.of(named).isAbsolute()
                ? Path.of(named)
                : Path.of(System.getProperty("user.home"), ".cache");
        return caches.resolve("spelunk");
    }
}
