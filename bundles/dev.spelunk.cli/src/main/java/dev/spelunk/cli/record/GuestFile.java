// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.cli.process.PathArgument;
import dev.spelunk.cli.process.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A file that goes into the guest of a recording, or comes out of it.
 *
 * @param host its place on the host; of one that comes out, its name in the output folder
 * @param guest its place in the guest, an absolute path
 */
public record GuestFile(Path host, Path guest) {
    /** Where the guest mounts its own file systems over what the initramfs has. */
    private static final List<String> MOUNTED = List.of("/proc", "/sys", "/dev");

    /**
     * Reads HOST[:GUEST], a file or a folder that goes into the guest.
     *
     * @throws UserError when the host has no such file, or the guest no place for it
     */
    public static GuestFile into(String text) {
        return into("--file", text);
    }

    /** The same for an option of that name. */
    public static GuestFile into(String option, String text) {
        int colon = text.lastIndexOf(':');
        Path host = PathArgument.of(colon < 0 ? text : text.substring(0, colon), option + ": ");
        if (!Files.isReadable(host)) {
            throw new UserError(
                    option + " " + text + ": " + (Files.exists(host) ? "cannot be read: " : "no such file: ") + host
                            + "; give HOST or HOST:GUEST");
        }
        Path guest = colon < 0 ? host : PathArgument.of(text.substring(colon + 1), option + ": ");
        return new GuestFile(host, place(option + " " + text, guest));
    }

    /**
     * Reads GUEST[:NAME], a file that comes out of the guest.
     *
     * @throws UserError when the name leads out of the output folder, or the guest has no such place
     */
    public static GuestFile outOf(String text) {
        int colon = text.lastIndexOf(':');
        Path guest = PathArgument.of(colon < 0 ? text : text.substring(0, colon), "--output-file: ");
        Path name = colon < 0 ? guest.getFileName() : PathArgument.of(text.substring(colon + 1), "--output-file: ");
        if (name == null
                || name.getNameCount() != 1
                || name.toString().isEmpty()
                || name.toString().startsWith(".")) {
            throw new UserError("--output-file " + text
                    + ": give GUEST or GUEST:NAME, with a plain name for the output " + "folder");
        }
        return new GuestFile(name, place("--output-file " + text, guest));
    }

    /** The same path as on the host when it is not absolute: the guest's working folder is the host's. */
    private static Path place(String option, Path path) {
        if (path.toString().isEmpty()) {
            throw new UserError(option + ": the guest's path is missing");
        }
        Path guest = path.toAbsolutePath().normalize();
        checkPlace(option, guest);
        return guest;
    }

    /** @throws UserError when the guest cannot have a file there */
    static void checkPlace(String what, Path guest) {
        if (MOUNTED.stream().anyMatch(guest::startsWith)) {
            throw new UserError(what + ": the guest has its own /" + guest.getName(0) + "; choose another place");
        }
    }
}
