// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.elf;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Source lines of instructions, by the line number programs of a file (DWARF 5, chapter 6.2; versions 2 to 5, in 32-bit and
 * 64-bit DWARF, compressed sections too). What is damaged in them is left out, from there to the end of its program.
 */
public final class LineTable {
    private static final LineTable EMPTY = new LineTable(new TreeMap<>());
    private static final long SHF_COMPRESSED = 1 << 11;
    private static final int ELFCOMPRESS_ZLIB = 1;
    private static final int COMPRESSION_HEADER = 24;
    /** More than the lines of any program that is worth reading into memory. */
    private static final long MAX_BYTES = 1L << 28;

    private static final int DW_LNS_COPY = 1;
    private static final int DW_LNS_ADVANCE_PC = 2;
    private static final int DW_LNS_ADVANCE_LINE = 3;
    private static final int DW_LNS_SET_FILE = 4;
    private static final int DW_LNS_CONST_ADD_PC = 8;
    private static final int DW_LNS_FIXED_ADVANCE_PC = 9;
    private static final int DW_LNE_END_SEQUENCE = 1;
    private static final int DW_LNE_SET_ADDRESS = 2;
    private static final int DW_LNCT_PATH = 1;

    /** {@code file.c:17} from an address on; null where a sequence has ended. */
    private final TreeMap<Long, String> rows;

    private LineTable(TreeMap<Long, String> rows) {
        this.rows = rows;
    }

    /** Reads the lines of a file; none where it has none, or cannot be read. */
    public static LineTable read(Path file, ElfFile elf) {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            ByteBuffer programs = section(channel, elf, ".debug_line");
            if (programs == null) {
                return EMPTY;
            }
            ByteBuffer lineStrings = section(channel, elf, ".debug_line_str");
            ByteBuffer strings = section(channel, elf, ".debug_str");
            TreeMap<Long, String> rows = new TreeMap<>(Long::compareUnsigned);
            while (programs.remaining() > 4) {
                boolean wide = programs.getInt(programs.position()) == -1;
                programs.position(programs.position() + (wide ? 4 : 0));
                long length = wide ? programs.getLong() : programs.getInt() & 0xFFFF_FFFFL;
                if (length < 0 || length > programs.remaining()) {
                    break;
                }
                ByteBuffer program =
                        programs.slice(programs.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
                programs.position(programs.position() + (int) length);
                new Program(program, wide, lineStrings, strings, rows).read();
            }
            return new LineTable(rows);
        } catch (IOException
                | BufferUnderflowException
                | IndexOutOfBoundsException
                | IllegalArgumentException
                | DataFormatException e) {
            // It could be read before: without lines there is one column less.
            return EMPTY;
        }
    }

