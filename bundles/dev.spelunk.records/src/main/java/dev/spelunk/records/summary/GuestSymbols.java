// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.summary;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.records.elf.ElfFile;
import dev.spelunk.records.elf.SymbolTable;
import java.io.IOException;
import java.util.List;

/** Names the function of an instruction address of the guest. */
final class GuestSymbols {
    private final List<Segment> segments;
    private final List<ElfFile.Load> loads;
    private final SymbolTable symbols;
    private final String problem;

    GuestSymbols(ProfileDescription description) {
        this.segments = description.segments();
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
