// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One instruction of the table: a pattern of fixed bits and fields, and what is known of it. The form is described at the
 * head of {@code base.isa}.
 */
public final class Instruction {

    /** How an instruction uses memory and PC, and so what must be prepared around it for its outcome to be defined. */
    public enum Kind {
        /** Neither: any register values will do. */
        PLAIN,
        /** The base register points into memory. */
        MEMORY,
        /** Loads from a PC-relative address. */
        LITERAL,
        /** Branches to a PC-relative address. */
        BRANCH,
        /** Branches to the address in Rn. */
        REGISTER_BRANCH,
        /** As MEMORY; opens the local exclusive monitor. */
        LOAD_EXCLUSIVE,
        /** Rt holds a value of FPCR or FPSR. */
        CONTROL,
        /** As MEMORY; has a defined outcome only after a matching load exclusive, or after CLREX. */
        STORE_EXCLUSIVE
    }

    /** The value of "since" for what no architecture version here has. */
    public static final int NEVER = 99;

    private final InstructionClass instructionClass;
    /** The entry: its line, and the lines of its syntax; read when first asked for. */
    private final Text source;

    private String name;
    private String pattern;
    private String keyText;
    private List<String> syntax;
    private List<String> decodings;
    private final int fixedMask;
    private final int fixedBits;
    /** Bits that should be one, but do not tell the instruction: (1) in the manual. */
    private final int shouldBeOne;
    /** Whether only some of the words with the fixed bits are allocated; unknown, so true, before the table is compiled. */
    private final boolean conditional;
    /** Null until it is read of the text. */
    private Form form;

    private Details details;

    /** What is read from the text when it is first asked for: decoding alone needs little of it. */
    private static final class Details {
        final Map<String, Field> fields = new LinkedHashMap<>();
        final Map<String, String> keys = new LinkedHashMap<>();
        final Map<String, Expression> expressions = new LinkedHashMap<>();
        Kind kind = Kind.PLAIN;
        Field base;
        Expression valid;
        boolean never;
        Syntax[] syntax;
        List<Decoding> decodings;
        Roles roles;
        Access access;
    }

    /**
     * Reads one entry of the table.
     *
     * @throws IllegalArgumentException when its line does not have the form that the table's head describes
     */
    Instruction(InstructionClass instructionClass, Text source) {
        this.instructionClass = instructionClass;
        this.source = source;
        readLine();
        int bit = 32;
        int mask = 0;
        int bits = 0;
        int ones = 0;
        boolean should = false;
        for (int at = 0; at < pattern.length(); ) {
            char c = pattern.charAt(at);
            if (c == '0' || c == '1') {
                bit--;
                ones |= should ? 1 << bit : 0;
                mask |= should ? 0 : 1 << bit;
                bits |= (c - '0') << bit;
                at++;
            } else if (c == ' ' || c == '(' || c == ')') {
                should = c != ' ' ? c == '(' : should;
                at++;
            } else {
                int end = pattern.indexOf(' ', at);
                end = end < 0 ? pattern.length() : end;
                bit -= width(pattern.substring(at, end));
                at = end;
            }
        }
        if (bit != 0) {
            throw new IllegalArgumentException("the pattern of " + name + " has " + (32 - bit) + " bits, not 32");
        }
        fixedMask = mask;
        fixedBits = bits;
        shouldBeOne = ones;
        conditional = true;
    }

    /** An entry whose pattern was read when the table was compiled: the numbers of {@link #compiled} from an index on. */
    Instruction(InstructionClass instructionClass, Text source, int[] compiled, int at) {
        this.instructionClass = instructionClass;
        this.source = source;
        fixedMask = compiled[at];
        fixedBits = compiled[at + 1];
        shouldBeOne = compiled[at + 2];
        conditional = compiled[at + 3] != 0;
        form = Form.ALL[compiled[at + 4]];
    }

    private void readLine() {
        List<String> lines = source.lines();
        String line = lines.get(0);
        int first = line.indexOf(": ");
        if (first < 0) {
            throw new IllegalArgumentException("name : pattern [: keys] expected: " + line);
        }
        int second = line.indexOf(" : ", first + 2);
        pattern = line.substring(first + 2, second < 0 ? line.length() : second).trim();
        keyText = second < 0 ? "" : line.substring(second + 3);
        List<String> more = lines.subList(1, lines.size());
        syntax = syntax(more);
        decodings = decodings(more);
        name = line.substring(0, first).trim();
    }

