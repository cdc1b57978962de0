// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import dev.spelunk.a64.Syntax.Piece;
import java.util.Locale;

/**
 * The operands in the syntax lines of the table:
 *
 * <pre>
 *   Rd Xd Wd        general-purpose register by field sf, 64-bit, 32-bit; R(wide)t by an expression; |sp: 31 is the stack pointer
 *   Bd Hd Sd Dd Qd  SIMD&amp;FP register; F(e)d by log2 of its bytes
 *   V(e,Q)d         vector of elements of 2^e bytes, whole if Q; L(e,i)d its element i
 *   list(e,Q,n)d    n vectors; lanes(e,i,n)d their elements i
 *   #e  #x e  =e    immediate, decimal, hexadecimal; number alone
 *   &#64;e  &#64;&#64;e        address e bytes after the instruction; page e bytes after its page
 *   cond !cond      condition, inverted condition
 * </pre>
 *
 * The d stands for the field Rd, or for any expression in parentheses; and some that are named for what they write.
 */
final class SyntaxOperands {
    private static final String[] CONDITIONS = {
        "eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"
    };
    private static final String[] SHIFTS = {"lsl", "lsr", "asr", "ror"};
    private static final String[] EXTENSIONS = {"uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"};
    private static final String[] BARRIERS = {
        null, "oshld", "oshst", "osh", null, "nshld", "nshst", "nsh", null, "ishld", "ishst", "ish", null, "ld", "st",
        "sy"
    };
    private static final String LETTERS = "bhsdq";

    private SyntaxOperands() {}

    /** Compiles what is between two braces. */
    static Piece of(Instruction instruction, String text) {
        if (text.startsWith("#x ")) {
            Expression value = instruction.expression(text.substring(3));
            return (out, word, pc) -> out.append("#0x").append(Long.toHexString(value.evaluate(word)));
        }
        switch (text.charAt(0)) {
            case '#': {
                Expression value = instruction.expression(text.substring(1));
                return (out, word, pc) -> out.append('#').append(value.evaluate(word));
            }
            case '=': {
                Expression value = instruction.expression(text.substring(1));
                return (out, word, pc) -> out.append(value.evaluate(word));
            }
            case '@':
                return address(instruction, text);
            default:
                break;
        }
        Piece named = named(instruction, text);
        return named != null ? named : register(instruction, text);
    }

    private static Piece address(Instruction instruction, String text) {
        boolean page = text.startsWith("@@");
        Expression offset = instruction.expression(text.substring(page ? 2 : 1));
        return (out, word, pc) ->
                out.append("0x").append(Long.toHexString((page ? pc & -4096 : pc) + offset.evaluate(word)));
    }

    private static Piece named(Instruction instruction, String text) {
        switch (text) {
            case "cond":
                return (out, word, pc) -> out.append(CONDITIONS[condition(instruction, word)]);
            case "!cond":
                return (out, word, pc) -> out.append(CONDITIONS[condition(instruction, word) ^ 1]);
            case "shift":
                return (out, word, pc) -> out.append(SHIFTS[word >>> 22 & 3]);
            case "extend":
                return SyntaxOperands::extend;
            case "index":
                return index(instruction);
            case "barrier":
                return (out, word, pc) -> {
                    int option = word >>> 8 & 15;
                    out.append(BARRIERS[option] != null ? BARRIERS[option] : String.format("#0x%02x", option));
                };
            case "prefetch":
                return (out, word, pc) -> prefetch(out, word & 31);
            case "sysreg":
                return (out, word, pc) -> out.append(SystemRegisterNames.of(word >>> 5 & 0xFFFF));
            case "bitmask":
                return (out, word, pc) -> out.append("#0x").append(Long.toHexString(Immediates.bitmask(word)));
            case "inverted":
                return (out, word, pc) -> out.append("#0x").append(Long.toHexString(Immediates.moveInverted(word)));
            case "float imm8":
                return (out, word, pc) -> out.append(
                        String.format(Locale.ROOT, "#%.18e", Immediates.expandFloat(imm8(instruction, word))));
            case "bytes imm8":
                return (out, word, pc) -> out.append(String.format("#0x%x", Immediates.bytes(imm8(instruction, word))));
            case "b/h":
            case "b/h/w":
                int sizes = text.length() / 2 + 1;
                return (out, word, pc) -> out.append(word >>> 30 < sizes ? "bhw".charAt(word >>> 30) : "");
            default:
                break;
        }
        if (text.startsWith("letter ")) {
            Expression size = instruction.expression(text.substring(7));
            return (out, word, pc) -> out.append(LETTERS.charAt((int) size.evaluate(word)));
        }
        return null;
    }

    private static int imm8(Instruction instruction, int word) {
        Field field = instruction.field("imm8");
        return field != null ? field.get(word) : (int) instruction.get("imm8", word);
    }

    private static int condition(Instruction instruction, int word) {
        return instruction.field("cond").get(word);
    }

    /** Of add and subtract (extended register): the stack pointer makes LSL the name of UXTX or UXTW. */
    private static void extend(StringBuilder out, int word, long pc) {
        int option = word >>> 13 & 7;
        int amount = word >>> 10 & 7;
        boolean setsFlags = (word >>> 29 & 1) != 0;
        boolean stack = (word >>> 5 & 31) == 31 || (word & 31) == 31 && !setsFlags;
        boolean plain = stack && option == (word < 0 ? 3 : 2);
        if (plain && amount == 0) {
            return;
        }
        out.append(", ").append(plain ? "lsl" : EXTENSIONS[option]);
        if (amount != 0) {
            out.append(" #").append(amount);
        }
    }

