// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.cli.debian.Cache;
import dev.spelunk.cli.process.Leftovers;
import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The folder of guests that have booted, in that of the packages from which they have. */
public final class SavedGuests {
    /** Of so many no more than the last used ones are kept. */
    private static final int MOST = 8;

    /** What files are named that hold a guest's state, and the symbols of its kernel. */
    static final String STATE = ".snapshot";

    static final String SYMBOLS = ".kallsyms";

    private final Path folder;

    /** Those of a kernel. What a recording that was killed has left half-written of one is removed. */
    public SavedGuests(Cache cache) {
        folder = cache.path().resolve("booted");
        Leftovers.remove(folder, "[^.].*");
    }

    /** A file of a guest, whose folder exists. */
    Path file(String key, String suffix) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UserError("the folder " + folder + " cannot be made ("
                    + e.getClass().getSimpleName() + "): name another cache with --cache");
        }
        return folder.resolve(key + suffix);
    }

    /** Somebody uses it. */
    void used(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        } catch (IOException e) {
            // It looks older than it is: it goes before others do.
            return;
        }
    }

    /** Removes those that were used longest ago when there are too many. */
    void limit() {
        List<Path> files = files();
        files.stream().limit(Math.max(0, files.size() - MOST)).forEach(this::remove);
    }

    /**
     * Removes those that nobody has used.
     *
     * @param unused since when
     * @return bytes that were freed
     */
    public long clean(Duration unused) {
        Instant until = Instant.now().minus(unused);
        long freed = 0;
        for (Path file : files()) {
            if (!time(file).isAfter(until)) {
                freed += remove(file);
            }
        }
        return freed;
    }

    /** All of them, those first that were used longest ago. */
    private List<Path> files() {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + STATE)) {
                all.forEach(files::add);
            } catch (IOException e) {
                throw new UserError(folder + " cannot be read: " + e.getMessage());
            }
        }
        files.sort(Comparator.comparing(SavedGuests::time));
        return files;
    }

    private static Instant time(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH;
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Removes a guest with its symbols; returns the bytes that were freed. */
    long remove(Path state) {
        String name = state.getFileName().toString();
        Path symbols = state.resolveSibling(name.substring(0, name.length() - STATE.length()) + SYMBOLS);
        long freed = 0;
        for (Path file : List.of(state, symbols)) {
            long size = size(file);
            try {
                freed += Files.deleteIfExists(file) ? size : 0;
            } catch (IOException e) {
                System.err.println("spelunk: " + file + " cannot be removed: " + e.getMessage());
            }
        }
        return freed;
    }
}
