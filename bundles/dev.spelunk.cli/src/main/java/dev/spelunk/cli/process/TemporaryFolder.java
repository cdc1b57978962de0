// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The folder of this process for what need not outlive it, for the user alone (mode 0700). A locked file in it says
 * that the process lives: the operating system lets go of the lock however the process ends. So a later process
 * removes what a dead one left, and never what belongs to a living one or to another user.
 */
public final class TemporaryFolder {
    private static final String PREFIX = "spelunk-";
    private static final String LOCK = "lock";
    private static final int ATTEMPTS = 10;
    private static TemporaryFolder process;

    private final Path folder;
    private final FileChannel channel;
    private boolean removed;

    /** Makes a folder, after what dead processes left in the same place has been removed. */
    TemporaryFolder(Path parent) throws IOException {
        for (int attempt = 0; ; attempt++) {
            Path made = Files.createTempDirectory(parent, PREFIX);
            FileChannel lock =
                    FileChannel.open(made.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            // Another process that cleans up may have met it before it was locked.
            if (lock.tryLock() != null && Files.exists(made.resolve(LOCK))) {
                folder = made;
                channel = lock;
                break;
            }
            lock.close();
            if (attempt == ATTEMPTS) {
                throw new IOException("its folder is removed again and again");
            }
        }
        removeDead(parent);
    }

    /**
     * A new folder in that of this process, which goes with it.
     *
     * @param name beginning of its name
     * @throws UserError when none can be made
     */
    public static Path folder(String name) {
        try {
            return Files.createTempDirectory(ofProcess(), name);
        } catch (IOException e) {
            throw cannot(e);
        }
    }

    /**
     * A new empty file in the folder of this process, which goes with it.
     *
     * @param name its name
     * @throws UserError when none can be made
     */
    public static Path file(String name) {
        try {
            return Files.createTempFile(ofProcess(), "", name);
        } catch (IOException e) {
            throw cannot(e);
        }
    }

    private static UserError cannot(IOException e) {
        return new UserError("nothing can be written in the temporary folder " + System.getProperty("java.io.tmpdir")
                + ": " + e.getMessage());
    }

    private static synchronized Path ofProcess() throws IOException {
        if (process == null) {
            TemporaryFolder made = new TemporaryFolder(Path.of(System.getProperty("java.io.tmpdir")));
            Runtime.getRuntime().addShutdownHook(new Thread(made::remove, "temporary folder"));
            process = made;
        }
        return process.folder;
    }

    /** Where it is. */
    Path path() {
        return folder;
    }

    /** Removes the folder with all that is in it. */
    synchronized void remove() {
        if (removed) {
            return;
        }
        removed = true;
        try {
            delete(folder);
            channel.close();
        } catch (IOException e) {
            System.err.println("spelunk: the temporary folder " + folder + " cannot be removed: " + e.getMessage());
        }
    }

    private void removeDead(Path parent) {
        try (DirectoryStream<Path> candidates = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path candidate : candidates) {
                if (!candidate.equals(folder) && mine(candidate)) {
                    removeWhenDead(candidate);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // Leftovers are no reason not to run.
            return;
        }
    }

    private boolean mine(Path candidate) throws IOException {
        return Files.isDirectory(candidate, LinkOption.NOFOLLOW_LINKS)
                && Files.isRegularFile(candidate.resolve(LOCK), LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(candidate, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(folder));
    }

    private static void removeWhenDead(Path candidate) {
        try (FileChannel other = FileChannel.open(candidate.resolve(LOCK), StandardOpenOption.WRITE);
                FileLock lock = other.tryLock()) {
            if (lock != null) {
                delete(candidate);
            }
        } catch (IOException | OverlappingFileLockException | UncheckedIOException e) {
            // Another process removes it at the same time, or it is one of this process.
            return;
        }
    }

    /**
     * Removes a folder with all that is in it; what is not there is removed already. The lock goes last, so that what an
     * interrupted removal leaves is found by the next.
     *
     * @throws IOException when something cannot be removed
     */
    public static void delete(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> walked = Files.walk(tree)) {
            files = walked.sorted(Comparator.<Path, Boolean>comparing(
                                    file -> file.equals(tree) || file.equals(tree.resolve(LOCK)))
                            .thenComparing(Comparator.reverseOrder()))
                    .collect(Collectors.toList());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}
