// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One instruction of the catalogue: a pattern of fixed bits and fields, and what a generator must know of it. */
public final class Instruction {

    /** What a generator must prepare around an instruction. */
    public enum Kind {
        /** Nothing: any register values will do. */
        PLAIN,
        /** The base register must point into memory. */
        MEMORY,
        /** The PC-relative target must be a literal. */
        LITERAL,
        /** The PC-relative target must be an instruction. */
        BRANCH,
        /** Rn must hold the address of an instruction. */
        REGISTER_BRANCH,
        /** As MEMORY; opens the local exclusive monitor. */
        LOAD_EXCLUSIVE,
        /** Rt must hold a value of FPCR or FPSR. */
        CONTROL,
        /** As MEMORY; has a defined outcome only after a matching load exclusive, or after CLREX. */
        STORE_EXCLUSIVE
    }

    /** The value of "since" for what no version here has. */
    public static final int NEVER = 99;

    private final String name;
    private final String instructionClass;
    private final Map<String, Field> fields = new LinkedHashMap<>();
    private final int fixedMask;
    private final int fixedBits;
    private final Kind kind;
    private final Field base;
    private final Map<String, Expression> expressions = new LinkedHashMap<>();

    /**
     * Reads one line of a catalogue.
     *
     * @throws IllegalArgumentException when the line does not have the form that the file's head describes
     */
    Instruction(String instructionClass, String line) {
        String[] parts = line.split(" *: +|: *$", 3);
        if (parts.length < 2) {
            throw new IllegalArgumentException("name : pattern [: keys] expected: " + line);
        }
        this.name = parts[0].trim();
        this.instructionClass = instructionClass;
        int bit = 32;
        int mask = 0;
        int bits = 0;
        for (String token : parts[1].trim().split("\\s+")) {
            if (token.matches("[01]+")) {
                bit -= token.length();
                mask |= (int) ((1L << token.length()) - 1) << bit;
                bits |= (int) Long.parseLong(token, 2) << bit;
            } else {
                int width = width(token);
                bit -= width;
                String fieldName = token.split(":")[0];
                fields.put(fieldName, new Field(fieldName, bit, width));
            }
        }
        if (bit != 0) {
            throw new IllegalArgumentException("the pattern of " + name + " has " + (32 - bit) + " bits, not 32");
        }
        this.fixedMask = mask;
        this.fixedBits = bits;
        Map<String, String> keys = new LinkedHashMap<>();
        if (parts.length == 3) {
            for (String key : parts[2].split(";")) {
                String[] pair = key.trim().split("=", 2);
                keys.put(pair[0], pair[1]);
            }
        }
        String kindName = keys.remove("kind");
        this.kind = kindName == null
                ? Kind.PLAIN
                : Kind.valueOf(kindName.replace('-', '_').toUpperCase());
        String baseName = keys.remove("base");
        this.base = fields.get(baseName == null ? "Rn" : baseName);
        keys.forEach((key, text) -> expressions.put(key, Expression.parse(text, fields, expressions)));
    }

    private static int width(String token) {
        int colon = token.indexOf(':');
        if (colon >= 0) {
            return Integer.parseInt(token.substring(colon + 1));
        }
        if (token.matches("imm\\d+")) {
            return Integer.parseInt(token.substring(3));
        }
        switch (token) {
            case "sf", "sh", "N", "S", "A", "R", "Q":
                return 1;
            case "cond", "CRm", "nzcv", "mask":
                return 4;
            case "Rd", "Rn", "Rm", "Ra", "Rs", "Rt", "Rt2":
                return 5;
            default:
                throw new IllegalArgumentException("the width of field " + token + " is missing");
        }
    }

    /** The manual's name of the instruction, with its variant in parentheses. */
    public String name() {
        return name;
    }

    /** The manual's name of the encoding class. */
    public String instructionClass() {
        return instructionClass;
    }

    public Kind kind() {
        return kind;
    }

    /** The fixed bits of the encoding, all fields zero. */
    public int fixedBits() {
        return fixedBits;
    }

    /** Which bits of the encoding are fixed. */
    public int fixedMask() {
        return fixedMask;
    }

    /** Whether a word has the fixed bits of this instruction, allocated or not. */
    public boolean matches(int word) {
        return (word & fixedMask) == fixedBits;
    }

    public List<Field> fields() {
        return new ArrayList<>(fields.values());
    }

    /** The field of a name, or null. */
    public Field field(String fieldName) {
        return fields.get(fieldName);
    }

    /** The field of the base register, or null. */
    public Field base() {
        return base;
    }

    /** Whether the catalogue says anything under a key. */
    public boolean has(String key) {
        return expressions.containsKey(key);
    }

    /** The value of a key for a word, zero where the catalogue says nothing. */
    public long get(String key, int word) {
        Expression expression = expressions.get(key);
        return expression == null ? 0 : expression.evaluate(word);
    }

    /** Whether a word is allocated: false means that executing it is UNDEFINED. */
    public boolean isValid(int word) {
        return !has("valid") || get("valid", word) != 0;
    }

    /** Whether a word's behaviour is defined by the architecture and within reach of a test. */
    public boolean isDefined(int word) {
        return isValid(word) && get("avoid", word) == 0;
    }

    /** Whether the instruction is part of an architecture version (82 for Armv8.2). */
    public boolean isIn(int version) {
        return get("since", 0) <= version && (!has("only") || get("only", 0) == version);
    }

    /** The instruction and the values of its fields, for people. */
    public String describe(int word) {
        StringBuilder text = new StringBuilder(name);
        for (Field field : fields.values()) {
            boolean signed = field.name().matches("imm(7|9|14|19|26)");
            text.append(' ').append(field.name()).append('=').append(signed ? field.getSigned(word) : field.get(word));
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return name + " [" + instructionClass + "]";
    }
}
