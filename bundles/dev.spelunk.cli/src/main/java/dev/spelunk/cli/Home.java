// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli;

import java.nio.file.Path;

/**
 * Where the program's own files are. The launcher script passes the top folder of the source tree as
 * {@code spelunk.home}.
 */
final class Home {
    private Home() {}

    private static Path folder() {
        String home = System.getProperty("spelunk.home");
        if (home == null) {
            throw new UserError("the property spelunk.home is not set; start with the script spelunk");
        }
        return Path.of(home);
    }

    /** The folder with the variants. */
    static Path features() {
        return folder().resolve("features");
    }

    /** The guest that runs where none is named. */
    static Path bundledGuest() {
        return folder().resolve("integration-tests/guests/prebuilt/guest.elf");
    }

    /** The assembled bundles in Maven layout. */
    static Path assembly() {
        return folder().resolve("bundles/dev.spelunk.cli/target/assembly/repository");
    }

    /** The local Maven repository. */
    static Path localRepository() {
        String set = System.getProperty("maven.repo.local");
        return set == null ? Path.of(System.getProperty("user.home"), ".m2", "repository") : Path.of(set);
    }
}
