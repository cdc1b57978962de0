// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.records.ProfileDescription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * An AArch64 ELF as linkers write it for a bare machine. Its PT_LOAD segments go to p_paddr; where every p_paddr is 0,
 * to p_vaddr. All other program headers are for somebody else: notes, the TLS template (which lies in a PT_LOAD), the
 * stack's permissions, a program interpreter. A position-independent one (ET_DYN) that is not linked into RAM is moved
 * there, and its relative relocations are applied.
 */
final class ElfGuest {
    private static final int HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int EM_AARCH64 = 183;
    private static final int ET_EXEC = 2;
    private static final int ET_DYN = 3;
    private static final int PT_LOAD = 1;
    private static final int PT_DYNAMIC = 2;
    private static final int PF_X = 1;
    private static final int DYNAMIC_ENTRY = 16;
    private static final int DT_RELA = 7;
    private static final int DT_RELASZ = 8;
    private static final int DT_RELR = 36;
    private static final int RELA_ENTRY = 24;
    private static final int R_AARCH64_NONE = 0;
    private static final int R_AARCH64_RELATIVE = 1027;
    /** Where a position-independent guest is put that is not linked into RAM, from the start of RAM. */
    private static final long DEFAULT_OFFSET = 2 << 20;

    private static final long PAGE = 4096;

    /** A PT_LOAD that takes memory. */
    private record Segment(
            int index, long offset, long virtual, long physical, long fileSize, long memorySize, int flags) {
        boolean contains(long address, long start) {
            return Long.compareUnsigned(address - start, memorySize) < 0;
        }
    }

    private final GuestImage image;
    private final ByteBuffer elf;
    private final List<Segment> segments = new ArrayList<>();
    private long dynamic = -1;
    private long dynamicSize;

    private ElfGuest(GuestImage image, ByteBuffer elf) {
        this.image = image;
        this.elf = elf;
    }

    /**
     * Reads the file into the image.
     *
     * @param base first physical address of RAM
     * @param size of RAM in bytes
     * @param loadAddress where a position-independent guest is to be put; -1 where the file says
     * @throws BadInputException when it is no such ELF, or is damaged
     */
    static void read(GuestImage image, ByteBuffer elf, long base, long size, long loadAddress) {
        new ElfGuest(image, elf).read(base, size, loadAddress);
    }

    private BadInputException bad(String why) {
        return image.bad(why);
    }

    private void read(long base, long size, long loadAddress) {
        int type = header();
        programHeaders();
        if (segments.isEmpty()) {
            throw bad("no loadable segment");
        }
        if (segments.stream().allMatch(s -> s.physical == 0)) {
            segments.replaceAll(
                    s -> new Segment(s.index, s.offset, s.virtual, s.virtual, s.fileSize, s.memorySize, s.flags));
        }
        refuseOverlaps();
        long bias = bias(type, base, size, loadAddress);
        if (bias != 0) {
            relocate(bias);
        }
        for (Segment s : segments) {
            image.loads.add(new GuestImage.Load(
                    s.physical + bias, s.fileSize == 0 ? 0 : (int) s.offset, (int) s.fileSize, s.memorySize));
            if ((s.flags & PF_X) != 0 && s.fileSize > 0) {
                // Guests that run user code link it low; what is linked at its load address runs at EL1.
                int el = s.virtual < 0 || s.virtual == s.physical ? 1 : 0;
                image.segments.add(new ProfileDescription.Segment(s.virtual + bias, s.fileSize, s.offset, el));
            }
        }
        // What lies outside RAM says more than an entry point that nothing holds.
        image.requireInRam(base, size);
        image.entry = entry(elf.getLong(24)) + bias;
    }

    /** Checks the ELF header and returns its type. */
    private int header() {
        byte[] content = image.content;
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
        if (content.length < HEADER) {
            throw bad("truncated ELF header");
        }
        int type = elf.getShort(16) & 0xFFFF;
        if (type != ET_EXEC && type != ET_DYN) {
            throw bad("ELF type " + type + " is not an executable: link it");
        }
        return type;
    }

