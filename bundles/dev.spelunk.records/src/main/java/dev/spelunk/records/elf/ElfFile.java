// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.elf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Sections, segments and symbols of a 64-bit little-endian ELF file (System V gABI, chapters 4 and 5;
 * ELF for the Arm 64-bit Architecture). Every offset and size in the file is checked before use.
 */
public final class ElfFile {
    /** e_machine of AArch64. */
    public static final int EM_AARCH64 = 183;

    private static final int HEADER_BYTES = 64;
    private static final int PROGRAM_HEADER_BYTES = 56;
    private static final int SECTION_HEADER_BYTES = 64;
    private static final int SYMBOL_BYTES = 24;
    private static final int PT_LOAD = 1;
    private static final int SHT_SYMTAB = 2;
    private static final int SHT_NOTE = 7;
    private static final int SHT_NOBITS = 8;
    private static final int SHT_DYNSYM = 11;
    private static final int NT_GNU_BUILD_ID = 3;
    private static final int GNU = 0x00554e47;
    private static final long SHF_ALLOC = 2;
    private static final long SHF_EXECINSTR = 4;
    private static final int STT_NOTYPE = 0;
    private static final int STT_FUNC = 2;
    private static final int STT_GNU_IFUNC = 10;
    private static final int STB_LOCAL = 0;
    private static final int STB_WEAK = 2;
    private static final int SHN_LORESERVE = 0xff00;
    /** More than any symbol table that is worth reading into memory. */
    private static final long MAX_TABLE_BYTES = 1L << 28;

    /** A section header. */
    public record Section(
            String name, int type, long flags, long address, long offset, long size, int link, long info) {
        /** Whether the section is code in memory with bytes in the file. */
        public boolean code() {
            return (flags & (SHF_ALLOC | SHF_EXECINSTR)) == (SHF_ALLOC | SHF_EXECINSTR) && type != SHT_NOBITS;
        }

        /** Whether the address is in the section. */
        public boolean contains(long a) {
            return Long.compareUnsigned(a - address, size) < 0;
        }
    }

    /** A PT_LOAD program header. */
    public record Load(long offset, long address, long fileSize, long memorySize) {}

    /**
     * A symbol of code.
     *
     * @param function whether its type is STT_FUNC or STT_GNU_IFUNC, else a label
     * @param section index of its section
     */
    public record Symbol(String name, long address, long size, boolean function, Binding binding, int section) {}

    /** What other files see of a symbol (System V ABI, symbol table, ELF64_ST_BIND). */
    public enum Binding {
        WEAK,
        LOCAL,
        /** STB_GLOBAL, and what an operating system has beside it. */
        GLOBAL
    }

    private final Path path;
    private final SeekableByteChannel channel;
    private final long fileSize;
    private final int machine;
    private final List<Section> sections;
    private final List<Load> loads;
    private final List<Symbol> symbols;
    private final byte[] buildId;

    private ElfFile(Path path, SeekableByteChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.fileSize = channel.size();
        if (fileSize < HEADER_BYTES) {
            throw malformed("shorter than an ELF header");
        }
        ByteBuffer header = bytes(0, HEADER_BYTES, "ELF header");
        if (header.getInt(0) != 0x464c457f) {
            throw malformed("not an ELF file");
        }
        if (header.get(4) != 2 || header.get(5) != 1) {
            throw malformed("not a 64-bit little-endian ELF file");
        }
        this.machine = header.getShort(18) & 0xffff;
        this.loads = readLoads(header);
        this.sections = readSections(header);
        this.symbols = readSymbols();
        this.buildId = readBuildId();
    }

