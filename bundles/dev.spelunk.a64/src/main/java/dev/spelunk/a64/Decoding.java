// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import dev.spelunk.api.state.PeState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One way to decode an instruction ahead: a name for what it does, and its operands, unpacked, so that an engine that knows
 * an operation of that name needs the word no more. The lines of the table that begin with {@code =}:
 *
 * <pre>
 *   = NAME d=Xd n=Xn m=Xm i=expression when condition
 *   &#64;       the mnemonic in upper case; *: X or W by field sf; #: the letter of the element size, B, H, S, D or Q, by key e
 *   d        the destination, 31 is discarded; t: what is stored
 *   Xn Vn    a general-purpose register by field Rn, 31 reads as zero; |sp: 31 is the stack pointer; a SIMD&amp;FP register
 *   n m a    sources: registers, or expressions
 *   i        immediate; &#64;e: the address e bytes after the instruction; &#64;&#64;e: the page e bytes after its page
 *   when     the word's condition, and unless FEATURE: not where a PE has it
 * </pre>
 *
 * The first line that holds, and whose name the engine knows, is the one.
 */
public final class Decoding {
    private static final String WHEN = " when ";
    private static final String UNLESS = " unless ";
    private static final String[] WIDTHS = {"W", "X"};
    private static final String[] ELEMENTS = {"B", "H", "S", "D", "Q"};
    private static final Expression ZERO = Expression.constant(0);

    private final List<String> names = new ArrayList<>();
    private final Expression name;
    private final Expression condition;
    private final String unless;
    private Expression d = ZERO;
    private Expression n = ZERO;
    private Expression m = ZERO;
    private Expression a = ZERO;
    private Expression immediate = ZERO;
    private boolean relative;
    private boolean toPage;

    private Decoding(Instruction instruction, String line) {
        String text = line;
        int end = text.indexOf(UNLESS);
        unless = end < 0 ? null : text.substring(end + UNLESS.length()).trim();
        text = end < 0 ? text : text.substring(0, end);
        end = text.indexOf(WHEN);
        condition = end < 0 ? null : instruction.expression(text.substring(end + WHEN.length()));
        String[] parts = (end < 0 ? text : text.substring(0, end)).trim().split(" +");
        String whole = parts[0].replace("@", instruction.mnemonic().toUpperCase(Locale.ROOT));
        Expression width = whole.contains("*") ? instruction.expression("sf") : ZERO;
        Expression element = whole.contains("#") ? instruction.expression("e") : ZERO;
        for (String wide : WIDTHS) {
            for (String letter : ELEMENTS) {
                names.add(whole.replace("*", wide).replace("#", letter));
            }
        }
        name = word -> width.evaluate(word) * ELEMENTS.length + element.evaluate(word);
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            operand(instruction, parts[i].substring(0, equals), parts[i].substring(equals + 1));
        }
    }

    /**
     * Compiles lines of an entry, and those of its class where none of the entry's is for every word.
     *
     * @throws IllegalArgumentException when an operand or an expression is not in form
     */
    static List<Decoding> of(Instruction instruction, List<String> lines, List<String> ofClass) {
        List<Decoding> all = new ArrayList<>();
        lines.forEach(line -> all.add(new Decoding(instruction, line)));
        if (all.stream().allMatch(one -> one.condition != null || one.unless != null)) {
            ofClass.forEach(line -> all.add(new Decoding(instruction, line)));
        }
        return all;
    }

    private void operand(Instruction instruction, String key, String text) {
        switch (key) {
            case "d":
                d = register(instruction, text, PeState.DISCARD);
                break;
            case "t":
                d = register(instruction, text, PeState.ZERO);
                break;
            case "n":
                n = register(instruction, text, PeState.ZERO);
                break;
            case "m":
                m = register(instruction, text, PeState.ZERO);
                break;
            case "a":
                a = register(instruction, text, PeState.ZERO);
                break;
            case "i":
                relative = text.startsWith("@");
                toPage = text.startsWith("@@");
                immediate = instruction.expression(text.substring(toPage ? 2 : relative ? 1 : 0));
                break;
            default:
                throw new IllegalArgumentException("unknown operand " + key + " in a decoding of " + instruction);
        }
    }

    /** A register by its field, or a number. @param of31 what a general-purpose register 31 is */
    private static Expression register(Instruction instruction, String text, int of31) {
        boolean stack = text.endsWith("|sp");
        String plain = stack ? text.substring(0, text.length() - 3) : text;
        char file = plain.charAt(0);
        Field field = file == 'X' || file == 'V' ? instruction.field("R" + plain.substring(1)) : null;
        if (field == null) {
            return instruction.expression(text);
        }
        int special = stack ? PeState.SP : file == 'X' ? of31 : 31;
        return word -> field.get(word) == 31 ? special : field.get(word);
    }

    /** The names that words of the instruction could have, some more than once; an engine need not know each. */
    public List<String> names() {
        return names;
    }

    /** Which of {@link #names} a word has. */
    public int name(int word) {
        return (int) name.evaluate(word);
    }

    /** Whether this is a way to decode a word. */
    public boolean holds(int word) {
        return condition == null || condition.evaluate(word) != 0;
    }

    /** The feature without which alone it counts; null for always. */
    public String unless() {
        return unless;
    }

    /** The destination, or what is stored: an index in {@link PeState#x}, or the number of a SIMD&amp;FP register. */
    public int d(int word) {
        return (int) d.evaluate(word);
    }

    /** The first source, as {@link #d}, or a number. */
    public int n(int word) {
        return (int) n.evaluate(word);
    }

    /** The second source, as {@link #n}. */
    public int m(int word) {
        return (int) m.evaluate(word);
    }

    /** The third source, as {@link #n}. */
    public int a(int word) {
        return (int) a.evaluate(word);
    }

    /** The immediate of a word at pc. */
    public long immediate(int word, long pc) {
        long from = !relative ? 0 : toPage ? pc & -4096 : pc;
        return from + immediate.evaluate(word);
    }
}
