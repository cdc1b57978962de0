// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.a64.Disassembler;
import dev.spelunk.a64.InstructionSet;
import dev.spelunk.testkit.BinutilsComparison;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disassembler against binutils on Debian's kernel: the words of .text, as the PE header of its Image has it. */
@Tag("debian")
class DisassemblyTest {
    private static final String TEST = "DisassemblyTest";
    private static final int SOME = 200_000;
    /** Offsets in the Image, in its PE header, and in an entry of the table of sections. */
    private static final int PE_HEADER = 0x3C;

    private static final int SIZE_OF_OPTIONAL_HEADER = 20;
    private static final int OPTIONAL_HEADER = 24;
    private static final int SIZE_OF_RAW_DATA = 16;
    private static final int POINTER_TO_RAW_DATA = 20;

    @TempDir
    private Path folder;

    private static int[] text() throws IOException {
        ByteBuffer image =
                ByteBuffer.wrap(Files.readAllBytes(Debian.cache(TEST).kernel())).order(ByteOrder.LITTLE_ENDIAN);
        int pe = image.getInt(PE_HEADER);
        // The first section is .text.
        int section = pe + OPTIONAL_HEADER + image.getShort(pe + SIZE_OF_OPTIONAL_HEADER);
        assertThat(image.getLong(section)).as(".text").isEqualTo(0x747865742EL);
        int[] words = new int[image.getInt(section + SIZE_OF_RAW_DATA) / Integer.BYTES];
        image.position(image.getInt(section + POINTER_TO_RAW_DATA));
        image.asIntBuffer().get(words);
        return words;
    }

    private BinutilsComparison compare(int... words) throws IOException, InterruptedException {
        Tools.require(TEST, BinutilsComparison.TOOL, "binutils-aarch64-linux-gnu");
        BinutilsComparison comparison = new BinutilsComparison(folder, new BinutilsComparison.Disassembly() {
                    @Override
                    public String text(int word, long address) {
                        return Disassembler.disassemble(word, address);
                    }

                    @Override
                    public boolean isDefined(int word) {
                        return InstructionSet.whole().decode(word).isDefined(word);
                    }
                })
                .with(words);
        assertThat(comparison.different()).isEmpty();
        return comparison;
    }

    @Test
    @DisplayName("words from all over Debian's kernel are the same text")
    void some() throws Exception {
        int[] text = text();
        int[] words = new int[SOME];
        for (int i = 0; i < SOME; i++) {
            words[i] = text[(int) ((long) i * text.length / SOME)];
        }
        assertThat(compare(words).same()).isGreaterThan(SOME / 2);
    }

    @Test
    @Tag("long")
    @DisplayName("every word of Debian's kernel is the same text")
    void all() throws Exception {
        int[] text = text();
        BinutilsComparison comparison = compare(text);
        System.out.printf(
                "%,d words: %,d the same, %,d known to binutils alone%n",
                text.length, comparison.same(), comparison.unknown());
        assertThat(comparison.same()).isGreaterThan(text.length / 2);
    }
}
