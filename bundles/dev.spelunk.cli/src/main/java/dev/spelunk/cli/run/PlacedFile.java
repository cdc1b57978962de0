// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.cli.process.Leftovers;
import dev.spelunk.cli.process.UserError;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

/** A text file that is written as a run goes on, beside its place, and moved there when the run is over. */
final class PlacedFile {
    private final String option;
    private final Path file;
    private final Path temporary;
    private final Writer out;

    /**
     * Begins the file.
     *
     * @param option that names it, for messages
     * @throws UserError when it cannot be written
     */
    PlacedFile(String option, Path file) {
        this.option = option;
        this.file = file;
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new UserError(option + ": " + file + " is "
                    + (Files.isDirectory(file) ? "a folder" : "no regular file") + ", give the name of a file");
        }
        try {
            Path folder = file.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            Leftovers.remove(folder, Pattern.quote(file.getFileName().toString()));
            temporary = Leftovers.temporary(file);
            // For a run that does not begin.
            temporary.toFile().deleteOnExit();
            FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
            // As long as it is locked, its process lives.
            channel.tryLock();
            out = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private UserError failed(IOException e) {
        return new UserError(option + ": " + file + " cannot be written: " + e.getMessage());
    }

    /** Gets what is in it. */
    Writer writer() {
        return out;
    }

    /**
     * Puts the file in its place.
     *
     * @param failure why something of it could not be written, or null
     * @param wanted whether there is to be a file
     * @throws UserError when it could not be written
     */
    void close(IOException failure, boolean wanted) {
        try {
            out.close();
            if (failure != null) {
                throw failure;
            }
            if (wanted) {
                temporary.toFile().setReadable(true, false);
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw failed(failure == null ? e : failure);
        } finally {
            temporary.toFile().delete();
        }
    }
}
