// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of the process that is written anew for each input. */
public final class Scratch {
    private final Path file;

    /** @param name of the file, which may matter to who reads it */
    public Scratch(String name) {
        try {
            Path folder = Files.createTempDirectory("spelunk-fuzz-");
            file = folder.resolve(name);
            folder.toFile().deleteOnExit();
            file.toFile().deleteOnExit();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path path() {
        return file;
    }

    public Path with(byte[] content) {
        try {
            return Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