    /** Those of the lines below an entry or a class that say how it is written. */
    static List<String> syntax(List<String> lines) {
        return lines.stream().filter(line -> line.charAt(0) != '=').toList();
    }

    /** Those that say how it may be decoded ahead, without the = before them. */
    static List<String> decodings(List<String> lines) {
        return lines.stream()
                .filter(line -> line.charAt(0) == '=')
                .map(line -> line.substring(1).trim())
                .toList();
    }

    private static int width(String token) {
        int colon = token.indexOf(':');
        if (colon >= 0) {
            return Integer.parseInt(token.substring(colon + 1));
        }
        if (token.startsWith("imm") && token.length() > 3) {
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

    /** Reads {@code key=value; key=value}; a value that begins with + is added to the one that is there. */
    static void readKeys(String text, Map<String, String> keys) {
        for (int at = 0; at < text.length(); ) {
            int end = text.indexOf(';', at);
            end = end < 0 ? text.length() : end;
            String pair = text.substring(at, end).trim();
            int equals = pair.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("key=value expected: " + pair);
            }
            String key = pair.substring(0, equals);
            String value = pair.substring(equals + 1);
            if (value.startsWith("+")) {
                String before = keys.get(key);
                value = before == null || before.isEmpty() ? value.substring(1) : before + "," + value.substring(1);
            }
            keys.put(key, value);
            at = end + 1;
        }
    }

    private Details details() {
        Details known = details;
        if (known == null) {
            known = readDetails();
            details = known;
        }
        return known;
    }

    private Details readDetails() {
        name();
        Details read = new Details();
        int bit = 32;
        for (int at = 0; at < pattern.length(); ) {
            char c = pattern.charAt(at);
            if (c == '0' || c == '1' || c == ' ' || c == '(' || c == ')') {
                bit -= c == '0' || c == '1' ? 1 : 0;
                at++;
                continue;
            }
            int end = pattern.indexOf(' ', at);
            String token = pattern.substring(at, end < 0 ? pattern.length() : end);
            int width = width(token);
            bit -= width;
            int colon = token.indexOf(':');
            String field = colon < 0 ? token : token.substring(0, colon);
            read.fields.put(field, new Field(field, bit, width));
            at += token.length();
        }
        read.keys.putAll(instructionClass.keys());
        readKeys(keyText, read.keys);
        String kind = read.keys.get("kind");
        if (kind != null) {
            read.kind = Kind.valueOf(kind.replace('-', '_').toUpperCase(Locale.ROOT));
        }
        read.base = read.fields.get(read.keys.getOrDefault("base", "Rn"));
        read.valid = compile("valid", read);
        String since = read.keys.get("since");
        read.never = since != null && Integer.parseInt(since) == NEVER;
        impliedElementSize(read);
        return read;
    }

    /** The key e where a line has none: log2 of the bytes of an element, by the field that says so, or of half precision. */
    private static void impliedElementSize(Details read) {
        String implied = read.fields.containsKey("size") ? "size" : read.fields.containsKey("sz") ? "2+sz" : "1";
        read.keys.putIfAbsent("e", implied);
    }

    private static Expression compile(String key, Details details) {
        String text = details.keys.get(key);
        if (text == null) {
            return null;
        }
        return Expression.parse(text, details.fields, name -> {
            if (details.keys.containsKey(name)) {
                return compiled(name, details);
            }
            return null;
        });
    }

    private static Expression compiled(String key, Details details) {
        Expression expression = details.expressions.get(key);
        if (expression == null) {
            expression = compile(key, details);
            if (expression != null) {
                details.expressions.put(key, expression);
            }
        }
        return expression;
    }

    /** The manual's name of the instruction, with its variant in parentheses. */
    public String name() {
        if (name == null) {
            readLine();
        }
        return name;
    }

    /** The name without its variant, in lower case as an assembler takes it. */
    public String mnemonic() {
        int end = name().indexOf(' ');
        return (end < 0 ? name : name.substring(0, end)).toLowerCase(Locale.ROOT);
    }

    /** The encoding class. */
    public InstructionClass instructionClass() {
        return instructionClass;
    }

    /** The form of the operands in the word. */
    public Form form() {
        if (form == null) {
            String text = text("form");
            form = text == null
                    ? Form.UNALLOCATED
                    : Form.valueOf(text.replace('-', '_').toUpperCase(Locale.ROOT));
        }
        return form;
    }

    public Kind kind() {
        return details().kind;
    }

    /** The fixed bits of the encoding, and those that should be one; all fields zero. */
    public int fixedBits() {
        return fixedBits;
    }

    /** Which bits of the encoding are fixed. */
    public int fixedMask() {
        return fixedMask;
    }

    /** Mask, bits, bits that should be one, whether only some of the words with the fixed bits are allocated, and form. */
    int[] compiled() {
        boolean some = details().valid != null || details().never;
        return new int[] {fixedMask, fixedBits, shouldBeOne, some ? 1 : 0, form().ordinal()};
    }

    Text source() {
        return source;
    }

    /** Whether a word has the fixed bits of this instruction, allocated or not. */
    public boolean matches(int word) {
        return ((word ^ fixedBits) & fixedMask) == 0;
    }

    public List<Field> fields() {
        return new ArrayList<>(details().fields.values());
    }

    /** The field of a name, or null. */
    public Field field(String fieldName) {
        return details().fields.get(fieldName);
    }

    /** The field of the base register, or null. */
    public Field base() {
        return details().base;
    }

    /** Whether the table says anything under a key. */
    public boolean has(String key) {
        return details().keys.containsKey(key);
    }

    /** The architecture feature that it needs, null for none. */
    public String feature() {
        return text("feature");
    }

    /** What the table says under a key, as text; null where it says nothing. */
    String text(String key) {
        return details().keys.get(key);
    }

    /** An expression over this instruction's fields. */
    Expression expression(String text) {
        Details known = details();
        return Expression.parse(
                text, known.fields, name -> known.keys.containsKey(name) ? compiled(name, known) : null);
    }

    /** The value of a key for a word, zero where the table says nothing. */
    public long get(String key, int word) {
        Expression expression = compiled(key, details());
        return expression == null ? 0 : expression.evaluate(word);
    }

    /** Whether a word is allocated: false means that executing it is UNDEFINED. */
    public boolean isValid(int word) {
        Expression valid = details().valid;
        return valid == null || valid.evaluate(word) != 0;
    }

    /** Whether a word is allocated in some architecture version that is modelled here. */
    boolean isAllocated(int word) {
        return !conditional || isValid(word) && !details.never;
    }

    /** What the instruction does with registers and memory, and where. */
    Roles roles() {
        Details known = details();
        if (known.roles == null) {
            known.roles = new Roles(this);
        }
        return known.roles;
    }

    /** The ways to decode it ahead, the first that holds before the others. */
    public List<Decoding> decodings() {
        Details known = details();
        if (known.decodings == null) {
            known.decodings = Decoding.of(this, decodings, instructionClass.decodings());
        }
        return known.decodings;
    }

    /** The access of a load or store. */
    public Access access() {
        Details known = details();
        if (known.access == null) {
            known.access = new Access(this);
        }
        return known.access;
    }

    /** The preferred way to write a word; null where the table has none. */
    Syntax syntaxOf(int word) {
        Details known = details();
        if (known.syntax == null) {
            List<Syntax> all = new ArrayList<>();
            boolean conditional = addSyntax(syntax, all);
            if (conditional) {
                addSyntax(instructionClass.syntax(), all);
            }
            known.syntax = all.toArray(new Syntax[0]);
        }
        for (Syntax one : known.syntax) {
            if (one.preferred(word)) {
                return one;
            }
        }
        return null;
    }

    /** @return whether none of the lines is for every word */
    private boolean addSyntax(List<String> lines, List<Syntax> all) {
        boolean conditional = true;
        for (String line : lines) {
            Syntax one = Syntax.of(this, line);
            all.add(one);
            conditional &= one.isConditional();
        }
        return conditional;
    }

    /** Whether a word's behaviour is defined by the architecture and within reach of a test. */
    public boolean isDefined(int word) {
        return isValid(word) && (~word & shouldBeOne) == 0 && get("avoid", word) == 0;
    }

    /** Whether the instruction is part of an architecture version (82 for Armv8.2). */
    public boolean isIn(int version) {
        return get("since", 0) <= version && (!has("only") || get("only", 0) == version);
    }

    /** The instruction and the values of its fields, for people. */
    public String describe(int word) {
        StringBuilder text = new StringBuilder(name());
        for (Field field : details().fields.values()) {
            boolean signed = field.name().matches("imm(7|9|14|19|26)");
            text.append(' ').append(field.name()).append('=').append(signed ? field.getSigned(word) : field.get(word));
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return name() + " [" + instructionClass.name() + "]";
    }
}
