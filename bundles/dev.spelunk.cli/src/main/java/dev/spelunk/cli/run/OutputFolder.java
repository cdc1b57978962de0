// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder for the files of a run. Each file is written beside its place and then moved there, so that a
 * failed run leaves no half-written file, and the files of an earlier run are whole until they are replaced.
 *
 * <p>One run at a time has the folder: a locked file in it says so. The operating system lets go of the lock when a
 * process ends, however it does, and what it has left half-written is removed by the next run. Records are of use before
 * they are whole: those of a run that was killed are kept as {@code killed-records.bin}, and said to be there.
 */
public final class OutputFolder implements AutoCloseable {
    private static final String LOCK = ".spelunk.lock";
    private static final String TEMPORARY_PREFIX = ".spelunk-";
    private static final String TEMPORARY_SUFFIX = ".tmp";
    /** After the name of a file that is of use before it is whole. */
    private static final String PARTIAL = ".partial";
    /** Before the name of what a run that was killed had of such a file. */
    private static final String KILLED = "killed-";

    private final Path folder;
    private FileChannel lock;
    /** For a program that is ended where it is. */
    private final Thread cleaner = new Thread(this::abandon, "output folder");

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
     * @throws UserError if it is none or cannot be written, or if another run has it
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
        Path probe = null;
        try {
            probe = temporary("probe");
            Files.write(probe, new byte[1]);
        } catch (IOException e) {
            throw new UserError("the output folder " + folder + " cannot be written: " + describe(e));
        } finally {
            delete(probe);
        }
        if (lock()) {
            removeLeft();
            keepKilled();
            Runtime.getRuntime().addShutdownHook(cleaner);
        }
    }

    /** Takes the folder. Returns false on a file system that has no locks. */
    private boolean lock() {
        Path file = folder.resolve(LOCK);
        while (true) {
            FileChannel channel = null;
            boolean taken = false;
            try {
                channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                if (channel.tryLock() == null) {
                    throw used();
                }
                // The run that had it may have removed the file meanwhile: then the lock is on nothing.
                taken = Files.exists(file);
            } catch (OverlappingFileLockException e) {
                throw used();
            } catch (IOException e) {
                return false;
            } finally {
                if (!taken) {
                    closeQuietly(channel);
                }
            }
            if (taken) {
                lock = channel;
                return true;
            }
        }
    }

    private UserError used() {
        return new UserError("another run writes to the output folder " + folder
                + ": wait for its end, or give this one a folder of its own with -o");
    }

    /** Removes what a run that was killed has left half-written. */
    private void removeLeft() {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(folder, TEMPORARY_PREFIX + "*" + TEMPORARY_SUFFIX)) {
            for (Path file : files) {
                delete(file);
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Leftovers are no reason not to run.
            return;
        }
    }

    /** Gives what a run that was killed has recorded a name that no further run takes for its own file. */
    private void keepKilled() {
        List<String> kept = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + PARTIAL)) {
            for (Path file : files) {
                if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) == 0) {
                    delete(file);
                    continue;
                }
                String name = file.getFileName().toString();
                Path place = folder.resolve(KILLED + name.substring(0, name.length() - PARTIAL.length()));
                move(file, place);
                kept.add(place.toString());
            }
        } catch (IOException | DirectoryIteratorException e) {
            // What cannot be kept is no reason not to run.
            return;
        }
        if (!kept.isEmpty()) {
            kept.sort(null);
            System.err.println("spelunk: a run in " + folder + " was killed; what it had recorded is in "
                    + String.join(", ", kept) + ", which spelunk decode reads");
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // Its lock goes with the process.
            return;
        }
    }

    private void abandon() {
        removeLeft();
        unlock();
    }

    /** Lets the next run have the folder. */
    @Override
    public void close() {
        unlock();
        try {
            Runtime.getRuntime().removeShutdownHook(cleaner);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook does the same.
            return;
        }
    }

    private synchronized void unlock() {
        if (lock != null) {
            delete(folder.resolve(LOCK));
            closeQuietly(lock);
            lock = null;
        }
    }

    /**
     * Writes or replaces a file.
     *
     * @param name its name
     * @param content writes it
     * @throws UserError if it cannot be written
     */
    public void write(String name, Content content) {
        try (Pending file = begin(name)) {
            content.write(file.temporary);
            file.keep();
        } catch (IOException e) {
            throw new UserError(message(name, e));
        }
    }

    /** Where it is. */
    public Path path() {
        return folder;
    }

    /** Its own name, without the folders that it is in. */
    String name() {
        Path name = folder.toAbsolutePath().normalize().getFileName();
        return name == null ? folder.toString() : name.toString();
    }

    /** What to tell the user when a file could not be written. */
    String message(String name, IOException e) {
        return folder.resolve(name) + " cannot be written: " + describe(e);
    }

    /** Removes files of an earlier run that had more of a kind: those with a number from first on in their names. */
    void deleteNumbered(String before, int first, String after) {
        for (int i = first; Files.exists(folder.resolve(before + i + after)); i++) {
            delete(folder.resolve(before + i + after));
        }
    }

    /** Removes a file of an earlier run that this one has nothing to put into the place of. */
    public void remove(String name) {
        delete(folder.resolve(name));
    }

    /**
     * Begins a file whose content comes bit by bit.
     *
     * @param name its name
     * @throws UserError if it cannot be written
     */
    public Pending begin(String name) {
        try {
            return new Pending(name);
        } catch (IOException e) {
            throw new UserError(message(name, e));
        }
    }

    /**
     * Begins a file whose content is of use before it is whole: while it is written it has its name with
     * {@code .partial}, and stays when the process is killed.
     *
     * @param name its name
     * @throws IOException if it cannot be written
     */
    Pending beginUseful(String name) throws IOException {
        if (lock == null) {
            // Another run may write the same.
            return new Pending(name);
        }
        Files.createDirectories(folder);
        Path file = folder.resolve(name + PARTIAL);
        Files.deleteIfExists(file);
        return new Pending(name, Files.createFile(file));
    }

    private Path temporary(String name) throws IOException {
        // It may have been removed while the guest ran.
        Files.createDirectories(folder);
        return Files.createTempFile(folder, TEMPORARY_PREFIX + name + "-", TEMPORARY_SUFFIX);
    }

    /** A file that is being written. Closing it removes what has not been kept. */
    public final class Pending extends OutputStream {
        private final Path file;
        private final Path temporary;
        private OutputStream out;
        private long size;

        private Pending(String name) throws IOException {
            this(name, temporary(name));
        }

        private Pending(String name, Path temporary) {
            file = folder.resolve(name);
            this.temporary = temporary;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (out == null) {
                out = Files.newOutputStream(temporary);
            }
            out.write(bytes, offset, length);
            size += length;
        }

        /** The file that is written, for whoever writes it himself. */
        Path place() {
            return temporary;
        }

        /** Whether somebody has removed it, or the whole folder. */
        boolean removed() {
            return !Files.exists(temporary);
        }

        /** Bytes written so far. */
        public long size() {
            return size;
        }

        /** What to tell the user when it could not be written. */
        public UserError failed(IOException e) {
            return new UserError(file + " cannot be written: " + describe(e));
        }

        /**
         * It is whole: moves it to its place.
         *
         * @throws UserError if it cannot be
         */
        public void keep() {
            try {
                closeStream();
                setReadable(temporary);
                move(temporary, file);
            } catch (IOException e) {
                throw failed(e);
            }
        }

        @Override
        public void close() {
            try {
                closeStream();
            } catch (IOException e) {
                System.err.println("spelunk: " + temporary + " cannot be closed: " + describe(e));
            }
            delete(temporary);
        }

        private void closeStream() throws IOException {
            if (out != null) {
                out.close();
                out = null;
            }
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
