// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

/** Half-written files beside the places of whole ones, which who writes them has locked for as long as it lives. */
public final class Leftovers {
    private static final String SUFFIX = ".tmp";

    private Leftovers() {}

    /** A new file in the folder of another, for its content until that is whole. */
    public static Path temporary(Path file) throws IOException {
        return Files.createTempFile(file.toAbsolutePath().getParent(), "." + file.getFileName() + "-", SUFFIX);
    }

    /**
     * Removes what killed processes have left of a file: what nobody has locked.
     *
     * @param folder where it is; nothing happens where there is none
     * @param name of the file, as a regular expression
     */
    public static void remove(Path folder, String name) {
        Pattern form = Pattern.compile("[.](" + name + ")-\\d+" + Pattern.quote(SUFFIX));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
                folder, path -> form.matcher(path.getFileName().toString()).matches())) {
            files.forEach(Leftovers::removeDead);
        } catch (IOException | DirectoryIteratorException e) {
            // Leftovers are no reason not to run.
            return;
        }
    }

    private static void removeDead(Path left) {
        try (FileChannel channel = FileChannel.open(left, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock != null) {
                Files.deleteIfExists(left);
            }
        } catch (IOException | OverlappingFileLockException e) {
            // Another run of this process writes it, or it is somebody else's.
            return;
        }
    }
}
