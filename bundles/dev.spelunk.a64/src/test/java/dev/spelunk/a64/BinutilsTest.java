// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.testkit.BinutilsComparison;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disassembler against binutils: {@link BinutilsComparison} says what is the same. */
class BinutilsTest {
    private static final String TOOL = BinutilsComparison.TOOL;
    private static final int RANDOM_WORDS = 1_000_000;

    @TempDir
    private Path folder;

    @Test
    void randomWords() throws Exception {
        Random random = new Random(20);
        int[] words = random.ints(RANDOM_WORDS).toArray();
        assertThat(compare(words)).isGreaterThan(RANDOM_WORDS / 4);
    }

    @Test
    void wordsOfEveryEntry() throws Exception {
        Random random = new Random(21);
        List<Integer> words = new ArrayList<>();
        for (Instruction instruction : InstructionSet.whole().instructions()) {
            for (int i = 0; i < 150; i++) {
                int word = instruction.fixedBits() | random.nextInt() & ~instruction.fixedMask();
                // Registers 31 and small immediates are what aliases depend on.
                words.add(i % 3 == 0 ? word | 0x1F << 5 * random.nextInt(4) & ~instruction.fixedMask() : word);
            }
        }
        assertThat(compare(words.stream().mapToInt(Integer::intValue).toArray()))
                .isGreaterThan(words.size() / 2);
    }

    @Test
    void theGuests() throws Exception {
        Path guests =
                Path.of(System.getProperty("spelunk.root"), "integration-tests", "guests", "prebuilt", "guest.elf");
        byte[] bytes = Files.readAllBytes(guests);
        int[] words = new int[bytes.length / 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
        assertThat(compare(words)).isGreaterThan(words.length / 8);
    }

    /** @return how many words are the same instruction on both sides */
    private int compare(int[] words) throws Exception {
        requireTool();
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
        return comparison.same();
    }

    private static void requireTool() throws IOException {
        for (String path : System.getenv("PATH").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(path, TOOL))) {
                return;
            }
        }
        String what = "disassembly against binutils: needs binutils-aarch64-linux-gnu "
                + "(apt-get install binutils-aarch64-linux-gnu)";
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(what);
        }
        Path list = Path.of(System.getProperty("spelunk.root"), "target", "did-not-run.txt");
        Files.createDirectories(list.getParent());
        if (!Files.exists(list) || !Files.readAllLines(list).contains(what)) {
            Files.writeString(list, what + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
        Assumptions.abort(what);
    }
}
