// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import dev.spelunk.api.state.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What an entry's keys {@code op}, {@code unit}, {@code reads} and {@code writes} say, compiled. A register is {@code Xn}
 * or {@code Vd} (the field Rn or Rd), {@code X30}, {@code V(expression)} or {@code F}, the flags; {@code *count} registers from
 * it on; {@code ?expression}: only if it is not 0.
 */
final class Roles {
    /** A word of the key op, its condition, and the bits of {@link Operation#flags} that it stands for. */
    private record Property(int bits, Expression condition) {}

    private record Registers(int first, int limit, Expression number, Expression count, Expression condition) {
        long of(int word) {
            if (condition != null && condition.evaluate(word) == 0) {
                return 0;
            }
            long set = 0;
            int from = (int) number.evaluate(word);
            int registers = count == null ? 1 : (int) count.evaluate(word);
            for (int i = 0; i < registers; i++) {
                int register = from + i & 31;
                set |= register < limit ? 1L << first + register : 0;
            }
            return set;
        }
    }

    private static final int GENERAL = 31;
    private static final int VECTORS = 32;

    final Unit unit;
    final int operationClass;
    private final List<Property> properties = new ArrayList<>();
    private final List<Registers> read = new ArrayList<>();
    private final List<Registers> written = new ArrayList<>();

    /** Of no instruction. */
    Roles() {
        unit = Unit.INTEGER;
        operationClass = Operation.OTHER;
    }

    Roles(Instruction instruction) {
        String name = instruction.text("unit");
        unit = name == null ? Unit.INTEGER : Unit.valueOf(name.replace('-', '_').toUpperCase(Locale.ROOT));
        int found = Operation.OTHER;
        for (String part : parts(instruction.text("op"))) {
            int question = part.indexOf('?');
            String property = question < 0 ? part : part.substring(0, question);
            Expression condition = question < 0 ? null : instruction.expression(part.substring(question + 1));
            if (property.equals("branch")) {
                found = Operation.BRANCH;
                continue;
            }
            if (property.equals("load") || property.equals("store")) {
                found = Operation.LOAD_STORE;
            }
            properties.add(new Property(bits(property), condition));
        }
        operationClass = found;
        parts(instruction.text("reads")).forEach(part -> read.add(registers(instruction, part)));
        parts(instruction.text("writes")).forEach(part -> written.add(registers(instruction, part)));
    }

    private static int bits(String property) {
        switch (property) {
            case "load":
                return Operation.LOAD;
            case "store":
                return Operation.STORE;
            case "atomic":
                return Operation.ATOMIC;
            case "exclusive":
                return Operation.EXCLUSIVE;
            case "ordered":
                return Operation.ACQUIRE_RELEASE;
            case "conditional":
                return Operation.CONDITIONAL;
            case "indirect":
                return Operation.INDIRECT;
            case "link":
                return Operation.BRANCH_WITH_LINK;
            case "return":
                return Operation.PROCEDURE_RETURN;
            case "eret":
                return Operation.EXCEPTION_RETURN;
            case "vector":
                return Operation.SIMD_FP_REGISTERS;
            case "float":
                return Operation.FLOATING_POINT;
            case "simd":
                return Operation.ADVANCED_SIMD;
            case "unspecified":
                return Operation.UNSPECIFIED_REGISTERS;
            case "maintenance":
                return Operation.MAINTENANCE;
            case "unprivileged":
                // LDTR and STTR: no bit of a sample record, but the access is translated as EL0's.
                return 0;
            default:
                throw new IllegalArgumentException("unknown word in key op: " + property);
        }
    }

    /** The parts between commas that are not in parentheses. */
    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int at = 0; text != null && at <= text.length(); at++) {
            char c = at < text.length() ? text.charAt(at) : ',';
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0) {
                if (at > start) {
                    parts.add(text.substring(start, at));
                }
                start = at + 1;
            }
        }
        return parts;
    }

    private static Registers registers(Instruction instruction, String part) {
        int question = part.indexOf('?');
        Expression condition = question < 0 ? null : instruction.expression(part.substring(question + 1));
        String text = question < 0 ? part : part.substring(0, question);
        if (text.equals("F")) {
            return new Registers(DecodedInstruction.FLAGS, 1, Expression.constant(0), null, condition);
        }
        int star = text.indexOf('*');
        Expression count = star < 0 ? null : instruction.expression(text.substring(star + 1));
        String which = text.substring(1, star < 0 ? text.length() : star);
        char c = which.charAt(0);
        Expression number = instruction.expression(c == '(' || Character.isDigit(c) ? which : "R" + which);
        switch (text.charAt(0)) {
            case 'X':
                return new Registers(0, GENERAL, number, count, condition);
            case 'V':
                return new Registers(DecodedInstruction.V, VECTORS, number, count, condition);
            default:
                throw new IllegalArgumentException("register expected: " + part + " of " + instruction);
        }
    }

    int flags(int word) {
        int flags = 0;
        for (Property property : properties) {
            if (property.condition == null || property.condition.evaluate(word) != 0) {
                flags |= property.bits;
            }
        }
        return flags;
    }

    private static long union(List<Registers> registers, int word) {
        long set = 0;
        for (Registers some : registers) {
            set |= some.of(word);
        }
        return set;
    }

    long reads(int word) {
        return union(read, word);
    }

    long writes(int word) {
        return union(written, word);
    }
}
