// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The functions of a program that is linked at fixed addresses, by the symbol table of its ELF file. */
final class FunctionTable {
    private static final int ET_EXEC = 2;
    private static final int SHT_SYMTAB = 2;
    private static final int STT_FUNC = 2;
    private static final int PT_LOAD = 1;
    private static final int PROGRAM_HEADER = 56;
    private static final int SECTION_HEADER = 64;
    private static final int SYMBOL = 24;

    private final ByteBuffer elf;
    private final long entry;
    private final String[] names;
    private final long[] begins;
    private final long[] ends;

    private record Function(String name, long size) {}

    private FunctionTable(ByteBuffer elf, TreeMap<Long, Function> functions) {
        this.elf = elf;
        entry = elf.getLong(24);
        names = new String[functions.size()];
        begins = new long[names.length];
        ends = new long[names.length];
        int i = 0;
        for (Map.Entry<Long, Function> function : functions.entrySet()) {
            Long next = functions.higherKey(function.getKey());
            names[i] = function.getValue().name();
            begins[i] = function.getKey();
            // Assembly code may leave the size out: such a function ends where the next begins.
            long size = function.getValue().size();
            ends[i] = next == null || size != 0 && begins[i] + size < next ? begins[i] + size : next;
            i++;
        }
    }

    /**
     * Reads a program.
     *
     * @throws UserError when its functions have no fixed addresses, or no names
     */
    static FunctionTable read(Path program) {
        ElfProgram needs = ElfProgram.read(program);
        try {
            ByteBuffer elf = ByteBuffer.wrap(Files.readAllBytes(program)).order(ByteOrder.LITTLE_ENDIAN);
            if (elf.getShort(16) != ET_EXEC || needs.interpreter() != null) {
                throw new UserError(program + ": functions can be counted in a static program that is linked at fixed "
                        + "addresses: link it with -static -no-pie");
            }
            TreeMap<Long, Function> functions = functions(elf);
            if (functions.isEmpty()) {
                throw new UserError(program + " has no symbols of functions: do not strip it");
            }
            return new FunctionTable(elf, functions);
        } catch (IOException e) {
            throw new UserError(program + " cannot be read: " + e.getMessage());
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
            throw new UserError(program + " is a damaged ELF file");
        }
    }

    private static TreeMap<Long, Function> functions(ByteBuffer elf) {
        TreeMap<Long, Function> functions = new TreeMap<>();
        int headers = Math.toIntExact(elf.getLong(40));
        int count = elf.getShort(60) & 0xFFFF;
        for (int i = 0; i < count; i++) {
            int header = headers + i * SECTION_HEADER;
            if (elf.getInt(header + 4) == SHT_SYMTAB) {
                int begin = Math.toIntExact(elf.getLong(header + 24));
                int end = begin + Math.toIntExact(elf.getLong(header + 32));
                int strings = Math.toIntExact(elf.getLong(headers + elf.getInt(header + 40) * SECTION_HEADER + 24));
                for (int at = begin; at + SYMBOL <= end; at += SYMBOL) {
                    if ((elf.get(at + 4) & 0xF) == STT_FUNC && elf.getLong(at + 8) != 0) {
                        functions.putIfAbsent(
                                elf.getLong(at + 8),
                                new Function(ElfProgram.string(elf, strings + elf.getInt(at)), elf.getLong(at + 16)));
                    }
                }
            }
        }
        return functions;
    }

    /** Address of the program's first instruction. */
    long entry() {
        return entry;
    }

    /** Whether the program's file has that instruction at an address; an address that is not in the file has any. */
    boolean has(long address, int word) {
        int headers = (int) elf.getLong(32);
        int count = elf.getShort(56) & 0xFFFF;
        for (int i = 0; i < count; i++) {
            int header = headers + i * PROGRAM_HEADER;
            long offset = address - elf.getLong(header + 16);
            if (elf.getInt(header) == PT_LOAD && offset >= 0 && offset + 4 <= elf.getLong(header + 32)) {
                return elf.getInt((int) (elf.getLong(header + 8) + offset)) == word;
            }
        }
        return true;
    }

    /** How many functions there are. */
    int size() {
        return names.length;
    }

    String name(int function) {
        return names[function];
    }

    /** Whether the function is one, and the address in it. */
    boolean holds(int function, long address) {
        return function < names.length && address >= begins[function] && address < ends[function];
    }

    /** Number of the function at an address; {@link #size} where there is none. */
    int find(long address) {
        int low = 0;
        int high = names.length - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            if (address < begins[middle]) {
                high = middle - 1;
            } else if (address >= ends[middle]) {
                low = middle + 1;
            } else {
                return middle;
            }
        }
        return names.length;
    }
}