    private static ByteBuffer section(SeekableByteChannel channel, ElfFile elf, String name)
            throws IOException, DataFormatException {
        for (ElfFile.Section section : elf.sections()) {
            if (!section.name().equals(name) || section.size() <= 0 || section.size() > MAX_BYTES) {
                continue;
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) section.size()).order(ByteOrder.LITTLE_ENDIAN);
            channel.position(section.offset());
            while (bytes.hasRemaining()) {
                if (channel.read(bytes) < 0) {
                    return null;
                }
            }
            bytes.flip();
            return (section.flags() & SHF_COMPRESSED) == 0 ? bytes : inflated(bytes);
        }
        return null;
    }

    private static ByteBuffer inflated(ByteBuffer bytes) throws DataFormatException {
        long size = bytes.getLong(8);
        if (bytes.getInt(0) != ELFCOMPRESS_ZLIB || size < 0 || size > MAX_BYTES) {
            return null;
        }
        byte[] plain = new byte[(int) size];
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(bytes.array(), COMPRESSION_HEADER, bytes.limit() - COMPRESSION_HEADER);
            int length = inflater.inflate(plain);
            return ByteBuffer.wrap(plain, 0, length).order(ByteOrder.LITTLE_ENDIAN);
        } finally {
            inflater.end();
        }
    }

    /** The source of an instruction, {@code file.c:17}; null where it is not known. */
    public String at(long address) {
        var row = rows.floorEntry(address);
        return row == null ? null : row.getValue();
    }

    /** One line number program while it is read. */
    private static final class Program {
        private final ByteBuffer in;
        private final boolean wide;
        private final ByteBuffer lineStrings;
        private final ByteBuffer strings;
        private final TreeMap<Long, String> rows;
        private final List<String> files = new ArrayList<>();
        private int[] lengths;
        private int minimumInstruction;
        private int lineBase;
        private int lineRange;
        private int opcodeBase;

        private long address;
        private int file;
        private int line;

        Program(ByteBuffer in, boolean wide, ByteBuffer lineStrings, ByteBuffer strings, TreeMap<Long, String> rows) {
            this.in = in;
            this.wide = wide;
            this.lineStrings = lineStrings;
            this.strings = strings;
            this.rows = rows;
        }

        void read() {
            try {
                header();
                while (in.hasRemaining()) {
                    step();
                }
            } catch (BufferUnderflowException
                    | IndexOutOfBoundsException
                    | IllegalArgumentException
                    | ArithmeticException e) {
                // The rows before it hold.
                row(null);
            }
        }

        private void header() {
            int version = in.getShort();
            if (version < 2 || version > 5) {
                throw new IllegalArgumentException();
            }
            if (version == 5) {
                // Sizes of an address and of a segment selector.
                in.getShort();
            }
            long header = offset();
            int begin = Math.toIntExact(in.position() + header);
            minimumInstruction = unsigned();
            if (version >= 4) {
                // Operations of a VLIW instruction.
                in.get();
            }
            // Whether lines begin as statements.
            in.get();
            lineBase = in.get();
            lineRange = Math.max(unsigned(), 1);
            opcodeBase = unsigned();
            lengths = new int[Math.max(opcodeBase, 1)];
            for (int i = 1; i < opcodeBase; i++) {
                lengths[i] = unsigned();
            }
            if (version == 5) {
                entries();
                files.clear();
                entries();
            } else {
                oldEntries();
            }
            in.position(begin);
            reset();
        }

        /** Directories, then file names: each with the directory, time and length of its file. */
        private void oldEntries() {
            while (!text(in).isEmpty()) {
                // A name says enough of a file; its folder is not shown.
            }
            // Files count from 1.
            files.add("");
            for (String name = text(in); !name.isEmpty(); name = text(in)) {
                files.add(base(name));
                leb();
                leb();
                leb();
            }
        }

        private void entries() {
            int formats = unsigned();
            long[] kinds = new long[formats];
            long[] forms = new long[formats];
            for (int i = 0; i < formats; i++) {
                kinds[i] = leb();
                forms[i] = leb();
            }
            long count = formats == 0 ? 0 : leb();
            for (long i = 0; i < count; i++) {
                String name = "";
                for (int f = 0; f < formats; f++) {
                    String text = form((int) forms[f]);
                    if (kinds[f] == DW_LNCT_PATH) {
                        name = base(text);
                    }
                }
                files.add(name);
            }
        }

        /** Reads a value; what is no text is skipped. */
        private String form(int form) {
            switch (form) {
                case 0x08: // DW_FORM_string
                    return text(in);
                case 0x1F: // DW_FORM_line_strp
                    return text(lineStrings, offset());
                case 0x0E: // DW_FORM_strp
                    return text(strings, offset());
                case 0x0B: // DW_FORM_data1
                    in.get();
                    return "";
                case 0x05: // DW_FORM_data2
                    in.getShort();
                    return "";
                case 0x06: // DW_FORM_data4
                    in.getInt();
                    return "";
                case 0x07: // DW_FORM_data8
                    in.getLong();
                    return "";
                case 0x1E: // DW_FORM_data16
                    in.getLong();
                    in.getLong();
                    return "";
                case 0x0F: // DW_FORM_udata
                    leb();
                    return "";
                case 0x09: // DW_FORM_block
                    int length = Math.toIntExact(leb());
                    in.position(in.position() + length);
                    return "";
                default:
                    throw new IllegalArgumentException();
            }
        }

        private void reset() {
            address = 0;
            file = 1;
            line = 1;
        }

        private void step() {
            int opcode = unsigned();
            if (opcode >= opcodeBase) {
                int special = opcode - opcodeBase;
                advance(special / lineRange);
                line += lineBase + special % lineRange;
                row(source());
                return;
            }
            switch (opcode) {
                case 0 -> extended();
                case DW_LNS_COPY -> row(source());
                case DW_LNS_ADVANCE_PC -> advance(leb());
                case DW_LNS_ADVANCE_LINE -> line += (int) leb(true);
                case DW_LNS_SET_FILE -> file = (int) leb();
                case DW_LNS_CONST_ADD_PC -> advance((255 - opcodeBase) / lineRange);
                case DW_LNS_FIXED_ADVANCE_PC -> address += in.getShort() & 0xFFFF;
                default -> {
                    for (int i = 0; i < lengths[opcode]; i++) {
                        leb();
                    }
                }
            }
        }

        private void extended() {
            int end = Math.toIntExact(leb()) + in.position();
            switch (unsigned()) {
                case DW_LNE_END_SEQUENCE -> {
                    row(null);
                    reset();
                }
                case DW_LNE_SET_ADDRESS -> address = in.getLong();
                default -> {
                    // Of files and discriminators, which say nothing of lines.
                }
            }
            in.position(end);
        }

        private void advance(long operations) {
            address += operations * minimumInstruction;
        }

        private void row(String source) {
            if (source == null) {
                rows.putIfAbsent(address, null);
            } else {
                rows.put(address, source);
            }
        }

        private String source() {
            // Line 0: code of no source line.
            return line <= 0 || file < 0 || file >= files.size() ? null : files.get(file) + ":" + line;
        }

        private int unsigned() {
            return in.get() & 0xFF;
        }

        private long offset() {
            return wide ? in.getLong() : in.getInt() & 0xFFFF_FFFFL;
        }

        private long leb() {
            return leb(false);
        }

        /** A number in LEB128 (DWARF 5, 7.6). */
        private long leb(boolean signed) {
            long value = 0;
            int shift = 0;
            byte b;
            do {
                b = in.get();
                value |= (b & 0x7FL) << shift;
                shift += 7;
            } while (b < 0);
            return signed && shift < Long.SIZE && (b & 0x40) != 0 ? value | -1L << shift : value;
        }

        private static String text(ByteBuffer in, long offset) {
            if (in == null) {
                return "";
            }
            return text(in.duplicate().position(Math.toIntExact(offset)));
        }

        private static String text(ByteBuffer in) {
            int begin = in.position();
            while (in.get() != 0) {
                // Up to its end.
            }
            byte[] bytes = new byte[in.position() - begin - 1];
            in.get(begin, bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }

        private static String base(String path) {
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }
}
