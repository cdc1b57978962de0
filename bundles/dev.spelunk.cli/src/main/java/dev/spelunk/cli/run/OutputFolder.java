// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.cli.UserError;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The folder for the files of a run. Each file is written beside its place and then moved there, so that a
 * failed run leaves no half-written file, and the files of an earlier run are whole until they are replaced.
 */
public final class OutputFolder {
    private final Path folder;

    /** Writes one file. */
    @FunctionalInterface
    public interface Content {
        /**
         * Writes the content.
         *
         * @param file the file to write
         * @throws IOException if the host does not let it
         */
        void write(Path file) throws IOException;
    }

    /**
     * Makes the folder where it is missing, and checks that files can be written in it.
     *
     * @param folder the folder
     * @throws UserError if it is none or cannot be written
     */
    public OutputFolder(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (FileAlreadyExistsException e) {
            throw new UserError("the output folder is a file: " + e.getFile());
        } catch (IOException e) {
            throw new UserError("the output folder " + folder + " cannot be made: " + describe(e));
        }
        write("probe", file -> Files.write(file, new byte[1]), false);
    }

    /**
     * Writes or replaces a file.
     *
     * @param name its name
     * @param content writes it
     * @throws UserError if it cannot be written
     */
    public void write(String name, Content content) {
        write(name, content, true);
    }

    private void write(String name, Content content, boolean keep) {
        Path file = folder.resolve(name);
        Path temporary = null;
        try {
            temporary = Files.createTempFile(folder, "." + name + "-", ".tmp");
            content.write(temporary);
            if (keep) {
                setReadable(temporary);
                move(temporary, file);
            }
        } catch (IOException e) {
            throw new UserError((keep ? file : "the output folder " + folder) + " cannot be written: " + describe(e));
        } finally {
            delete(temporary);
        }
    }

    /** Gives a file the rights that one made without a temporary name has. */
    private static void setReadable(Path file) {
        file.toFile().setReadable(true, false);
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void delete(Path file) {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                System.err.println("spelunk: the temporary file " + file + " cannot be removed");
            }
        }
    }

    private static String describe(IOException e) {
        if (e instanceof java.nio.file.AccessDeniedException) {
            return "permission denied";
        }
        String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }
}
