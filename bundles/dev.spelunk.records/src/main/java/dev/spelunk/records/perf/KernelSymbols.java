// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** The functions of a kernel and its modules as {@code /proc/kallsyms} lists them: each reaches to the next. */
final class KernelSymbols {
    private static final String CODE = "tTwW";

    /** A symbol that others at its address may be better than. */
    private record Named(String name, char type) {
        /** As perf chooses: none that is weak, one that is global, with fewer underscores before it, and a longer name. */
        boolean betterThan(Named other) {
            int[] mine = {weak(), local(), underscores(), -name.length()};
            int[] theirs = {other.weak(), other.local(), other.underscores(), -other.name.length()};
            return Arrays.compare(mine, theirs) < 0;
        }

        private int weak() {
            return Character.toLowerCase(type) == 'w' ? 1 : 0;
        }

        private int local() {
            return Character.isLowerCase(type) ? 1 : 0;
        }

        private int underscores() {
            int count = 0;
            while (count < name.length() && name.charAt(count) == '_') {
                count++;
            }
            return count;
        }
    }

    private final TreeMap<Long, Named> symbols = new TreeMap<>(Long::compareUnsigned);

    /** Reads a copy of the list. */
    static KernelSymbols read(Path file) throws IOException {
        KernelSymbols all = new KernelSymbols();
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                all.line(line);
            }
        }
        return all;
    }

    private void line(String line) {
        String[] words = line.split("[ \t]+");
        if (words.length < 3 || words[1].length() != 1 || CODE.indexOf(words[1].charAt(0)) < 0) {
            return;
        }
        try {
            long address = Long.parseUnsignedLong(words[0], 16);
            Named named = new Named(words[2], words[1].charAt(0));
            // Marks between code and data (mapping symbols) are no functions.
            if (address != 0 && !named.name().startsWith("$")) {
                symbols.merge(address, named, (a, b) -> b.betterThan(a) ? b : a);
            }
        } catch (NumberFormatException e) {
            // No symbol.
            return;
        }
    }

    /** The function of an address; null when it is below all. */
    String find(long address) {
        Map.Entry<Long, Named> entry = symbols.floorEntry(address);
        return entry == null ? null : entry.getValue().name();
    }

    boolean isEmpty() {
        return symbols.isEmpty();
    }
}
