// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.records.elf.ElfFile;
import dev.spelunk.records.elf.SymbolTable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Writes one segment of a guest as an ELF file whose only code section is {@code .text}. perf takes a
 * kernel-space mapping for a module and places its symbols by where {@code .text} begins, and it disassembles a
 * program as if all its code were as far from its place in the file as {@code .text}; so a segment with code in other
 * sections, or before {@code .text}, needs a file of this form.
 */
final class SegmentElf {
    private static final int HEADER_BYTES = 64;
    private static final int PROGRAM_HEADER_BYTES = 56;
    /** Where the segment is in the file. */
    static final int TEXT_OFFSET = 0x1000;

    private static final byte[] SECTION_NAMES =
            "\0.text\0.symtab\0.strtab\0.shstrtab\0.note.gnu.build-id\0".getBytes(StandardCharsets.US_ASCII);
    private static final int STB_GLOBAL_STT_FUNC = 0x12;
    private static final int NT_GNU_BUILD_ID = 3;
    private static final int GNU = 0x00554e47;

    private SegmentElf() {}

    /** Writes the file and returns its build id, which follows from code and symbols. */
    static byte[] write(Path file, Path guest, ElfFile elf, Segment segment) throws IOException {
        byte[] text = text(guest, segment);
        Bytes names = new Bytes().u8(0);
        Bytes symbols = new Bytes().zeros(24);
        SymbolTable table = new SymbolTable(elf);
        List<ElfFile.Symbol> all = table.symbols();
        for (int i = 0; i < all.size(); i++) {
            ElfFile.Symbol symbol = all.get(i);
            ElfFile.Section section = elf.sections().get(symbol.section());
            long inSegment = symbol.address() - section.address() + section.offset() - segment.fileOffset();
            if (inSegment >= 0 && inSegment < text.length) {
                symbols.u32(names.size())
                        .u8(STB_GLOBAL_STT_FUNC)
                        .u8(0)
                        .u16(1)
                        .u64(segment.address() + inSegment)
                        .u64(table.end(i) - symbol.address());
                names.string(symbol.name(), 1);
            }
        }
        long symbolsAt = TEXT_OFFSET + (long) text.length;
        long namesAt = symbolsAt + symbols.size();
        long sectionNamesAt = namesAt + names.size();
        byte[] id = digest(text, symbols.toArray(), names.toArray());
        Bytes note =
                new Bytes().u32(4).u32(id.length).u32(NT_GNU_BUILD_ID).u32(GNU).put(id);
        long noteAt = sectionNamesAt + SECTION_NAMES.length + 3 & ~3L;
        long sectionsAt = noteAt + note.size() + 7 & ~7L;
        Bytes head = new Bytes();
        // ELF64, little-endian; ET_EXEC, AArch64.
        head.u32(0x464c457f)
                .u8(2)
                .u8(1)
                .u8(1)
                .zerosTo(16)
                .u16(2)
                .u16(ElfFile.EM_AARCH64)
                .u32(1)
                .u64(segment.address())
                .u64(HEADER_BYTES)
                .u64(sectionsAt)
                .u32(0)
                .u16(HEADER_BYTES)
                .u16(PROGRAM_HEADER_BYTES)
                .u16(1)
                .u16(64)
                .u16(6)
                .u16(4);
        // PT_LOAD, read and execute.
        head.u32(1)
                .u32(5)
                .u64(TEXT_OFFSET)
                .u64(segment.address())
                .u64(segment.address())
                .u64(text.length)
                .u64(text.length)
                .u64(TEXT_OFFSET);
        head.zerosTo(TEXT_OFFSET);
        Bytes tail = new Bytes()
                .put(symbols.toArray())
                .put(names.toArray())
                .put(SECTION_NAMES)
                .zerosTo((int) (noteAt - symbolsAt))
                .put(note.toArray())
                .zerosTo((int) (sectionsAt - symbolsAt));
        tail.zeros(64);
        section(tail, 1, 1, 6, segment.address(), TEXT_OFFSET, text.length, 0, 0, 4, 0);
        section(tail, 7, 2, 0, 0, symbolsAt, symbols.size(), 3, 1, 8, 24);
        section(tail, 15, 3, 0, 0, namesAt, names.size(), 0, 0, 1, 0);
        section(tail, 23, 3, 0, 0, sectionNamesAt, SECTION_NAMES.length, 0, 0, 1, 0);
        section(tail, 33, 7, 0, 0, noteAt, note.size(), 0, 0, 4, 0);
        Files.createDirectories(file.getParent());
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(head.toArray());
            out.write(text);
            out.write(tail.toArray());
        }
        return id;
    }

    private static byte[] digest(byte[]... parts) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            for (byte[] part : parts) {
                sha1.update(part);
            }
            return sha1.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void section(
            Bytes b,
            int name,
            int type,
            long flags,
            long address,
            long offset,
            long size,
            int link,
            int info,
            long alignment,
            long entry) {
        b.u32(name)
                .u32(type)
                .u64(flags)
                .u64(address)
                .u64(offset)
                .u64(size)
                .u32(link)
                .u32(info)
                .u64(alignment)
                .u64(entry);
    }

    private static byte[] text(Path guest, Segment segment) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(guest)) {
            long available = Math.max(0, Math.min(segment.size(), channel.size() - segment.fileOffset()));
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(available, 1 << 30));
            channel.position(segment.fileOffset());
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                // Until the segment is read or the file ends.
            }
            return buffer.array();
        }
    }
}