    /** The register offset of a load or store, with its extension or shift. */
    private static Piece index(Instruction instruction) {
        return (out, word, pc) -> {
            int option = word >>> 13 & 7;
            boolean shifted = (word >>> 12 & 1) != 0;
            out.append((option & 1) != 0 ? 'x' : 'w');
            int m = word >>> 16 & 31;
            out.append(m == 31 ? "zr" : String.valueOf(m));
            if (option == 3 && !shifted) {
                return;
            }
            out.append(", ").append(option == 3 ? "lsl" : EXTENSIONS[option]);
            if (shifted) {
                out.append(" #").append(instruction.get("scale", word));
            }
        };
    }

    private static void prefetch(StringBuilder out, int operation) {
        int type = operation >> 3;
        int target = operation >> 1 & 3;
        if (type == 3 || target == 3) {
            out.append(String.format("#0x%02x", operation));
            return;
        }
        out.append(new String[] {"pld", "pli", "pst"}[type]).append('l').append(target + 1);
        out.append((operation & 1) != 0 ? "strm" : "keep");
    }

    private static Piece register(Instruction instruction, String operand) {
        boolean stack = operand.endsWith("|sp");
        String text = stack ? operand.substring(0, operand.length() - 3) : operand;
        int open = text.indexOf('(');
        boolean arguments =
                open > 0 && Character.isLetter(text.charAt(0)) && (open > 1 || "RFVL".indexOf(text.charAt(0)) >= 0);
        String name = arguments ? text.substring(0, open) : text.substring(0, 1);
        Expression[] values = {};
        String which = text.substring(1);
        if (arguments) {
            int end = Syntax.closing(text, open, '(', ')');
            values = arguments(instruction, text.substring(open + 1, end));
            which = text.substring(end + 1);
        }
        Expression number = instruction.expression(which.charAt(0) == '(' ? which : "R" + which);
        return register(instruction, name, values, number, stack);
    }

    private static Expression[] arguments(Instruction instruction, String text) {
        java.util.List<Expression> values = new java.util.ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int at = 0; at <= text.length(); at++) {
            char c = at < text.length() ? text.charAt(at) : ',';
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0) {
                values.add(instruction.expression(text.substring(start, at)));
                start = at + 1;
            }
        }
        return values.toArray(new Expression[0]);
    }

    private static Piece register(
            Instruction instruction, String name, Expression[] values, Expression number, boolean stack) {
        switch (name) {
            case "X":
                return (out, word, pc) -> general(out, true, number.evaluate(word), stack);
            case "W":
                return (out, word, pc) -> general(out, false, number.evaluate(word), stack);
            case "R":
                Expression wide = values.length > 0 ? values[0] : instruction.expression("sf");
                return (out, word, pc) -> general(out, wide.evaluate(word) != 0, number.evaluate(word), stack);
            case "F":
                return (out, word, pc) -> out.append(LETTERS.charAt((int) values[0].evaluate(word)))
                        .append(number.evaluate(word));
            case "V":
                return (out, word, pc) ->
                        vector(out, number.evaluate(word), values[0].evaluate(word), values[1].evaluate(word));
            case "L":
                return (out, word, pc) -> out.append('v')
                        .append(number.evaluate(word))
                        .append('.')
                        .append(LETTERS.charAt((int) values[0].evaluate(word)))
                        .append('[')
                        .append(values[1].evaluate(word))
                        .append(']');
            case "list":
                return (out, word, pc) -> list(out, word, number, values, true);
            case "lanes":
                return (out, word, pc) -> {
                    list(out, word, number, values, false);
                    out.append('[').append(values[1].evaluate(word)).append(']');
                };
            default:
                char letter = Character.toLowerCase(name.charAt(0));
                if (name.length() != 1 || LETTERS.indexOf(letter) < 0) {
                    throw new IllegalArgumentException("unknown operand " + name + " of " + instruction.name());
                }
                return (out, word, pc) -> out.append(letter).append(number.evaluate(word));
        }
    }

    private static void general(StringBuilder out, boolean wide, long number, boolean stack) {
        if (number != 31) {
            out.append(wide ? 'x' : 'w').append(number);
        } else if (stack) {
            out.append(wide ? "sp" : "wsp");
        } else {
            out.append(wide ? "xzr" : "wzr");
        }
    }

    private static void vector(StringBuilder out, long number, long size, long whole) {
        out.append('v').append(number).append('.').append((8 << whole) >> size).append(LETTERS.charAt((int) size));
    }

    /** Consecutive registers; whole ones with their number of elements. */
    private static void list(StringBuilder out, int word, Expression number, Expression[] values, boolean whole) {
        int count = (int) values[2].evaluate(word);
        long first = number.evaluate(word);
        long size = values[0].evaluate(word);
        out.append('{');
        boolean range = count > 2 && first + count <= 32;
        for (int i = 0; i < count; i += range ? count - 1 : 1) {
            out.append(i == 0 ? "" : range ? "-" : ", ");
            if (whole) {
                vector(out, first + i & 31, size, values[1].evaluate(word));
            } else {
                out.append('v').append(first + i & 31).append('.').append(LETTERS.charAt((int) size));
            }
        }
        out.append('}');
    }
}