    /**
     * Reads the tables of a file.
     *
     * @throws MalformedElfException when it is no such ELF file or one of its tables lies outside it
     */
    public static ElfFile read(Path path) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(path)) {
            return new ElfFile(path, channel);
        }
    }

    /** e_machine. */
    public int machine() {
        return machine;
    }

    /** Sections in the order of their headers, the null section included; empty when there are none. */
    public List<Section> sections() {
        return sections;
    }

    /** Segments that are loaded. */
    public List<Load> loads() {
        return loads;
    }

    /** What the linker identifies the file's contents by (the note NT_GNU_BUILD_ID); empty when there is none. */
    public byte[] buildId() {
        return buildId.clone();
    }

    /** Symbols of code: functions, and labels in executable sections. */
    public List<Symbol> symbols() {
        return symbols;
    }

    private List<Load> readLoads(ByteBuffer header) throws IOException {
        int count = header.getShort(56) & 0xffff;
        List<Load> result = new ArrayList<>();
        if (count == 0) {
            return result;
        }
        if ((header.getShort(54) & 0xffff) != PROGRAM_HEADER_BYTES) {
            throw malformed("program headers of an unknown size");
        }
        ByteBuffer table = bytes(header.getLong(32), (long) count * PROGRAM_HEADER_BYTES, "program headers");
        for (int i = 0; i < count; i++) {
            int at = i * PROGRAM_HEADER_BYTES;
            if (table.getInt(at) == PT_LOAD) {
                result.add(new Load(
                        table.getLong(at + 8), table.getLong(at + 16), table.getLong(at + 32), table.getLong(at + 40)));
            }
        }
        return result;
    }

    private List<Section> readSections(ByteBuffer header) throws IOException {
        int count = header.getShort(60) & 0xffff;
        List<Section> result = new ArrayList<>();
        if (count == 0) {
            return result;
        }
        if ((header.getShort(58) & 0xffff) != SECTION_HEADER_BYTES) {
            throw malformed("section headers of an unknown size");
        }
        ByteBuffer table = bytes(header.getLong(40), (long) count * SECTION_HEADER_BYTES, "section headers");
        int namesIndex = header.getShort(62) & 0xffff;
        ByteBuffer names = namesIndex < count
                ? bytes(
                        table.getLong(namesIndex * SECTION_HEADER_BYTES + 24),
                        table.getLong(namesIndex * SECTION_HEADER_BYTES + 32),
                        "section names")
                : ByteBuffer.allocate(0);
        for (int i = 0; i < count; i++) {
            int at = i * SECTION_HEADER_BYTES;
            result.add(new Section(
                    string(names, table.getInt(at)),
                    table.getInt(at + 4),
                    table.getLong(at + 8),
                    table.getLong(at + 16),
                    table.getLong(at + 24),
                    table.getLong(at + 32),
                    table.getInt(at + 40),
                    table.getInt(at + 44) & 0xffff_ffffL));
        }
        return result;
    }

    /** Of a file that is stripped, those that other files are linked with. */
    private List<Symbol> readSymbols() throws IOException {
        List<Symbol> all = readSymbols(SHT_SYMTAB);
        return all.isEmpty() ? readSymbols(SHT_DYNSYM) : all;
    }

    private List<Symbol> readSymbols(int type) throws IOException {
        List<Symbol> result = new ArrayList<>();
        for (Section section : sections) {
            if (section.type() != type) {
                continue;
            }
            if (section.link() < 0 || section.link() >= sections.size()) {
                throw malformed("a symbol table without names");
            }
            Section strings = sections.get(section.link());
            ByteBuffer names = bytes(strings.offset(), strings.size(), "symbol names");
            ByteBuffer table = bytes(section.offset(), section.size(), "symbol table");
            for (int at = SYMBOL_BYTES; at + SYMBOL_BYTES <= table.limit(); at += SYMBOL_BYTES) {
                Symbol symbol = symbol(table, at, names);
                if (symbol != null) {
                    result.add(symbol);
                }
            }
        }
        return result;
    }

    /** Notes are three words, a name and a description, each in a multiple of four bytes (gABI, chapter 5). */
    private byte[] readBuildId() throws IOException {
        for (Section section : sections) {
            boolean inside = section.offset() >= 0
                    && section.size() >= 0
                    && section.size() <= fileSize
                    && section.offset() <= fileSize - section.size();
            if (section.type() != SHT_NOTE || !inside) {
                continue;
            }
            ByteBuffer notes = bytes(section.offset(), section.size(), "notes");
            int at = 0;
            while (at + 16 <= notes.limit()) {
                long name = notes.getInt(at) & 0xffff_ffffL;
                long size = notes.getInt(at + 4) & 0xffff_ffffL;
                long begin = at + 12 + (name + 3 & ~3L);
                if (begin + size > notes.limit()) {
                    break;
                }
                if (notes.getInt(at + 8) == NT_GNU_BUILD_ID && name == 4 && notes.getInt(at + 12) == GNU) {
                    byte[] id = new byte[(int) size];
                    notes.get((int) begin, id);
                    return id;
                }
                at = (int) (begin + (size + 3 & ~3L));
            }
        }
        return new byte[0];
    }

    private static Binding binding(int bits) {
        return switch (bits) {
            case STB_LOCAL -> Binding.LOCAL;
            case STB_WEAK -> Binding.WEAK;
            default -> Binding.GLOBAL;
        };
    }

    private Symbol symbol(ByteBuffer table, int at, ByteBuffer names) throws IOException {
        int type = table.get(at + 4) & 0xf;
        boolean function = type == STT_FUNC || type == STT_GNU_IFUNC;
        int section = table.getShort(at + 6) & 0xffff;
        if (!function && type != STT_NOTYPE
                || section == 0
                || section >= SHN_LORESERVE
                || section >= sections.size()
                || !sections.get(section).code()) {
            return null;
        }
        String name = string(names, table.getInt(at));
        // Mapping symbols ($x, $d) mark code and data; they name nothing.
        if (name.isEmpty() || name.charAt(0) == '$') {
            return null;
        }
        return new Symbol(
                name,
                table.getLong(at + 8),
                table.getLong(at + 16),
                function,
                binding(table.get(at + 4) >>> 4 & 0xf),
                section);
    }

    private ByteBuffer bytes(long offset, long size, String what) throws IOException {
        if (offset < 0 || size < 0 || size > fileSize || offset > fileSize - size) {
            throw malformed("the " + what + " at offset 0x" + Long.toHexString(offset) + " (0x" + Long.toHexString(size)
                    + " bytes) lie outside the file");
        }
        if (size > MAX_TABLE_BYTES) {
            throw malformed("the " + what + " are larger than " + MAX_TABLE_BYTES + " bytes");
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        channel.position(offset);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw malformed("the file became shorter while it was read");
            }
        }
        return buffer.flip();
    }

    private static String string(ByteBuffer strings, int offset) {
        if (offset < 0 || offset >= strings.limit()) {
            return "";
        }
        int end = offset;
        while (end < strings.limit() && strings.get(end) != 0) {
            end++;
        }
        return new String(strings.array(), offset, end - offset, StandardCharsets.UTF_8);
    }

    private MalformedElfException malformed(String what) {
        return new MalformedElfException(path + ": " + what);
    }
}
