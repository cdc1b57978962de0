// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What an AArch64 program or library needs to be loaded.
 *
 * @param interpreter path of its dynamic loader; null when it is static or a library
 * @param libraries names of the libraries that it needs directly
 * @param searched folders in which it wants them looked for first, as it names them: {@code $ORIGIN} is its own
 */
record ElfProgram(String interpreter, List<String> libraries, List<String> searched) {
    private static final int EM_AARCH64 = 183;
    private static final int PT_LOAD = 1;
    private static final int PT_DYNAMIC = 2;
    private static final int PT_INTERP = 3;
    private static final int DT_NEEDED = 1;
    private static final int DT_STRTAB = 5;
    private static final int DT_RPATH = 15;
    private static final int DT_RUNPATH = 29;
    private static final int PROGRAM_HEADER = 56;

    /**
     * Reads a file.
     *
     * @throws UserError when it is no AArch64 ELF file, or damaged
     */
    static ElfProgram read(Path file) {
        try {
            ByteBuffer elf = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            if (elf.limit() < 64
                    || elf.getInt(0) != 0x464c457f
                    || elf.get(4) != 2
                    || elf.get(5) != 1
                    || elf.getShort(18) != EM_AARCH64) {
                throw new UserError(file + " is no AArch64 program (64-bit little-endian ELF): build it for aarch64");
            }
            return read(elf);
        } catch (IOException e) {
            throw new UserError(file + " cannot be read: " + e.getMessage());
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
            throw new UserError(file + " is a damaged ELF file");
        }
    }

    private static ElfProgram read(ByteBuffer elf) {
        int headers = Math.toIntExact(elf.getLong(32));
        int count = elf.getShort(56) & 0xFFFF;
        String interpreter = null;
        List<Long> needed = new ArrayList<>();
        List<Long> paths = new ArrayList<>();
        long strings = 0;
        for (int i = 0; i < count; i++) {
            int header = headers + i * PROGRAM_HEADER;
            int offset = (int) elf.getLong(header + 8);
            if (elf.getInt(header) == PT_INTERP) {
                interpreter = string(elf, offset);
            } else if (elf.getInt(header) == PT_DYNAMIC) {
                int end = offset + (int) elf.getLong(header + 32);
                for (int at = offset; at + 16 <= end && elf.getLong(at) != 0; at += 16) {
                    long tag = elf.getLong(at);
                    if (tag == DT_NEEDED) {
                        needed.add(elf.getLong(at + 8));
                    } else if (tag == DT_RPATH || tag == DT_RUNPATH) {
                        paths.add(elf.getLong(at + 8));
                    } else if (tag == DT_STRTAB) {
                        strings = elf.getLong(at + 8);
                    }
                }
            }
        }
        List<String> names = new ArrayList<>();
        for (long name : needed) {
            names.add(string(elf, offset(elf, headers, count, strings + name)));
        }
        List<String> searched = new ArrayList<>();
        for (long path : paths) {
            searched.addAll(List.of(
                    string(elf, offset(elf, headers, count, strings + path)).split(":")));
        }
        return new ElfProgram(interpreter, names, searched);
    }

    /** Offset in the file of a virtual address. */
    private static int offset(ByteBuffer elf, int headers, int count, long address) {
        for (int i = 0; i < count; i++) {
            int header = headers + i * PROGRAM_HEADER;
            long begin = elf.getLong(header + 16);
            if (elf.getInt(header) == PT_LOAD && address >= begin && address < begin + elf.getLong(header + 32)) {
                return (int) (address - begin + elf.getLong(header + 8));
            }
        }
        throw new IndexOutOfBoundsException();
    }

    /** A string that ends in a zero byte. */
    static String string(ByteBuffer elf, int offset) {
        int end = offset;
        while (elf.get(end) != 0) {
            end++;
        }
        byte[] bytes = new byte[end - offset];
        elf.get(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
