// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.records.ProfileDescription;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * A guest as its file says it: what goes to which physical address, and where it is entered. Reads
 * AArch64 ELF executables ({@link ElfGuest}) and images with the Linux arm64 boot header, these also compressed
 * with gzip, and images without a header where the user says to which address they go.
 */
public final class GuestImage {
    /** One piece of the file. */
    record Load(long address, int fileOffset, int fileSize, long memorySize) {}

    private static final int IMAGE_MAGIC = 0x644d5241;
    private static final int IMAGE_HEADER = 64;
    private static final long IMAGE_ALIGNMENT = 2 << 20;
    private static final long OLD_TEXT_OFFSET = 0x80000;
    /** An image that is also a PE executable, for UEFI, says in its section table how long it is. */
    private static final int PE_OFFSET = 60;

    private static final int PE_MAGIC = 0x4550;
    private static final int PE_HEADER = 24;
    private static final int PE_SECTION = 40;

    public final Path file;
    public final byte[] content;
    final List<Load> loads = new ArrayList<>();
    public final List<ProfileDescription.Segment> segments = new ArrayList<>();
    long entry;

    private GuestImage(Path file, byte[] content) {
        this.file = file;
        this.content = content;
    }

    /**
     * Reads a guest.
     *
     * @param base first physical address of the guest's memory
     * @param size its size in bytes
     * @param loadAddress where a position-independent ELF or an image without a header goes; -1 where the file says
     * @throws BadInputException when the file is no guest, is damaged, or does not fit
     */
    public static GuestImage read(Path file, long base, long size, long loadAddress) {
        byte[] content;
        try {
            if (!Files.exists(file)) {
                throw new BadInputException("guest " + file + ": no such file");
            }
            if (!Files.isRegularFile(file)) {
                throw new BadInputException("guest " + file + ": not a regular file");
            }
            content = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new BadInputException("guest " + file + ": cannot be read: " + e.getMessage(), e);
        } catch (OutOfMemoryError e) {
            throw new BadInputException("guest " + file + ": too large to load");
        }
        if (content.length >= 2 && content[0] == 0x1f && content[1] == (byte) 0x8b) {
            content = inflate(file, content, size);
        }
        GuestImage image = new GuestImage(file, content);
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        if (content.length >= 4 && bytes.getInt(0) == 0x464c457f) {
            ElfGuest.read(image, bytes, base, size, loadAddress);
        } else if (content.length >= IMAGE_HEADER && bytes.getInt(56) == IMAGE_MAGIC) {
            if (loadAddress >= 0) {
                throw image.bad("--load-address: its boot header says where it is loaded");
            }
            image.readLinuxImage(bytes, base);
        } else if (loadAddress >= 0 && content.length > 0) {
            image.readFlat(loadAddress);
        } else {
            throw image.bad("neither an ELF file nor an image with the Linux arm64 boot header (magic ARM\\x64 at "
                    + "offset 56); say with --load-address where any other image goes");
        }
        image.requireInRam(base, size);
        return image;
    }

    /** @throws BadInputException when a part of it lies outside RAM */
    void requireInRam(long base, long size) {
        for (Load load : loads) {
            long end = load.address + load.memorySize;
            if (Long.compareUnsigned(load.address, base) < 0
                    || load.memorySize < 0
                    || Long.compareUnsigned(end, load.address) < 0
                    || Long.compareUnsigned(end, base + size) > 0) {
                throw bad(String.format(
                        "the segment 0x%x..0x%x is outside RAM 0x%x..0x%x: link the guest "
                                + "into RAM or give more with --memory",
                        load.address, end, base, base + size));
            }
        }
    }

    private static byte[] inflate(Path file, byte[] compressed, long size) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            byte[] content = in.readNBytes((int) Math.min(size, Integer.MAX_VALUE - 8));
            if (in.read() >= 0) {
                throw new BadInputException("guest " + file + ": larger than the " + (size >> 20)
                        + " MiB of memory once decompressed: give more with --memory");
            }
            return content;
        } catch (EOFException e) {
            throw new BadInputException("guest " + file + ": truncated: its gzip stream ends early");
        } catch (IOException e) {
            throw new BadInputException("guest " + file + ": its gzip stream is damaged: " + e.getMessage(), e);
        }
    }

    /** First address after everything that is loaded. */
    long end() {
        return loads.stream().mapToLong(l -> l.address + l.memorySize).max().orElse(0);
    }

    BadInputException bad(String why) {
        return new BadInputException("guest " + file + ": " + why);
    }

    private void readFlat(long loadAddress) {
        entry = loadAddress;
        loads.add(new Load(loadAddress, 0, content.length, content.length));
        segments.add(new ProfileDescription.Segment(loadAddress, content.length, 0, 1));
    }

    private void readLinuxImage(ByteBuffer image, long base) {
        long textOffset = image.getLong(8);
        long imageSize = image.getLong(16);
        long flags = image.getLong(24);
        if ((flags & 1) != 0) {
            throw bad("a big-endian kernel, which this machine does not run");
        }
        if (imageSize == 0) {
            textOffset = OLD_TEXT_OFFSET;
            imageSize = content.length;
        }
        if (textOffset < 0 || textOffset > IMAGE_ALIGNMENT || imageSize < content.length) {
            throw bad(String.format(
                    "damaged boot header: text_offset 0x%x, image_size 0x%x, file 0x%x bytes",
                    textOffset, imageSize, content.length));
        }
        long complete = sectionsEnd(image);
        if (complete > content.length) {
            throw bad(String.format(
                    "truncated: its sections need 0x%x bytes, the file has 0x%x", complete, content.length));
        }
        entry = base + textOffset;
        loads.add(new Load(entry, 0, content.length, imageSize));
        segments.add(new ProfileDescription.Segment(entry, content.length, 0, 1));
    }

    /** Where the last section of an image ends that is also a PE executable; 0 when it is none. */
    private long sectionsEnd(ByteBuffer image) {
        long header = image.getInt(PE_OFFSET) & 0xFFFFFFFFL;
        if (header == 0 || header + PE_HEADER > content.length || image.getInt((int) header) != PE_MAGIC) {
            return 0;
        }
        int count = image.getShort((int) header + 6) & 0xFFFF;
        long table = header + PE_HEADER + (image.getShort((int) header + 20) & 0xFFFF);
        long end = table + (long) count * PE_SECTION;
        for (int i = 0; i < count && table + (i + 1L) * PE_SECTION <= content.length; i++) {
            int section = (int) table + i * PE_SECTION;
            end = Math.max(
                    end, (image.getInt(section + 16) & 0xFFFFFFFFL) + (image.getInt(section + 20) & 0xFFFFFFFFL));
        }
        return end;
    }
}
