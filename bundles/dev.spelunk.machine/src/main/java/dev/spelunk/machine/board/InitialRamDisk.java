// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.problems.BadInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The initial RAM disk that a Linux image is given: a cpio archive, plain or compressed as Linux knows it. */
public final class InitialRamDisk {
    /** What the formats begin with: cpio (newc, with and without checksum), gzip, bzip2, LZMA, xz, LZO, LZ4, Zstandard. */
    private static final byte[][] MAGICS = {
        ascii("070701"),
        ascii("070702"),
        bytes(0x1f, 0x8b),
        bytes(0x1f, 0x9e),
        ascii("BZh"),
        bytes(0x5d, 0, 0),
        bytes(0xfd, '7', 'z', 'X', 'Z', 0),
        bytes(0x89, 'L', 'Z', 'O', 0),
        bytes(0x02, 0x21, 0x4c, 0x18),
        bytes(0x28, 0xb5, 0x2f, 0xfd)
    };

    private InitialRamDisk() {}

    /**
     * Reads one.
     *
     * @param limit size of the guest's memory in bytes
     * @throws BadInputException when there is none at that path, it is none, or too large
     */
    public static byte[] read(Path file, long limit) {
        try {
            if (!Files.exists(file)) {
                throw new BadInputException("initrd " + file + ": no such file");
            }
            if (!Files.isRegularFile(file)) {
                throw new BadInputException("initrd " + file + ": not a regular file");
            }
            if (Files.size(file) > limit) {
                throw new BadInputException("initrd " + file + ": larger than the " + (limit >> 20)
                        + " MiB of memory: give more with --memory");
            }
            byte[] content = Files.readAllBytes(file);
            for (byte[] magic : MAGICS) {
                if (begins(content, magic)) {
                    return content;
                }
            }
            throw new BadInputException(
                    "initrd " + file + ": not an initramfs: make a cpio archive of format newc, plain or compressed");
        } catch (IOException e) {
            throw new BadInputException("initrd " + file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean begins(byte[] content, byte[] magic) {
        if (content.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if (content[i] != magic[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
