// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A disassembler of A64 against binutils: the same text wherever both know the instruction, after this normalisation: comments
 * and white space are left out; a system register, hint or SYS instruction that has no name on one side has any on the other;
 * what is CONSTRAINED UNPREDICTABLE is left out.
 */
public final class BinutilsComparison {
    /** The program that it needs. */
    public static final String TOOL = "aarch64-linux-gnu-objdump";

    /** Words that one run of the program gets. */
    private static final int CHUNK = 500_000;

    /** What is compared with binutils. */
    public interface Disassembly {
        /** A word's text, or one that begins with {@code .inst}. */
        String text(int word, long address);

        /** Whether what the word does is defined. */
        boolean isDefined(int word);
    }

    private final Path folder;
    private final Disassembly disassembly;
    private final Set<String> different = new LinkedHashSet<>();
    private int same;
    private int unknown;

    /**
     * Begins one.
     *
     * @param folder for files that the program reads and writes
     */
    public BinutilsComparison(Path folder, Disassembly disassembly) {
        this.folder = folder;
        this.disassembly = disassembly;
    }

    /** How many words have been the same instruction on both sides. */
    public int same() {
        return same;
    }

    /** How many words binutils knows, and the disassembler does not. */
    public int unknown() {
        return unknown;
    }

    /** Words that are not the same on both sides, with both texts. */
    public Set<String> different() {
        return Collections.unmodifiableSet(different);
    }

    /**
     * Compares words.
     *
     * @throws IOException when the program cannot be run, or does not print one line a word
     */
    public BinutilsComparison with(int... words) throws IOException, InterruptedException {
        for (int from = 0; from < words.length; from += CHUNK) {
            compare(words, from, Math.min(words.length, from + CHUNK));
        }
        return this;
    }

    private void compare(int[] words, int from, int to) throws IOException, InterruptedException {
        List<String> theirs = theirs(words, from, to);
        if (theirs.size() != to - from) {
            throw new IOException(TOOL + " printed " + theirs.size() + " instructions of " + (to - from));
        }
        for (int i = from; i < to; i++) {
            compare(words[i], disassembly.text(words[i], 4L * (i - from)), normalised(theirs.get(i - from)));
        }
    }

    private void compare(int word, String ours, String other) {
        boolean known = !other.startsWith(".inst") && !other.contains("undefined");
        if (ours.startsWith(".inst")) {
            unknown += known ? 1 : 0;
        } else if (known && equal(ours, other)) {
            same++;
        } else if (disassembly.isDefined(word)) {
            different.add(String.format("%08x: %s here, %s there", word, ours, known ? other : "unknown"));
        }
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

    private List<String> theirs(int[] words, int from, int to) throws IOException, InterruptedException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * (to - from)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words, from, to - from);
        Path file = Files.write(folder.resolve("words.bin"), bytes.array());
        Path out = folder.resolve("words.txt");
        Process process = new ProcessBuilder(TOOL, "-D", "-z", "-b", "binary", "-m", "aarch64", file.toString())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (process.waitFor() != 0) {
            throw new IOException(TOOL + " failed");
        }
        List<String> texts = new ArrayList<>();
        for (String line : Files.readAllLines(out, StandardCharsets.US_ASCII)) {
            if (line.matches("\\s*[0-9a-f]+:\\t.*")) {
                String[] columns = line.split("\\t", 3);
                texts.add(columns.length < 3 ? "" : columns[2]);
            }
        }
        return texts;
    }
}
