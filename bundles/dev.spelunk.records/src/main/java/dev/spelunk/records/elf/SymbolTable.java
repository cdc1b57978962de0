// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.elf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Finds the function of an address. A symbol without a size reaches to the next one, or to the end of its section. */
public final class SymbolTable {
    private final List<ElfFile.Symbol> symbols;
    private final long[] ends;

    /** Of several at one address the first: as perf chooses, so that both tell the same names. */
    private static final Comparator<ElfFile.Symbol> ORDER = Comparator.comparingLong(
                    (ElfFile.Symbol s) -> s.address() ^ Long.MIN_VALUE)
            .thenComparing(ElfFile.Symbol::function, Comparator.reverseOrder())
            .thenComparing(s -> s.size() == 0)
            .thenComparing(ElfFile.Symbol::binding, Comparator.reverseOrder())
            .thenComparingInt(s -> underscores(s.name()))
            .thenComparingInt(s -> -s.name().length());

    public SymbolTable(ElfFile elf) {
        List<ElfFile.Symbol> sorted = new ArrayList<>(elf.symbols());
        sorted.sort(ORDER);
        List<ElfFile.Symbol> chosen = new ArrayList<>();
        for (ElfFile.Symbol symbol : sorted) {
            if (chosen.isEmpty() || chosen.get(chosen.size() - 1).address() != symbol.address()) {
                chosen.add(symbol);
            }
        }
        symbols = List.copyOf(chosen);
        ends = new long[symbols.size()];
        for (int i = 0; i < ends.length; i++) {
            ElfFile.Symbol symbol = symbols.get(i);
            ElfFile.Section section = elf.sections().get(symbol.section());
            long end = section.address() + section.size();
            if (i + 1 < ends.length && symbols.get(i + 1).section() == symbol.section()) {
                end = symbols.get(i + 1).address();
            }
            ends[i] = symbol.size() > 0 ? symbol.address() + symbol.size() : end;
        }
    }

    /** The chosen symbols by ascending unsigned address. */
    public List<ElfFile.Symbol> symbols() {
        return symbols;
    }

    /** End of a symbol, exclusive. */
    public long end(int index) {
        return ends[index];
    }

    /** End of one of the chosen symbols, exclusive. */
    public long end(ElfFile.Symbol symbol) {
        return ends[index(symbol.address())];
    }

    /** The symbol that covers an address, or null. */
    public ElfFile.Symbol find(long address) {
        int index = index(address);
        return index >= 0 && Long.compareUnsigned(address, ends[index]) < 0 ? symbols.get(index) : null;
    }

    /** The last symbol that is not above an address; -1 when there is none. */
    private int index(long address) {
        int low = 0;
        int high = symbols.size() - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            if (Long.compareUnsigned(symbols.get(middle).address(), address) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** How many a name begins with. */
    private static int underscores(String name) {
        int count = 0;
        while (count < name.length() && name.charAt(count) == '_') {
            count++;
        }
        return count;
    }
}
