// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import dev.spelunk.a64.InstructionSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A block and the outcome that is right for it, as a text that can be kept and replayed: one
 * {@code name value} pair a line in hexadecimal, only what is not zero (before) or not as before (after).
 *
 * @param comment lines for people, without the leading '#'
 * @param block the block
 * @param expected what a correct implementation ends with
 */
public record Reproducer(List<String> comment, Block block, Outcome expected) {

    /** Takes a part away from a block: what the numbers from (included) to to (excluded) stand for. */
    private interface Reduction {
        Block without(Block block, int from, int to);
    }

    /** What a smaller block must still show: a difference, while the reference ends as before. */
    private record Difference(Engine reference, Engine tested, Outcome.End end) {
        boolean isIn(Block block) throws IOException {
            Outcome right = reference.run(List.of(block)).get(0);
            return right.end() == end
                    && !right.differences("", tested.run(List.of(block)).get(0), "")
                            .isEmpty();
        }
    }

    /** Makes a failing block as small as it gets: fewer instructions, zero registers, zero memory. */
    public static Block minimise(Block failing, Engine reference, Engine tested) throws IOException {
        Difference difference = new Difference(
                reference, tested, reference.run(List.of(failing)).get(0).end());
        int[] starts = failing.unitStarts().stream().toArray();
        Block best = reduce(failing, starts.length, difference, (block, from, to) -> {
            int end = to < starts.length ? starts[to] : block.exit();
            return withoutWords(block, starts[from], end);
        });
        best = reduce(best, best.words().length, difference, Reproducer::withoutWords);
        best = reduce(best, MachineState.REGISTERS, difference, (block, from, to) -> {
            MachineState state = block.initial().copy();
            for (int i = from; i < to; i++) {
                state.set(i, 0);
            }
            return block.with(block.words(), state);
        });
        return reduce(best, Layout.WINDOW_LENGTH / 8, difference, (block, from, to) -> {
            MachineState state = block.initial().copy();
            Arrays.fill(state.memory, from * 8, to * 8, (byte) 0);
            return block.with(block.words(), state);
        });
    }

    private static Block withoutWords(Block block, int from, int to) {
        int[] words = block.words().clone();
        for (int i = from; i < to; i++) {
            boolean literal = i < block.entry() || i > block.exit();
            words[i] = literal ? 0 : i == block.exit() ? Layout.BRK : Layout.NOP;
        }
        return block.with(words, block.initial());
    }

    /** Takes away runs of parts, long ones first, as long as the block goes on to fail. */
    private static Block reduce(Block block, int parts, Difference difference, Reduction reduction) throws IOException {
        Block best = block;
        boolean[] gone = new boolean[parts];
        for (int length = Integer.highestOneBit(Math.max(parts, 1)); length > 0; length /= 2) {
            for (int to = parts; to > 0; to -= length) {
                int from = Math.max(0, to - length);
                if (gone[from] && gone[to - 1]) {
                    continue;
                }
                Block candidate = reduction.without(best, from, to);
                if (Arrays.equals(candidate.words(), best.words())
                        && candidate.initial().equals(best.initial())) {
                    continue;
                }
                if (difference.isIn(candidate)) {
                    Arrays.fill(gone, from, to, true);
                    best = candidate;
                }
            }
        }
        return best;
    }

    /** The text, with the words named from a catalogue. */
    public String format(InstructionSet catalogue) {
        StringBuilder text = new StringBuilder();
        comment.forEach(line -> text.append("# ").append(line).append('\n'));
        text.append(String.format(
                "address %x%nlength %x%nentry %x%nexit %x%n",
                block.address(), block.words().length, block.entry(), block.exit()));
        formatState(text, "before", block.initial(), new MachineState());
        for (int i = 0; i < block.words().length; i++) {
            int word = block.words()[i];
            boolean code = i >= block.entry() && i < block.exit();
            if (word != 0 && i != block.exit() && !(code && word == Layout.NOP)) {
                text.append(String.format("word.%x %08x%s%n", i, word, code ? "  # " + catalogue.describe(word) : ""));
            }
        }
        text.append(String.format("end %s%npc %x%n", expected.end(), expected.pc()));
        formatState(text, "after", expected.state(), block.initial());
        return text.toString();
    }

    private static void formatState(StringBuilder text, String when, MachineState state, MachineState base) {
        for (int i = 0; i < MachineState.REGISTERS; i++) {
            if (state.get(i) != base.get(i)) {
                text.append(String.format("%s.%s %x%n", when, MachineState.registerName(i), state.get(i)));
            }
        }
        ByteBuffer memory = ByteBuffer.wrap(state.memory).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer baseMemory = ByteBuffer.wrap(base.memory).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < state.memory.length; i += 8) {
            if (memory.getLong(i) != baseMemory.getLong(i)) {
                text.append(String.format("%s.memory.%x %x%n", when, i, memory.getLong(i)));
            }
        }
    }

    /**
     * Reads what {@link #format} wrote.
     *
     * @throws IllegalArgumentException when a line is not in form
     */
    public static Reproducer parse(List<String> lines) {
        List<String> comment = new ArrayList<>();
        List<String[]> pairs = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("#")) {
                comment.add(line.substring(1).trim());
            } else if (!line.isBlank()) {
                String[] pair = line.replaceFirst("#.*", "").trim().split("\\s+");
                if (pair.length != 2) {
                    throw new IllegalArgumentException("name value expected: " + line);
                }
                pairs.add(pair);
            }
        }
        int length = (int) number(pairs, "length");
        int entry = (int) number(pairs, "entry");
        int exit = (int) number(pairs, "exit");
        int[] words = new int[length];
        Arrays.fill(words, entry, exit, Layout.NOP);
        words[exit] = Layout.BRK;
        MachineState before = new MachineState();
        pairs.stream().filter(p -> p[0].startsWith("before.")).forEach(p -> parseState(p, before));
        MachineState after = before.copy();
        pairs.stream().filter(p -> p[0].startsWith("after.")).forEach(p -> parseState(p, after));
        for (String[] pair : pairs) {
            if (pair[0].startsWith("word.")) {
                words[Integer.parseInt(pair[0].substring(5), 16)] = Integer.parseUnsignedInt(pair[1], 16);
            }
        }
        BitSet certain = new BitSet();
        certain.set(entry, exit);
        Block block = new Block(number(pairs, "address"), words, entry, exit, certain, new BitSet(), certain, before);
        Outcome.End end = pairs.stream()
                .filter(p -> p[0].equals("end"))
                .map(p -> Outcome.End.valueOf(p[1]))
                .findFirst()
                .orElse(Outcome.End.EXIT);
        return new Reproducer(comment, block, new Outcome(end, number(pairs, "pc"), after));
    }

    private static long number(List<String[]> pairs, String name) {
        return pairs.stream()
                .filter(p -> p[0].equals(name))
                .map(p -> Long.parseUnsignedLong(p[1], 16))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no line \"" + name + " …\""));
    }

    private static void parseState(String[] pair, MachineState state) {
        String name = pair[0].substring(pair[0].indexOf('.') + 1);
        long value = Long.parseUnsignedLong(pair[1], 16);
        if (name.startsWith("memory.")) {
            ByteBuffer.wrap(state.memory)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(Integer.parseInt(name.substring(7), 16), value);
            return;
        }
        for (int i = 0; i < MachineState.REGISTERS; i++) {
            if (MachineState.registerName(i).equals(name)) {
                state.set(i, value);
                return;
            }
        }
        throw new IllegalArgumentException("no register " + name);
    }
}
