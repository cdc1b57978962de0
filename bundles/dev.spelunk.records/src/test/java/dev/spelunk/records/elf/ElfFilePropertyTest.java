// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.elf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Files with damage in them. */
class ElfFilePropertyTest {
    @Property(tries = 500, seed = "20261121")
    void damagedFilesAreReadOrRefused(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 30) int changes,
            @ForAll @IntRange(min = 0, max = 0x500) int length)
            throws IOException {
        Random random = new Random(seed);
        byte[] bytes = ElfImage.bytes();
        for (int i = 0; i < changes; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? 0xff : random.nextInt());
        }
        Path file = Files.createTempFile("spelunk", ".elf");
        try {
            Files.write(file, random.nextBoolean() ? bytes : Arrays.copyOf(bytes, length));
            SymbolTable symbols = new SymbolTable(ElfFile.read(file));
            symbols.find(random.nextLong());
        } catch (MalformedElfException e) {
            assertThat(e).hasMessageStartingWith(file.toString());
        } finally {
            Files.delete(file);
        }
    }
}
