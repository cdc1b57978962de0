// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files that a command line names. What is written to must not be another of them: its content would be lost. */
public final class NamedFiles {
    private record Named(String what, Path file) {}

    private final List<Named> all = new ArrayList<>();
    private final List<Named> written = new ArrayList<>();

    /**
     * A file that is read, or written in place as a drive.
     *
     * @param what it is, for messages
     * @param file its path; null for none
     */
    public NamedFiles reads(String what, Path file) {
        if (file != null) {
            all.add(new Named(what, file));
        }
        return this;
    }

    /**
     * A file that is made anew. Several that are the same thing may have one name.
     *
     * @param what it is, for messages
     * @param file its path; null for none
     */
    public NamedFiles writes(String what, Path file) {
        if (file != null) {
            written.add(new Named(what, file));
        }
        return reads(what, file);
    }

    /** @throws UserError when a file is written to that is something else too */
    public void check() {
        for (Named target : written) {
            for (Named other : all) {
                if (!other.what.equals(target.what) && same(target.file, other.file)) {
                    throw new UserError(target.what + " would be written over " + other.what + ", " + other.file
                            + ": give it a file of its own");
                }
            }
        }
    }

    private static boolean same(Path one, Path two) {
        try {
            return Files.exists(one) && Files.exists(two)
                    ? Files.isSameFile(one, two)
                    : one.toAbsolutePath()
                            .normalize()
                            .equals(two.toAbsolutePath().normalize());
        } catch (IOException e) {
            // Whoever opens it says what is wrong with it.
            return false;
        }
    }
}
