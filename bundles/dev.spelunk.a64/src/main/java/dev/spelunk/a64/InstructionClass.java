// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An encoding class of the manual (DDI 0487, C4.1): what its instructions have in common, and the instructions. */
public final class InstructionClass {
    private final String group;
    private final String name;
    private final int weight;
    final Map<String, String> keys = new LinkedHashMap<>();
    final List<String> syntax = new ArrayList<>();
    final List<Instruction> instructions = new ArrayList<>();

    /** @param line the head: {@code [name] weight : keys} */
    InstructionClass(String group, String line) {
        this.group = group;
        int end = line.lastIndexOf(']');
        name = line.substring(1, end);
        int colon = line.indexOf(" : ", end);
        String share =
                line.substring(end + 1, colon < 0 ? line.length() : colon).trim();
        weight = share.isEmpty() ? 10 : Integer.parseInt(share);
        if (colon >= 0) {
            Instruction.readKeys(line.substring(colon + 3), keys);
        }
    }

    /** The row of the manual's top-level tables. */
    public String group() {
        return group;
    }

    /** The manual's name of the class. */
    public String name() {
        return name;
    }

    /** Its share among the classes when a generator of random programs chooses. */
    public int weight() {
        return weight;
    }

    /** Its instructions, in the table's order. */
    public List<Instruction> instructions() {
        return Collections.unmodifiableList(instructions);
    }

    /** The same class with some of its instructions. */
    InstructionClass with(List<Instruction> selected) {
        InstructionClass copy = new InstructionClass(group, "[" + name + "] " + weight);
        copy.keys.putAll(keys);
        copy.syntax.addAll(syntax);
        copy.instructions.addAll(selected);
        return copy;
    }
}
