// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.records.elf.ElfFile;
import dev.spelunk.records.elf.SymbolTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/** Knows the functions of the guest by address, and their instructions. */
final class GuestSymbols {
    private final List<Segment> segments;
    private final List<ElfFile.Load> loads;
    private final SymbolTable symbols;
    private final String problem;
    private final Path file;

    /**
     * Instructions as they are in the guest's file.
     *
     * @param address at which the first is executed
     * @param words the instructions
     */
    record Code(long address, int[] words) {}

    GuestSymbols(ProfileDescription description) {
        this.segments = description.segments();
        this.file = description.guest();
        SymbolTable table = null;
        List<ElfFile.Load> elfLoads = List.of();
        String why = null;
        if (description.guest() != null) {
            try {
                ElfFile elf = ElfFile.read(description.guest());
                elfLoads = elf.loads();
                table = new SymbolTable(elf);
            } catch (IOException e) {
                why = e.getMessage();
            }
        }
        this.loads = elfLoads;
        this.symbols = table;
        this.problem = why;
    }

    /** Why there are no symbols, or null. */
    String problem() {
        return problem;
    }

    /**
     * The function of an address.
     *
     * @param address with bits 63:56 as bit 55
     * @return its name, or null
     */
    String function(long address, int el) {
        if (symbols == null) {
            return null;
        }
        ElfFile.Symbol symbol = symbols.find(linked(address, el));
        return symbol == null ? null : symbol.name();
    }

    /**
     * The instructions of a function.
     *
     * @param address of one of them, with bits 63:56 as bit 55
     * @param most how many there may be
     * @return null when the address is in no function, or in one with more, or when the guest's file does not tell
     */
    Code code(long address, int el, int most) {
        if (symbols == null) {
            return null;
        }
        long linked = linked(address, el);
        ElfFile.Symbol symbol = symbols.find(linked);
        if (symbol == null) {
            return null;
        }
        long bytes = symbols.end(symbol) - symbol.address();
        ElfFile.Load load = load(symbol.address(), bytes);
        if (bytes <= 0 || bytes > 4L * most || (symbol.address() & 3) != 0 || load == null) {
            return null;
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) bytes & -4).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(file)) {
            long at = symbol.address() - load.address() + load.offset();
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, at + buffer.position()) < 0) {
                    return null;
                }
            }
        } catch (IOException e) {
            // It could be read before: without it there is one column less.
            return null;
        }
        int[] words = new int[buffer.capacity() / 4];
        buffer.flip().asIntBuffer().get(words);
        return new Code(symbol.address() + address - linked, words);
    }

    private ElfFile.Load load(long address, long bytes) {
        for (ElfFile.Load load : loads) {
            long inLoad = address - load.address();
            if (inLoad >= 0 && inLoad <= load.fileSize() - bytes) {
                return load;
            }
        }
        return null;
    }

    /** The address at which the guest's file was linked for what is mapped at an address. */
    private long linked(long address, int el) {
        Segment found = null;
        for (Segment segment : segments) {
            boolean covers = Long.compareUnsigned(address - segment.address(), segment.size()) < 0;
            if (covers && (found == null || (segment.el() == 0) == (el == 0))) {
                found = segment;
            }
        }
        if (found == null) {
            return address;
        }
        long fileOffset = address - found.address() + found.fileOffset();
        for (ElfFile.Load load : loads) {
            long inLoad = fileOffset - load.offset();
            if (inLoad >= 0 && inLoad < load.fileSize()) {
                return load.address() + inLoad;
            }
        }
        return address;
    }
}
