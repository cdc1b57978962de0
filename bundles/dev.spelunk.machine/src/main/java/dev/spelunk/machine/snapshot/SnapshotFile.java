// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.snapshot;

import dev.spelunk.api.problems.BadInputException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * The file of a snapshot: magic number, version of the format, what machine it is of (name and value pairs), the
 * state, deflated, and the SHA-256 of all that.
 */
public final class SnapshotFile {
    private static final byte[] MAGIC = {'S', 'p', 'e', 'l', 'u', 'n', 'k', 0};
    /** To be increased with each change of {@link Snapshot} that is not a mere addition of state. */
    private static final int VERSION = 7;

    private static final int DIGEST = 32;
    private static final String TEMPORARY_SUFFIX = ".tmp";

    private SnapshotFile() {}

    /** Says before the run what could not be written at its place. */
    public static void checkPlace(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.exists(file) && !Files.isRegularFile(file)) {
            throw Snapshot.bad(file, "cannot be written: that is no regular file, give the name of one");
        }
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw Snapshot.bad(
                    file,
                    "cannot be written: " + folder
                            + (Files.isDirectory(folder) ? " is a folder that may not be written" : " is no folder"));
        }
        removeLeft(folder, file.getFileName().toString());
    }

    /** Removes what killed runs with the same file have left half-written: files that nobody has locked. */
    private static void removeLeft(Path folder, String name) {
        String form = Pattern.quote("." + name + "-") + "\\d+" + Pattern.quote(TEMPORARY_SUFFIX);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
                folder, path -> path.getFileName().toString().matches(form))) {
            for (Path left : files) {
                removeDead(left);
            }
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

    /**
     * Writes a file; it is in its place only when it is whole.
     *
     * @param identity what a machine must have in common with this one to take over its state
     */
    public static void write(Path file, Map<String, String> identity, Snapshot snapshot) {
        Path temporary = null;
        try {
            temporary = Files.createTempFile(
                    file.toAbsolutePath().getParent(), "." + file.getFileName() + "-", TEMPORARY_SUFFIX);
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
                    OutputStream plain = new BufferedOutputStream(Channels.newOutputStream(channel))) {
                // As long as it is locked, its process lives.
                channel.tryLock();
                MessageDigest digest = sha256();
                DataOutputStream head = new DataOutputStream(new DigestOutputStream(plain, digest));
                head.write(MAGIC);
                head.writeInt(VERSION);
                head.writeInt(identity.size());
                for (Map.Entry<String, String> entry : identity.entrySet()) {
                    head.writeUTF(entry.getKey());
                    head.writeUTF(entry.getValue());
                }
                Deflater deflater = new Deflater(Deflater.BEST_SPEED);
                DeflaterOutputStream body = new DeflaterOutputStream(head, deflater, 1 << 16);
                DataOutputStream data = new DataOutputStream(new BufferedOutputStream(body, 1 << 16));
                snapshot.write(data);
                data.flush();
                body.finish();
                deflater.end();
                plain.write(digest.digest());
            }
            temporary.toFile().setReadable(true, false);
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new BadInputException("snapshot " + file + " cannot be written: " + e.getMessage(), e);
        } finally {
            if (temporary != null) {
                temporary.toFile().delete();
            }
        }
    }

    /** The SHA-256 of the state. */
    public static byte[] digest(Snapshot snapshot) {
        MessageDigest digest = sha256();
        try (DataOutputStream out = new DataOutputStream(
                new BufferedOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest), 1 << 16))) {
            snapshot.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return digest.digest();
    }

    /**
     * Reads a file into a machine.
     *
     * @param identity of the machine
     * @throws BadInputException when the file is none, damaged, of another version or of another machine
     */
    public static void read(Path file, Map<String, String> identity, Snapshot snapshot) {
        try {
            long size = Files.size(file);
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                DataInputStream head = new DataInputStream(in);
                byte[] magic = head.readNBytes(MAGIC.length);
                if (!Arrays.equals(magic, MAGIC)) {
                    throw Snapshot.bad(file, "is not a snapshot of Spelunk");
                }
                int version = size < MAGIC.length + Integer.BYTES ? VERSION : head.readInt();
                if (version != VERSION) {
                    throw Snapshot.bad(
                            file,
                            "has version " + version + " of the format, and this Spelunk reads version " + VERSION
                                    + ": save it again with this one");
                }
            }
            check(file, size);
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                DataInputStream head = new DataInputStream(new Bounded(in, size - DIGEST));
                head.skipNBytes(MAGIC.length + Integer.BYTES);
                compare(file, head, identity);
                Inflater inflater = new Inflater();
                try (InflaterInputStream body = new InflaterInputStream(head, inflater)) {
                    DataInputStream data = new DataInputStream(new BufferedInputStream(body, 1 << 16));
                    snapshot.read(data);
                    if (data.read() >= 0 || inflater.getRemaining() != 0 || head.read() >= 0) {
                        throw new IOException("has bytes after the machine's state: it is not what a machine wrote");
                    }
                } finally {
                    inflater.end();
                }
            }
        } catch (NoSuchFileException e) {
            throw new BadInputException("no such snapshot file: " + file, e);
        } catch (EOFException e) {
            throw new BadInputException("snapshot " + file + " ends within the machine's state", e);
        } catch (IndexOutOfBoundsException | NullPointerException | ClassCastException | IllegalArgumentException e) {
            throw new BadInputException("snapshot " + file + " holds a state that no machine has", e);
        } catch (OutOfMemoryError e) {
            throw new BadInputException(
                    "snapshot " + file + " holds more than fits into the heap: give Java more with JAVA_OPTS=-Xmx4g",
                    e);
        } catch (IOException e) {
            throw new BadInputException(
                    "snapshot " + file + " " + (e.getMessage() == null ? "cannot be read" : e.getMessage()), e);
        }
    }

    /** Whether the file is what was written: the last bytes are the digest of those before. */
    private static void check(Path file, long size) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            new DigestInputStream(new Bounded(in, Math.max(size - DIGEST, 0)), digest)
                    .transferTo(OutputStream.nullOutputStream());
            if (!Arrays.equals(in.readNBytes(DIGEST), digest.digest())) {
                throw Snapshot.bad(file, "is damaged or truncated: its checksum does not fit");
            }
        }
    }

    private static void compare(Path file, DataInputStream head, Map<String, String> identity) throws IOException {
        Map<String, String> saved = new HashMap<>();
        for (int n = StateFields.count(head); n > 0; n--) {
            saved.put(StateFields.readText(head), StateFields.readText(head));
        }
        for (Map.Entry<String, String> entry : identity.entrySet()) {
            String was = saved.get(entry.getKey());
            if (!entry.getValue().equals(was)) {
                throw Snapshot.bad(
                        file,
                        "is of a machine with " + entry.getKey() + " " + was + ", this one has " + entry.getValue()
                                + ": restore with the options that it was saved with");
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first bytes of a stream. */
    private static final class Bounded extends FilterInputStream {
        private long left;

        private Bounded(InputStream in, long size) {
            super(in);
            left = size;
        }

        @Override
        public int read() throws IOException {
            if (left <= 0) {
                return -1;
            }
            left--;
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left <= 0) {
                return -1;
            }
            int n = in.read(bytes, offset, (int) Math.min(length, left));
            left -= Math.max(n, 0);
            return n;
        }

        @Override
        public long skip(long bytes) throws IOException {
            long n = in.skip(Math.min(bytes, left));
            left -= n;
            return n;
        }
    }
}
