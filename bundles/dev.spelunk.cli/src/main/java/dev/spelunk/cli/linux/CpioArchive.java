// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.linux;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Writes an initramfs: a cpio archive of format newc, as Linux documents it in buffer-format.rst.
 * Names are relative paths; the folders above each are added once, as the kernel does not make them. Owners are
 * root and times are 0, so that the same content gives the same bytes.
 */
public final class CpioArchive implements AutoCloseable {
    private static final int FOLDER = 0040755;
    private static final int FILE = 0100000;
    private static final int LINK = 0120777;
    private static final int CHARACTER_DEVICE = 0020600;
    private static final int ALIGNMENT = 4;

    private final OutputStream out;
    private final Set<String> folders = new HashSet<>();
    private long written;
    private int inode;

    /**
     * Begins an archive.
     *
     * @param out gets it
     */
    public CpioArchive(OutputStream out) {
        this.out = out;
    }

    /** Adds a folder and those above it. */
    public void folder(String name) throws IOException {
        if (!name.isEmpty() && !folders.contains(name)) {
            above(name);
            folders.add(name);
            header(name, FOLDER, 0, 0, 0);
        }
    }

    /**
     * Adds a file.
     *
     * @param permissions such as 0755
     */
    public void file(String name, int permissions, byte[] content) throws IOException {
        above(name);
        header(name, FILE | permissions, content.length, 0, 0);
        put(content);
        align();
    }

    /** Adds a file of the host. */
    public void file(String name, int permissions, Path source) throws IOException {
        file(name, permissions, Files.readAllBytes(source));
    }

    /** Adds a symbolic link. */
    public void link(String name, String target) throws IOException {
        above(name);
        byte[] content = target.getBytes(StandardCharsets.UTF_8);
        header(name, LINK, content.length, 0, 0);
        put(content);
        align();
    }

    /** Adds a character device. */
    public void characterDevice(String name, int major, int minor) throws IOException {
        above(name);
        header(name, CHARACTER_DEVICE, 0, major, minor);
    }

    private void above(String name) throws IOException {
        int slash = name.lastIndexOf('/');
        if (slash > 0) {
            folder(name.substring(0, slash));
        }
    }

    /** Writes a header of thirteen numbers of eight hexadecimal digits each, and the name. */
    private void header(String name, int mode, int size, int major, int minor) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        int links = mode == FOLDER ? 2 : 1;
        int[] numbers = {++inode, mode, 0, 0, links, 0, size, 0, 0, major, minor, bytes.length + 1, 0};
        StringBuilder header = new StringBuilder("070701");
        for (int number : numbers) {
            header.append(String.format(Locale.ROOT, "%08x", number));
        }
        put(header.toString().getBytes(StandardCharsets.US_ASCII));
        put(bytes);
        put(new byte[1]);
        align();
    }

    private void put(byte[] bytes) throws IOException {
        out.write(bytes);
        written += bytes.length;
    }

    private void align() throws IOException {
        put(new byte[(int) (-written & ALIGNMENT - 1)]);
    }

    /** Ends the archive. The stream stays open. */
    @Override
    public void close() throws IOException {
        inode = -1;
        header("TRAILER!!!", 0, 0, 0, 0);
        out.flush();
    }
}
