// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import dev.spelunk.a64.Field;
import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionClass;
import dev.spelunk.a64.InstructionSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts executions of each instruction of a catalogue, and which values its narrow fields had. */
public final class Coverage {
    /** Fields up to this width have each of their values counted. */
    private static final int NARROW = 5;

    private final InstructionSet catalogue;
    private final Map<Instruction, long[]> executions = new LinkedHashMap<>();
    private final Map<Instruction, Map<Field, Integer>> values = new LinkedHashMap<>();
    private long total;

    public Coverage(InstructionSet catalogue) {
        this.catalogue = catalogue;
        for (Instruction instruction : catalogue.instructions()) {
            if (instruction.get("since", 0) == Instruction.NEVER || instruction.has("manual")) {
                continue;
            }
            executions.put(instruction, new long[1]);
            Map<Field, Integer> seen = new LinkedHashMap<>();
            instruction.fields().stream().filter(f -> f.width() <= NARROW).forEach(f -> seen.put(f, 0));
            values.put(instruction, seen);
        }
    }

    /** Counts the instructions of a block that execute on every path, without those that only prepare operands. */
    public void add(Block block) {
        for (int i = block.certain().nextSetBit(0); i >= 0; i = block.certain().nextSetBit(i + 1)) {
            if (block.prepared().get(i)) {
                continue;
            }
            int word = block.words()[i];
            Instruction instruction = catalogue.identify(word);
            if (instruction == null) {
                throw new IllegalArgumentException(String.format("word %08x is not in the catalogue", word));
            }
            executions.get(instruction)[0]++;
            total++;
            values.get(instruction).replaceAll((field, seen) -> seen | 1 << field.get(word));
        }
    }

    /** All instructions counted. */
    public long total() {
        return total;
    }

    /** The names of classes that were never executed. */
    public List<String> missingClasses() {
        List<String> missing = new ArrayList<>();
        for (InstructionClass c : catalogue.classes()) {
            if (c.weight() > 0 && count(c) == 0) {
                missing.add(c.name());
            }
        }
        return missing;
    }

    /** The instructions that were never executed. */
    public List<String> missingInstructions() {
        List<String> missing = new ArrayList<>();
        executions.forEach((instruction, count) -> {
            if (count[0] == 0) {
                missing.add(instruction.toString());
            }
        });
        return missing;
    }

    private long count(InstructionClass c) {
        return c.instructions().stream().mapToLong(i -> executions.get(i)[0]).sum();
    }

    private static int distinct(Map<Field, Integer> seen) {
        return seen.values().stream().mapToInt(Integer::bitCount).sum();
    }

    private static int possible(Map<Field, Integer> seen) {
        return seen.keySet().stream().mapToInt(f -> f.mask() + 1).sum();
    }

    /** A table for people: executions, instructions and values of narrow fields by encoding class. */
    public String table() {
        StringBuilder table = new StringBuilder(String.format(
                "%-62s %10s %13s %8s %12s%n",
                "encoding class", "executions", "instructions", "fewest", "field values"));
        String group = "";
        for (InstructionClass c : catalogue.classes()) {
            if (c.weight() == 0) {
                continue;
            }
            if (!c.group().equals(group)) {
                group = c.group();
                table.append(group).append(System.lineSeparator());
            }
            long fewest = c.instructions().stream()
                    .mapToLong(i -> executions.get(i)[0])
                    .min()
                    .orElse(0);
            long reached = c.instructions().stream()
                    .filter(i -> executions.get(i)[0] > 0)
                    .count();
            int seen = c.instructions().stream()
                    .mapToInt(i -> distinct(values.get(i)))
                    .sum();
            int possible = c.instructions().stream()
                    .mapToInt(i -> possible(values.get(i)))
                    .sum();
            table.append(String.format(
                    "  %-60s %10d %6d of %-3d %8d %5d of %-5d%n",
                    c.name(), count(c), reached, c.instructions().size(), fewest, seen, possible));
        }
        return table.append(String.format("%-62s %10d%n", "all", total)).toString();
    }
}