    private void programHeaders() {
        int length = image.content.length;
        long headers = elf.getLong(32);
        int headerSize = elf.getShort(54) & 0xFFFF;
        int count = elf.getShort(56) & 0xFFFF;
        if (count == 0) {
            throw bad("no program headers: nothing to load");
        }
        if (headerSize != PROGRAM_HEADER || headers < 0 || headers > length - (long) count * PROGRAM_HEADER) {
            throw bad("truncated program headers at offset 0x" + Long.toHexString(headers));
        }
        for (int i = 0; i < count; i++) {
            int at = (int) headers + i * PROGRAM_HEADER;
            Segment s = new Segment(
                    i,
                    elf.getLong(at + 8),
                    elf.getLong(at + 16),
                    elf.getLong(at + 24),
                    elf.getLong(at + 32),
                    elf.getLong(at + 40),
                    elf.getInt(at + 4));
            if (elf.getInt(at) == PT_DYNAMIC) {
                dynamic = s.virtual;
                dynamicSize = s.fileSize;
            }
            if (elf.getInt(at) != PT_LOAD || s.memorySize == 0) {
                continue;
            }
            // Without bytes in the file the offset means nothing: linkers leave it beyond the end.
            if (s.fileSize != 0
                    && (s.fileSize < 0 || s.offset < 0 || s.fileSize > length || s.offset > length - s.fileSize)) {
                throw bad(String.format(
                        "truncated: segment %d wants 0x%x bytes at offset 0x%x of 0x%x",
                        i, s.fileSize, s.offset, length));
            }
            if (Long.compareUnsigned(s.fileSize, s.memorySize) > 0) {
                throw bad("segment " + i + " is larger in the file than in memory");
            }
            segments.add(s);
        }
    }

    /** Segments may share pages, not bytes: which of two would win is nothing that the file says. */
    private void refuseOverlaps() {
        List<Segment> sorted = new ArrayList<>(segments);
        sorted.sort(Comparator.comparing(Segment::physical, Long::compareUnsigned));
        for (int i = 1; i < sorted.size(); i++) {
            Segment lower = sorted.get(i - 1);
            Segment upper = sorted.get(i);
            if (lower.contains(upper.physical, lower.physical)) {
                throw bad(
                        String.format("segments %d and %d overlap at 0x%x", lower.index, upper.index, upper.physical));
            }
        }
    }

    /** How far the guest is moved. */
    private long bias(int type, long base, long size, long loadAddress) {
        long lowest = segments.get(0).physical;
        for (Segment s : segments) {
            lowest = Long.compareUnsigned(s.physical, lowest) < 0 ? s.physical : lowest;
        }
        lowest &= -PAGE;
        if (type == ET_EXEC) {
            if (loadAddress >= 0) {
                throw bad(String.format(
                        "--load-address 0x%x: it is linked at 0x%x and cannot be moved; link it there, or with -pie",
                        loadAddress, lowest));
            }
            return 0;
        }
        if (loadAddress >= 0) {
            return loadAddress - lowest;
        }
        boolean inRam = Long.compareUnsigned(lowest - base, size) < 0;
        return inRam ? 0 : base + DEFAULT_OFFSET - lowest;
    }

    /** Applies the relative relocations of a guest that is moved, in the file's bytes. */
    private void relocate(long bias) {
        long table = -1;
        long tableSize = 0;
        if (dynamic < 0) {
            return;
        }
        for (long at = 0; at + DYNAMIC_ENTRY <= dynamicSize; at += DYNAMIC_ENTRY) {
            int entry = inFile(dynamic + at, DYNAMIC_ENTRY, "its dynamic section");
            long value = elf.getLong(entry + 8);
            switch ((int) elf.getLong(entry)) {
                case 0 -> at = dynamicSize;
                case DT_RELA -> table = value;
                case DT_RELASZ -> tableSize = value;
                case DT_RELR ->
                    throw bad("it has packed relocations (DT_RELR) and is not linked where it is loaded: "
                            + "link it with -z nopack-relative-relocs");
                default -> {
                    // The rest is for a dynamic linker.
                }
            }
        }
        if (table < 0) {
            return;
        }
        for (long at = 0; at + RELA_ENTRY <= tableSize; at += RELA_ENTRY) {
            int entry = inFile(table + at, RELA_ENTRY, "its relocations");
            int type = (int) elf.getLong(entry + 8);
            if (type == R_AARCH64_NONE) {
                continue;
            }
            if (type != R_AARCH64_RELATIVE) {
                throw bad("its relocation of type " + type + " needs a dynamic linker: link it with -static");
            }
            int target = inFile(elf.getLong(entry), 8, "a relocated word");
            elf.putLong(target, elf.getLong(entry + 16) + bias);
        }
    }

    /** Offset in the file of bytes at an address as it is linked. */
    private int inFile(long address, int length, String what) {
        for (Segment s : segments) {
            long offset = address - s.virtual;
            if (offset >= 0 && offset <= s.fileSize - length) {
                return (int) (s.offset + offset);
            }
        }
        throw bad(String.format("truncated: %s at 0x%x is in no segment", what, address));
    }

    /** The physical address of the entry point, which is given as a physical or a virtual one. */
    private long entry(long address) {
        for (Segment s : segments) {
            if (s.contains(address, s.physical)) {
                return address;
            }
        }
        long found = -1;
        for (Segment s : segments) {
            if (s.contains(address, s.virtual)) {
                found = address - s.virtual + s.physical;
            }
        }
        if (found == -1) {
            throw bad(String.format(
                    "its entry point 0x%x is in none of its segments: name it with ENTRY(symbol) or -e symbol",
                    address));
        }
        return found;
    }
}
