// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import java.util.ArrayList;
import java.util.List;

/**
 * One way to write an instruction in assembly language: text with operands in braces, and the condition under which this way
 * is preferred. {@code @} is the mnemonic; the operands are those of {@link SyntaxOperands}.
 */
final class Syntax {
    /** A piece of the text. */
    @FunctionalInterface
    interface Piece {
        void append(StringBuilder out, int word, long pc);
    }

    private static final String CONDITION = " when ";

    private final Expression condition;
    private final List<Piece> pieces;

    private Syntax(Expression condition, List<Piece> pieces) {
        this.condition = condition;
        this.pieces = pieces;
    }

    /**
     * Compiles a line of the table.
     *
     * @throws IllegalArgumentException when an operand or an expression is not in form
     */
    static Syntax of(Instruction instruction, String line) {
        int when = line.lastIndexOf(CONDITION);
        String text = when < 0 ? line : line.substring(0, when);
        Expression condition = when < 0 ? null : instruction.expression(line.substring(when + CONDITION.length()));
        return new Syntax(condition, pieces(instruction, text));
    }

    private static List<Piece> pieces(Instruction instruction, String text) {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '@') {
                literal.append(instruction.mnemonic());
            } else if (c == '{') {
                if (!literal.isEmpty()) {
                    pieces.add(literal(literal.toString()));
                    literal.setLength(0);
                }
                int end = closing(text, at, '{', '}');
                String inside = text.substring(at + 1, end);
                pieces.add(
                        inside.charAt(0) == '?'
                                ? optional(instruction, inside)
                                : SyntaxOperands.of(instruction, inside));
                at = end;
            } else {
                literal.append(c);
            }
        }
        if (!literal.isEmpty()) {
            pieces.add(literal(literal.toString()));
        }
        return pieces;
    }

    private static Piece literal(String text) {
        return (out, word, pc) -> out.append(text);
    }

    /** {@code ?condition:text}: there only when the condition holds. */
    private static Piece optional(Instruction instruction, String inside) {
        int colon = inside.indexOf(':');
        Expression present = instruction.expression(inside.substring(1, colon));
        List<Piece> pieces = pieces(instruction, inside.substring(colon + 1));
        return (out, word, pc) -> {
            if (present.evaluate(word) != 0) {
                pieces.forEach(piece -> piece.append(out, word, pc));
            }
        };
    }

    /** Where the bracket that opens at a position closes. */
    static int closing(String text, int open, char opening, char closing) {
        int depth = 0;
        for (int at = open; at < text.length(); at++) {
            if (text.charAt(at) == opening) {
                depth++;
            } else if (text.charAt(at) == closing && --depth == 0) {
                return at;
            }
        }
        throw new IllegalArgumentException("no " + closing + " in: " + text);
    }

    boolean isConditional() {
        return condition != null;
    }

    boolean preferred(int word) {
        return condition == null || condition.evaluate(word) != 0;
    }

    void append(StringBuilder out, int word, long pc) {
        for (Piece piece : pieces) {
            piece.append(out, word, pc);
        }
    }
}
