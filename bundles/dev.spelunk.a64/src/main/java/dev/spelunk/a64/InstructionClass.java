// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An encoding class of the manual (DDI 0487, C4.1): what its instructions have in common, and the instructions. */
public final class InstructionClass {
    private final Text group;
    private final Text source;
    final List<Instruction> instructions = new ArrayList<>();
    private Head head;

    /** The lines of the class, {@code [name] weight : keys} and those of its syntax and its decodings, read. */
    private record Head(
            String name, int weight, Map<String, String> keys, List<String> syntax, List<String> decodings) {
        static Head of(List<String> lines) {
            String line = lines.get(0);
            int end = line.indexOf(']');
            int colon = line.indexOf(" : ", end);
            String share =
                    line.substring(end + 1, colon < 0 ? line.length() : colon).trim();
            Map<String, String> keys = new LinkedHashMap<>();
            if (colon >= 0) {
                Instruction.readKeys(line.substring(colon + 3), keys);
            }
            int weight = share.isEmpty() ? 10 : Integer.parseInt(share);
            List<String> more = lines.subList(1, lines.size());
            return new Head(
                    line.substring(1, end), weight, keys, Instruction.syntax(more), Instruction.decodings(more));
        }
    }

    InstructionClass(Text group, Text source) {
        this.group = group;
        this.source = source;
    }

    private Head head() {
        Head known = head;
        if (known == null) {
            known = Head.of(source.lines());
            head = known;
        }
        return known;
    }

    /** The row of the manual's top-level tables. */
    public String group() {
        return group.toString();
    }

    /** The manual's name of the class. */
    public String name() {
        return head().name();
    }

    /** Its share among the classes when a generator of random programs chooses. */
    public int weight() {
        return head().weight();
    }

    /** Its instructions, in the table's order. */
    public List<Instruction> instructions() {
        return Collections.unmodifiableList(instructions);
    }

    Map<String, String> keys() {
        return head().keys();
    }

    List<String> syntax() {
        return head().syntax();
    }

    List<String> decodings() {
        return head().decodings();
    }

    Text groupText() {
        return group;
    }

    Text source() {
        return source;
    }

    /** The same class with some of its instructions. */
    InstructionClass with(List<Instruction> selected) {
        InstructionClass copy = new InstructionClass(group, source);
        copy.instructions.addAll(selected);
        return copy;
    }
}
