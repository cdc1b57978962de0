// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.records.ProfileDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The functions of a guest, by the symbol table of its ELF file or of another; none where it has no such table. */
public final class GuestSymbols {
    private static final int ELF_MAGIC = 0x464C457F;
    private static final int SHT_SYMTAB = 2;
    private static final int STT_NOTYPE = 0;
    private static final int STT_FUNC = 2;
    private static final int SECTION_HEADER = 64;
    private static final int SYMBOL = 24;
    /** Farther from a label without a size than this is not in what it names. */
    private static final long FAR = 1 << 16;

    /** A function in System.map or kallsyms: address, type, name. */
    private static final Pattern LINE = Pattern.compile("(?m)^(?!0+ )([0-9a-f]{8,16}) [tTwW] (\\S+)");

    private record Symbol(String name, long size) {}

    private final TreeMap<Long, Symbol> symbols = new TreeMap<>(Long::compareUnsigned);
    private final GuestImage image;

    /** Reads the table; what is damaged in it is left out. */
    public GuestSymbols(GuestImage image) {
        this(image, null);
    }

    /**
     * Reads the table of another file.
     *
     * @param file as {@link RunOptions#symbols}; null for the guest's own
     * @throws BadInputException when it cannot be read, or names no function
     */
    public GuestSymbols(GuestImage image, Path file) {
        this.image = image;
        if (file == null) {
            readElf(image.content);
            return;
        }
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new BadInputException("symbols " + file + " cannot be read: " + e.getMessage(), e);
        }
        readElf(content);
        if (symbols.isEmpty()) {
            LINE.matcher(new String(content, StandardCharsets.ISO_8859_1))
                    .results()
                    .forEach(line -> symbols.putIfAbsent(
                            Long.parseUnsignedLong(line.group(1), 16), new Symbol(line.group(2), 0)));
        }
        if (symbols.isEmpty()) {
            throw new BadInputException("symbols " + file
                    + " name no function at an address: it is no ELF file with a symbol table, no System.map, and no"
                    + " /proc/kallsyms that was read with kptr_restrict at 0");
        }
    }

    private void readElf(byte[] content) {
        ByteBuffer elf = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        try {
            if (elf.getInt(0) == ELF_MAGIC) {
                read(elf);
            }
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
            // The guest runs without symbols too: addresses stay numbers.
            return;
        }
    }

    private void read(ByteBuffer elf) {
        int headers = Math.toIntExact(elf.getLong(40));
        int count = elf.getShort(60) & 0xFFFF;
        for (int i = 0; i < count; i++) {
            int header = headers + i * SECTION_HEADER;
            if (elf.getInt(header + 4) != SHT_SYMTAB) {
                continue;
            }
            int begin = Math.toIntExact(elf.getLong(header + 24));
            int end = begin + Math.toIntExact(elf.getLong(header + 32));
            int strings = Math.toIntExact(elf.getLong(headers + elf.getInt(header + 40) * SECTION_HEADER + 24));
            for (int at = begin; at + SYMBOL <= end; at += SYMBOL) {
                add(elf, at, strings);
            }
        }
    }

    private void add(ByteBuffer elf, int at, int strings) {
        int type = elf.get(at + 4) & 0xF;
        boolean defined = elf.getShort(at + 6) != 0;
        String name = string(elf, strings + elf.getInt(at));
        // Assembly code names functions by labels; $x and $d are the linker's.
        if (defined && (type == STT_FUNC || type == STT_NOTYPE && !name.isEmpty() && name.charAt(0) != '$')) {
            Symbol symbol = new Symbol(name, elf.getLong(at + 16));
            symbols.merge(elf.getLong(at + 8), symbol, (a, b) -> a.size() >= b.size() ? a : b);
        }
    }

    private static String string(ByteBuffer elf, int at) {
        int end = at;
        while (elf.get(end) != 0) {
            end++;
        }
        return new String(elf.array(), at, end - at, StandardCharsets.UTF_8);
    }

    /** The function at an address and the offset in it, {@code main+0x1c}; empty when it is not known. */
    public String at(long address) {
        String found = find(address);
        for (GuestImage.Load load : image.loads) {
            long offset = address - load.address();
            if (!found.isEmpty() || Long.compareUnsigned(offset, load.memorySize()) >= 0) {
                continue;
            }
            // With the MMU off an address is where the segment was loaded, not where it was linked.
            for (ProfileDescription.Segment segment : image.segments) {
                if (segment.fileOffset() == load.fileOffset()) {
                    found = find(segment.address() + offset);
                }
            }
        }
        return found;
    }

    /** The address of a function, as it was linked; -1 where there is none of the name. */
    public long address(String name) {
        for (Map.Entry<Long, Symbol> entry : symbols.entrySet()) {
            if (entry.getValue().name().equals(name)) {
                return entry.getKey();
            }
        }
        return -1;
    }

    /** The names of all functions. */
    public List<String> names() {
        return symbols.values().stream().map(Symbol::name).sorted().distinct().toList();
    }

    private String find(long address) {
        Map.Entry<Long, Symbol> entry = symbols.floorEntry(address);
        if (entry == null) {
            return "";
        }
        long offset = address - entry.getKey();
        long size = entry.getValue().size();
        if (Long.compareUnsigned(offset, size != 0 ? size : FAR) >= 0) {
            return "";
        }
        return offset == 0
                ? entry.getValue().name()
                : String.format("%s+0x%x", entry.getValue().name(), offset);
    }
}
