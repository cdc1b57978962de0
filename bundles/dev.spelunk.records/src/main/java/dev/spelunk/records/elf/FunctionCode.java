// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.elf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Instructions of a function as they are in its file.
 *
 * @param address at which the first is executed
 * @param words the instructions
 * @param sources the source of each, {@code file.c:17}; null where it is not known
 */
public record FunctionCode(long address, int[] words, String[] sources) {
    /**
     * Reads those of the function at an address.
     *
     * @param lines the file's source lines
     * @param address of one of them, as the file was linked
     * @param most how many there may be
     * @return null when the address is in no function, or in one with more, or when the file does not tell
     */
    public static FunctionCode read(
            Path file, ElfFile elf, SymbolTable symbols, LineTable lines, long address, int most) {
        ElfFile.Symbol symbol = symbols.find(address);
        if (symbol == null) {
            return null;
        }
        long bytes = symbols.end(symbol) - symbol.address();
        ElfFile.Load load = load(elf, symbol.address(), bytes);
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
        String[] sources = new String[words.length];
        for (int i = 0; i < words.length; i++) {
            sources[i] = lines.at(symbol.address() + 4L * i);
        }
        return new FunctionCode(symbol.address(), words, sources);
    }

    private static ElfFile.Load load(ElfFile elf, long address, long bytes) {
        for (ElfFile.Load load : elf.loads()) {
            long inLoad = address - load.address();
            if (inLoad >= 0 && inLoad <= load.fileSize() - bytes) {
                return load;
            }
        }
        return null;
    }

    /** The same, executed elsewhere than it was linked for. */
    public FunctionCode movedBy(long distance) {
        return new FunctionCode(address + distance, words, sources);
    }
}
