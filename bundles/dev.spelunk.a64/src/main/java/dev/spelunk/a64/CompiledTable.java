// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The whole table in the form that is read at start: patterns as numbers, and the text of each entry for when it is wanted.
 * The build makes it of the text; where it is missing, the text is read.
 *
 * <p>Numbers of 32 bits, big-endian: classes, instructions and candidates (how many); for each class the ends of its group
 * and of its text; for each instruction its class, what {@link Instruction#compiled} says, and the end of its text; starts and
 * indices of {@link DecodeTree}. Then the text, in which each piece begins where the one before it ends.
 */
final class CompiledTable {
    private static final String NAME = "table.bin";
    private static final int HEAD = 3;
    private static final int OF_CLASS = 2;
    private static final int OF_INSTRUCTION = 7;
    private static final int STARTS = 257;

    private CompiledTable() {}

    /** Writes the table. @param arguments the folder of the compiled classes */
    public static void main(String[] arguments) throws IOException {
        Files.write(Path.of(arguments[0], "dev", "spelunk", "a64", NAME), compile(InstructionSet.text()));
    }

    static byte[] compile(InstructionSet set) {
        List<Integer> numbers = new ArrayList<>();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        DecodeTree tree = new DecodeTree(set.instructions());
        numbers.add(set.classes().size());
        numbers.add(set.instructions().size());
        numbers.add(tree.candidateIndices().length);
        for (InstructionClass c : set.classes()) {
            numbers.add(append(text, c.groupText()));
            numbers.add(append(text, c.source()));
        }
        for (Instruction instruction : set.instructions()) {
            numbers.add(set.classes().indexOf(instruction.instructionClass()));
            for (int number : instruction.compiled()) {
                numbers.add(number);
            }
            numbers.add(append(text, instruction.source()));
        }
        for (int start : tree.candidateStarts()) {
            numbers.add(start);
        }
        for (int index : tree.candidateIndices()) {
            numbers.add(index);
        }
        ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.size() + text.size());
        numbers.forEach(bytes::putInt);
        return bytes.put(text.toByteArray()).array();
    }

    private static int append(ByteArrayOutputStream all, Text text) {
        all.write(text.bytes(), text.from(), text.to() - text.from());
        return all.size();
    }

    /** The table that the build compiled. */
    static InstructionSet read() {
        try (InputStream in = CompiledTable.class.getResourceAsStream(NAME)) {
            return in == null ? InstructionSet.text() : read(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static InstructionSet read(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int classes = buffer.getInt(0);
        int instructions = buffer.getInt(4);
        int candidates = buffer.getInt(8);
        int[] numbers = new int[HEAD + OF_CLASS * classes + OF_INSTRUCTION * instructions + STARTS + candidates];
        buffer.asIntBuffer().get(numbers);
        int text = 4 * numbers.length;
        int from = text;
        int at = HEAD;
        List<InstructionClass> all = new ArrayList<>(classes);
        for (int i = 0; i < classes; i++, at += OF_CLASS) {
            int middle = text + numbers[at];
            int to = text + numbers[at + 1];
            all.add(new InstructionClass(new Text(bytes, from, middle), new Text(bytes, middle, to)));
            from = to;
        }
        Instruction[] table = new Instruction[instructions];
        for (int i = 0; i < instructions; i++, at += OF_INSTRUCTION) {
            InstructionClass of = all.get(numbers[at]);
            int to = text + numbers[at + 6];
            table[i] = new Instruction(of, new Text(bytes, from, to), numbers, at + 1);
            of.instructions.add(table[i]);
            from = to;
        }
        int[] starts = Arrays.copyOfRange(numbers, at, at + STARTS);
        int[] indices = Arrays.copyOfRange(numbers, at + STARTS, numbers.length);
        return InstructionSet.of(all, List.of(table), new DecodeTree(table, starts, indices));
    }
}
