// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Predicate;

/** The table of A64, in the manual's encoding classes (DDI 0487, C4.1), and its decoder. */
public final class InstructionSet {
    private static final String[] ALLOCATED = {
        "base.isa", "system.isa", "fp.isa", "simd.isa", "crypto.isa", "simd-memory.isa"
    };

    private static final class Whole {
        static final InstructionSet TABLE = CompiledTable.read();
    }

    private final List<InstructionClass> classes = new ArrayList<>();
    private List<Instruction> instructions;
    private DecodeTree tree;

    private InstructionSet() {}

    /** Every instruction of the table. */
    public static InstructionSet whole() {
        return Whole.TABLE;
    }

    /** Every instruction of the table, read from its text: what {@link CompiledTable} is made of. */
    static InstructionSet text() {
        return of(ALLOCATED);
    }

    /** The base integer instruction set of Armv8.0 to Armv8.5, as a program at EL0 may use it. */
    public static InstructionSet base() {
        return of("base.isa");
    }

    /** The base instruction set with the encodings among it that are UNDEFINED at EL0. */
    public static InstructionSet baseWithUnallocated() {
        return of("base.isa", "unallocated.isa");
    }

    /** Scalar floating point, Advanced SIMD and cryptographic instructions of Armv8.0 to Armv8.5. */
    public static InstructionSet vectors() {
        return of("fp.isa", "simd.isa", "crypto.isa", "simd-memory.isa");
    }

    /** What a program at EL0 may use: {@link #base} and {@link #vectors}. */
    public static InstructionSet unprivileged() {
        return of("base.isa", "fp.isa", "simd.isa", "crypto.isa", "simd-memory.isa");
    }

    /** The same table with only those instructions for which a condition holds. */
    public InstructionSet select(Predicate<Instruction> condition) {
        InstructionSet selected = new InstructionSet();
        for (InstructionClass c : classes) {
            List<Instruction> some = c.instructions().stream().filter(condition).toList();
            if (!some.isEmpty()) {
                selected.classes.add(c.with(some));
            }
        }
        selected.index();
        return selected;
    }

    /**
     * Reads tables that lie beside this class.
     *
     * @throws IllegalArgumentException when a file is missing or has a line that is not in form
     */
    static InstructionSet of(String... resources) {
        InstructionSet set = new InstructionSet();
        for (String resource : resources) {
            try (InputStream in = InstructionSet.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IllegalArgumentException("no table " + resource);
                }
                set.read(resource, new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        set.index();
        return set;
    }

    /** Reads a table from text, for tests of the form. */
    static InstructionSet parse(String text) {
        InstructionSet set = new InstructionSet();
        set.read("text", text);
        set.index();
        return set;
    }

    private void read(String resource, String text) {
        List<String> entry = new ArrayList<>();
        Text group = null;
        int number = 0;
        int first = 0;
        for (String line : (text + "\n=").split("\n")) {
            number++;
            boolean goesOn = line.startsWith(" ");
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (!goesOn && !entry.isEmpty()) {
                add(resource + ":" + first + ": ", group, Text.of(String.join("\n", entry)));
                entry.clear();
            }
            if (line.startsWith("=")) {
                group = Text.of(line.replace("=", "").trim());
            } else {
                first = goesOn ? first : number;
                entry.add(line);
            }
        }
    }

    private void add(String place, Text group, Text entry) {
        try {
            if (entry.bytes()[entry.from()] == '[') {
                classes.add(new InstructionClass(group, entry));
            } else {
                InstructionClass current = classes.get(classes.size() - 1);
                current.instructions.add(new Instruction(current, entry));
            }
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(place + e.getMessage(), e);
        }
    }

    /** A table that was compiled. */
    static InstructionSet of(List<InstructionClass> classes, List<Instruction> instructions, DecodeTree tree) {
        InstructionSet set = new InstructionSet();
        set.classes.addAll(classes);
        set.instructions = Collections.unmodifiableList(instructions);
        set.tree = tree;
        return set;
    }

    private void index() {
        List<Instruction> all = new ArrayList<>();
        classes.forEach(c -> all.addAll(c.instructions));
        instructions = Collections.unmodifiableList(all);
        tree = new DecodeTree(all);
    }

    public List<InstructionClass> classes() {
        return Collections.unmodifiableList(classes);
    }

    public List<Instruction> instructions() {
        return instructions;
    }

    /** The instruction that an allocated word is; null for every other word. */
    public Instruction decode(int word) {
        for (Instruction instruction : tree.candidates(word)) {
            if (instruction.matches(word) && instruction.isAllocated(word)) {
                return instruction;
            }
        }
        return null;
    }

    /** The instruction that a word is, or that it would be if it were allocated, or null. */
    public Instruction identify(int word) {
        Instruction reserved = null;
        for (Instruction instruction : tree.candidates(word)) {
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
        for (Instruction instruction : instructions) {
            if (instruction.name().equals(name)) {
                return instruction;
            }
        }
        throw new NoSuchElementException(name);
    }

    /** An instruction for people: its name and fields, or the word alone when the table lacks it. */
    public String describe(int word) {
        Instruction instruction = identify(word);
        return instruction == null ? String.format(".inst 0x%08x", word) : instruction.describe(word);
    }
}
