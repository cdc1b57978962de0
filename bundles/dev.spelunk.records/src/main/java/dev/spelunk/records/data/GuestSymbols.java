// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.records.elf.ElfFile;
import dev.spelunk.records.elf.FunctionCode;
import dev.spelunk.records.elf.LineTable;
import dev.spelunk.records.elf.SymbolTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Knows the functions of the guest by address, and their instructions. */
public final class GuestSymbols implements Symbols {
    private final List<Segment> segments;
    private final ElfFile elf;
    private final SymbolTable symbols;
    private final String problem;
    private final Path file;
    /** Read when the first function is listed. */
    private LineTable lines;

    /** Reads the symbols of a guest. */
    public GuestSymbols(ProfileDescription description) {
        this.segments = description.segments();
        this.file = description.guest();
        SymbolTable table = null;
        ElfFile read = null;
        String why = null;
        if (description.guest() != null) {
            try {
                read = ElfFile.read(description.guest());
                table = new SymbolTable(read);
            } catch (IOException e) {
                why = e.getMessage();
            }
        }
        this.elf = read;
        this.symbols = table;
        this.problem = why;
    }

    @Override
    public String problem() {
        return problem;
    }

    @Override
    public String function(long address, int el, int space) {
        if (symbols == null) {
            return null;
        }
        ElfFile.Symbol symbol = symbols.find(linked(address, el));
        return symbol == null ? null : symbol.name();
    }

    @Override
    public FunctionCode code(long address, int el, int space, int most) {
        if (symbols == null) {
            return null;
        }
        if (lines == null) {
            lines = LineTable.read(file, elf);
        }
        long linked = linked(address, el);
        FunctionCode code = FunctionCode.read(file, elf, symbols, lines, linked, most);
        return code == null ? null : code.movedBy(address - linked);
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
        for (ElfFile.Load load : elf.loads()) {
            long inLoad = fileOffset - load.offset();
            if (inLoad >= 0 && inLoad < load.fileSize()) {
                return load.address() + inLoad;
            }
        }
        return address;
    }
}
