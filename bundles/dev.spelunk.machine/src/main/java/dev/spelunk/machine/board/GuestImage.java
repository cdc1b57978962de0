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
 * AArch64 ELF executables (by p_paddr) and images with the Linux arm64 boot header, these also compressed
 * with gzip.
 */
public final class GuestImage {
    /** One piece of the file. */
    record Load(long address, int fileOffset, int fileSize, long memorySize) {}

    private static final int ELF_HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int EM_AARCH64 = 183;
    private static final int PT_LOAD = 1;
    private static final int PF_X = 1;
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
     * @throws BadInputException when the file is no guest, is damaged, or does not fit
     */
    public static GuestImage read(Path file, long base, long size) {
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
            image.readElf(bytes);
        } else if (content.length >= IMAGE_HEADER && bytes.getInt(56) == IMAGE_MAGIC) {
            image.readLinuxImage(bytes, base);
        } else {
            throw image.bad(
                    "neither an ELF file nor an image with the Linux arm64 boot header (magic ARM\\x64 at offset 56)");
        }
        for (Load load : image.loads) {
            long end = load.address + load.memorySize;
            if (Long.compareUnsigned(load.address, base) < 0
                    || load.memorySize < 0
                    || Long.compareUnsigned(end, load.address) < 0
                    || Long.compareUnsigned(end, base + size) > 0) {
                throw image.bad(String.format(
                        "the segment 0x%x..0x%x is outside RAM 0x%x..0x%x: link the guest "
                                + "into RAM or give more with --memory",
                        load.address, end, base, base + size));
            }
        }
        return image;
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

    private BadInputException bad(String why) {
        return new BadInputException("guest " + file + ": " + why);
    }

    private void readElf(ByteBuffer elf) {
        if (content.length < 20) {
            throw bad("truncated ELF header");
        }
        if (content[4] != 2) {
            throw bad("not a 64-bit ELF (class " + content[4] + "): build it for aarch64");
        }
        if (content[5] != 1) {
            throw bad("not a little-endian ELF");
        }
        int machine = elf.getShort(18) & 0xFFFF;
        if (machine != EM_AARCH64) {
            throw bad("wrong machine " + machine + " in its ELF header, not AArch64 (183): build it for aarch64");
        }
        if (content.length < ELF_HEADER) {
            throw bad("truncated ELF header");
        }
        int type = elf.getShort(16) & 0xFFFF;
        if (type != 2 && type != 3) {
            throw bad("ELF type " + type + " is not an executable: link it");
        }
        long headers = elf.getLong(32);
        int headerSize = elf.getShort(54) & 0xFFFF;
        int count = elf.getShort(56) & 0xFFFF;
        if (count == 0) {
            throw bad("no program headers: nothing to load");
        }
        if (headerSize != PROGRAM_HEADER || headers < 0 || headers > content.length - (long) count * PROGRAM_HEADER) {
            throw bad("truncated program headers at offset 0x" + Long.toHexString(headers));
        }
        entry = elf.getLong(24);
        long physicalEntry = entry;
        boolean entryIsPhysical = false;
        for (int i = 0; i < count; i++) {
            int at = (int) headers + i * PROGRAM_HEADER;
            long fileOffset = elf.getLong(at + 8);
            long virtual = elf.getLong(at + 16);
            long physical = elf.getLong(at + 24);
            long fileSize = elf.getLong(at + 32);
            long memorySize = elf.getLong(at + 40);
            if (elf.getInt(at) != PT_LOAD || memorySize == 0) {
                continue;
            }
            if (fileSize < 0 || fileOffset < 0 || fileSize > content.length || fileOffset > content.length - fileSize) {
                throw bad(String.format(
                        "truncated: segment %d wants 0x%x bytes at offset 0x%x of 0x%x",
                        i, fileSize, fileOffset, content.length));
            }
            if (Long.compareUnsigned(fileSize, memorySize) > 0) {
                throw bad("segment " + i + " is larger in the file than in memory");
            }
            loads.add(new Load(physical, (int) fileOffset, (int) fileSize, memorySize));
            if (Long.compareUnsigned(entry - physical, memorySize) < 0) {
                entryIsPhysical = true;
            } else if (Long.compareUnsigned(entry - virtual, memorySize) < 0) {
                physicalEntry = entry - virtual + physical;
            }
            if ((elf.getInt(at + 4) & PF_X) != 0 && fileSize > 0) {
                // Guests that run user code link it low; what is linked at its load address runs at EL1.
                int el = virtual < 0 || virtual == physical ? 1 : 0;
                segments.add(new ProfileDescription.Segment(virtual, fileSize, fileOffset, el));
            }
        }
        if (loads.isEmpty()) {
            throw bad("no loadable segment");
        }
        if (!entryIsPhysical) {
            entry = physicalEntry;
        }
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
