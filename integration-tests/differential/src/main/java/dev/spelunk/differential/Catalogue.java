// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Predicate;

/** Instructions as data, in the manual's encoding classes (DDI 0487, C4.1), read from one or more files. */
public final class Catalogue {

    /**
     * One encoding class.
     *
     * @param group the row of the manual's top-level tables
     * @param name the manual's name of the class
     * @param weight its share among the classes when a generator chooses
     * @param instructions its instructions, in the file's order
     */
    public record InstructionClass(String group, String name, int weight, List<Instruction> instructions) {}

    private final List<InstructionClass> classes = new ArrayList<>();
    private final List<List<Instruction>> byTopByte = new ArrayList<>();

    private Catalogue() {}

    /** The base integer instruction set of Armv8.0 to Armv8.5. */
    public static Catalogue base() {
        return of("a64-base.isa");
    }

    /** The base instruction set with the encodings among it that are UNDEFINED at EL0, for {@code unallocated}. */
    public static Catalogue baseWithUnallocated() {
        return of("a64-base.isa", "a64-unallocated.isa");
    }

    /** Scalar floating point, Advanced SIMD and cryptographic instructions of Armv8.0 to Armv8.5. */
    public static Catalogue vectors() {
        return of("a64-fp.isa", "a64-simd.isa", "a64-crypto.isa", "a64-simd-memory.isa");
    }

    /** Every instruction of the other catalogues. */
    public static Catalogue all() {
        return of("a64-base.isa", "a64-fp.isa", "a64-simd.isa", "a64-crypto.isa", "a64-simd-memory.isa");
    }

    /** The same catalogue with only those instructions for which a condition holds. */
    public Catalogue select(Predicate<Instruction> condition) {
        Catalogue selected = new Catalogue();
        for (InstructionClass c : classes) {
            List<Instruction> instructions =
                    c.instructions().stream().filter(condition).toList();
            if (!instructions.isEmpty()) {
                selected.classes.add(new InstructionClass(c.group(), c.name(), c.weight(), instructions));
            }
        }
        selected.index();
        return selected;
    }

    /**
     * Reads catalogues that lie beside this class.
     *
     * @throws IllegalArgumentException when a file is missing or has a line that is not in form
     */
    public static Catalogue of(String... resources) {
        Catalogue catalogue = new Catalogue();
        for (String resource : resources) {
            try (InputStream in = Catalogue.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IllegalArgumentException("no catalogue " + resource);
                }
                catalogue.read(resource, new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        catalogue.index();
        return catalogue;
    }

    private void read(String resource, BufferedReader reader) throws IOException {
        String group = null;
        InstructionClass current = null;
        int number = 0;
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            number++;
            try {
                if (line.startsWith("==")) {
                    group = line.replace("=", "").trim();
                } else if (line.startsWith("[")) {
                    int end = line.lastIndexOf(']');
                    String weight = line.substring(end + 1).trim();
                    current = new InstructionClass(
                            group,
                            line.substring(1, end),
                            weight.isEmpty() ? 10 : Integer.parseInt(weight),
                            new ArrayList<>());
                    classes.add(current);
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    current.instructions().add(new Instruction(current.name(), line));
                }
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(resource + ":" + number + ": " + e.getMessage(), e);
            }
        }
    }

    private void index() {
        for (int top = 0; top < 256; top++) {
            List<Instruction> candidates = new ArrayList<>();
            for (Instruction instruction : instructions()) {
                if (((top << 24 ^ instruction.fixedBits()) & instruction.fixedMask() & 0xff000000) == 0) {
                    candidates.add(instruction);
                }
            }
            // The most specific pattern names an encoding: STADD before LDADD, NOP before HINT.
            candidates.sort((a, b) -> Integer.bitCount(b.fixedMask()) - Integer.bitCount(a.fixedMask()));
            byTopByte.add(candidates);
        }
    }

    public List<InstructionClass> classes() {
        return Collections.unmodifiableList(classes);
    }

    public List<Instruction> instructions() {
        List<Instruction> all = new ArrayList<>();
        classes.forEach(c -> all.addAll(c.instructions()));
        return all;
    }

    /** The instruction that a word is, or that it would be if it were allocated, or null. */
    public Instruction identify(int word) {
        Instruction reserved = null;
        for (Instruction instruction : byTopByte.get(word >>> 24)) {
            if (instruction.matches(word)) {
                if (instruction.isValid(word)) {
                    return instruction;
                }
                reserved = reserved == null ? instruction : reserved;
            }
        }
        return reserved;
    }

    /**
     * The instruction of a name.
     *
     * @throws NoSuchElementException when there is none
     */
    public Instruction named(String name) {
        for (Instruction instruction : instructions()) {
            if (instruction.name().equals(name)) {
                return instruction;
            }
        }
        throw new NoSuchElementException(name);
    }

    /** An instruction for people: its name and fields, or the word alone when the catalogue lacks it. */
    public String describe(int word) {
        Instruction instruction = identify(word);
        return instruction == null ? String.format(".inst 0x%08x", word) : instruction.describe(word);
    }
}
