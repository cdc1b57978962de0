// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disassembler against binutils: the same text wherever both know the instruction, after this normalisation: comments and
 * white space are left out; a system register,
 * hint or SYS instruction that has no name on one side has any on the other; what is CONSTRAINED UNPREDICTABLE is left out.
 */
class BinutilsTest {
    private static final String TOOL = "aarch64-linux-gnu-objdump";
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
        List<String> theirs = theirs(words);
        assertThat(theirs).hasSize(words.length);
        Set<String> different = new LinkedHashSet<>();
        int same = 0;
        for (int i = 0; i < words.length; i++) {
            String ours = Disassembler.disassemble(words[i], 4L * i);
            String other = normalised(theirs.get(i));
            boolean unknown = other.startsWith(".inst") || other.contains("undefined");
            if (!ours.startsWith(".inst") && !unknown) {
                if (equal(ours, other)) {
                    same++;
                } else if (isDefined(words[i])) {
                    different.add(String.format("%08x: %s here, %s there", words[i], ours, other));
                }
            } else if (unknown && !ours.startsWith(".inst") && isDefined(words[i])) {
                different.add(String.format("%08x: %s here, unknown there", words[i], ours));
            }
        }
        assertThat(different).isEmpty();
        return same;
    }

    private static boolean isDefined(int word) {
        return InstructionSet.whole().decode(word).isDefined(word);
    }

    private static boolean equal(String ours, String other) {
        if (ours.equals(other)) {
            return true;
        }
        String anyRegister = "s[23]_[0-7]_c\\d+_c\\d+_[0-7]";
        if (ours.matches("(mrs|msr) .*" + anyRegister + ".*")) {
            return other.replaceFirst("(?<=msr )\\w+|(?<=, )\\w+$", "R").equals(ours.replaceFirst(anyRegister, "R"))
                    || other.replaceFirst("(?<=, )\\w+$", "R").equals(ours.replaceFirst(anyRegister, "R"));
        }
        if (ours.equals("dgh") || ours.startsWith("hint ")) {
            return other.startsWith("hint ") || other.matches("[a-z]+");
        }
        return ours.startsWith("sys ") && other.matches("(tlbi|ic|dc|at|cfp|dvp|cpp|cosp|sys|gcs\\w*|brb) .*");
    }

    private static String normalised(String text) {
        return text.replaceAll("\\s*//.*|\\s+<.*>$", "").replaceAll("\\s+", " ").trim();
    }

    private List<String> theirs(int[] words) throws Exception {
        requireTool();
        ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words);
        Path file = Files.write(folder.resolve("words.bin"), bytes.array());
        Path out = folder.resolve("words.txt");
        Process process = new ProcessBuilder(TOOL, "-D", "-z", "-b", "binary", "-m", "aarch64", file.toString())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.waitFor()).isZero();
        List<String> texts = new ArrayList<>();
        for (String line : Files.readAllLines(out, StandardCharsets.US_ASCII)) {
            if (line.matches("\\s*[0-9a-f]+:\\t.*")) {
                String[] columns = line.split("\\t", 3);
                texts.add(columns.length < 3 ? "" : columns[2]);
            }
        }
        return texts;
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
