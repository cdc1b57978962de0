// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.composition;

import dev.spelunk.cli.process.UserError;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the program's own files are. The launcher script passes the top folder of the source tree, or that of an
 * unpacked release, as {@code spelunk.home}.
 */
public final class Home {
    private Home() {}

    private static Path folder() {
        String home = System.getProperty("spelunk.home");
        if (home == null) {
            throw new UserError("the property spelunk.home is not set; start with the script spelunk");
        }
        return Path.of(home);
    }

    /** Where a release has it, or else the source tree. */
    private static Path either(String released, String built) {
        Path file = folder().resolve(released);
        return Files.exists(file) ? file : folder().resolve(built);
    }

    /** The folder with the variants. */
    public static Path features() {
        return folder().resolve("features");
    }

    /** The guest that runs where none is named. */
    public static Path bundledGuest() {
        return either("guests/guest.elf", "integration-tests/guests/prebuilt/guest.elf");
    }

    /** The virtual machine monitor that comes along, a program for Linux. */
    public static Path monitor() {
        return either("guests/vmm", "integration-tests/guests/prebuilt/vmm");
    }

    /** The hypervisor that comes along, an ELF file for an entry at EL2. */
    public static Path hypervisor() {
        return either("guests/hypervisor.elf", "integration-tests/guests/prebuilt/hypervisor.elf");
    }

    /** The assembled bundles in Maven layout. */
    public static Path assembly() {
        return either("repository", "bundles/dev.spelunk.cli/target/assembly/repository");
    }

    /** The local Maven repository. */
    public static Path localRepository() {
        String set = System.getProperty("maven.repo.local");
        return set == null ? Path.of(System.getProperty("user.home"), ".m2", "repository") : Path.of(set);
    }

    /** Maven's wrapper, which the source tree has and a release has not. */
    public static Path wrapper() {
        return folder().resolve("mvnw");
    }
}
