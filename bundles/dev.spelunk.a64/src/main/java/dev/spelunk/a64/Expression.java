// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import dev.spelunk.a64.integer.Alu;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * An integer expression over the fields of an instruction word, as the table's files write it: C's
 * operators {@code ?: || && == != < <= > >= << >> + - * & | ^ !}, numbers, field names, other keys of the same line,
 * {@code signed(field)}, {@code concat(field, ...)}, {@code holds(cond)} (a bit for each NZCV for which the condition holds),
 * {@code logical(sf, N, imms)}, {@code bitmask(sf, N, immr, imms)} and {@code moveWide(sf, N, imms, immr)}.
 */
@FunctionalInterface
interface Expression {

    long evaluate(int word);

    static Expression constant(long value) {
        return word -> value;
    }

    /**
     * Compiles an expression.
     *
     * @param text the expression
     * @param fields the fields that it may name
     * @param definitions finds another expression that it may name, or null
     * @throws IllegalArgumentException when the text is not an expression over these fields
     */
    static Expression parse(String text, Map<String, Field> fields, Function<String, Expression> definitions) {
        Parser parser = new Parser(text, fields, definitions);
        Expression expression = parser.choice();
        if (parser.peek() != '\0') {
            throw parser.error("unexpected '" + parser.peek() + "'");
        }
        return expression;
    }

    /** A recursive descent parser with one list of operators per level of precedence. */
    final class Parser {
        private static final String[][] LEVELS = {
            {"||"}, {"&&"}, {"==", "!=", "<=", ">=", "<", ">"}, {"<<", ">>"}, {"+", "-"}, {"*", "&", "|", "^"}
        };
        private final String text;
        private final Map<String, Field> fields;
        private final Function<String, Expression> definitions;
        private int at;

        Parser(String text, Map<String, Field> fields, Function<String, Expression> definitions) {
            this.text = text;
            this.fields = fields;
            this.definitions = definitions;
        }

        char peek() {
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
            return at < text.length() ? text.charAt(at) : '\0';
        }

        IllegalArgumentException error(String what) {
            return new IllegalArgumentException(what + " at column " + (at + 1) + " of expression: " + text);
        }

        private String operator(int level) {
            peek();
            for (String operator : LEVELS[level]) {
                boolean otherOperator = operator.length() == 1
                        && at + 1 < text.length()
                        && "<>&|".contains(operator)
                        && text.charAt(at + 1) == operator.charAt(0);
                if (text.startsWith(operator, at) && !otherOperator) {
                    at += operator.length();
                    return operator;
                }
            }
            return null;
        }

        /** An expression with {@code condition ? one : other} at its top. */
        Expression choice() {
            Expression condition = binary(0);
            if (peek() != '?') {
                return condition;
            }
            at++;
            Expression one = choice();
            expect(':');
            Expression other = choice();
            return w -> condition.evaluate(w) != 0 ? one.evaluate(w) : other.evaluate(w);
        }

        Expression binary(int level) {
            if (level == LEVELS.length) {
                return primary();
            }
            Expression left = binary(level + 1);
            for (String operator = operator(level); operator != null; operator = operator(level)) {
                left = combine(operator, left, binary(level + 1));
            }
            return left;
        }

        private static Expression combine(String operator, Expression l, Expression r) {
            switch (operator) {
                case "||":
                    return w -> l.evaluate(w) != 0 || r.evaluate(w) != 0 ? 1 : 0;
                case "&&":
                    return w -> l.evaluate(w) != 0 && r.evaluate(w) != 0 ? 1 : 0;
                case "==":
                    return w -> l.evaluate(w) == r.evaluate(w) ? 1 : 0;
                case "!=":
                    return w -> l.evaluate(w) != r.evaluate(w) ? 1 : 0;
                case "<=":
                    return w -> l.evaluate(w) <= r.evaluate(w) ? 1 : 0;
                case ">=":
                    return w -> l.evaluate(w) >= r.evaluate(w) ? 1 : 0;
                case "<":
                    return w -> l.evaluate(w) < r.evaluate(w) ? 1 : 0;
                case ">":
                    return w -> l.evaluate(w) > r.evaluate(w) ? 1 : 0;
                case "<<":
                    return w -> l.evaluate(w) << r.evaluate(w);
                case "+":
                    return w -> l.evaluate(w) + r.evaluate(w);
                case "-":
                    return w -> l.evaluate(w) - r.evaluate(w);
                case "*":
                    return w -> l.evaluate(w) * r.evaluate(w);
                case ">>":
                    return w -> l.evaluate(w) >> r.evaluate(w);
                case "|":
                    return w -> l.evaluate(w) | r.evaluate(w);
                case "^":
                    return w -> l.evaluate(w) ^ r.evaluate(w);
                default:
                    return w -> l.evaluate(w) & r.evaluate(w);
            }
        }

        private Expression primary() {
            char c = peek();
            if (c == '!') {
                at++;
                Expression operand = primary();
                return w -> operand.evaluate(w) == 0 ? 1 : 0;
            }
            if (c == '(') {
                at++;
                Expression inner = choice();
                expect(')');
                return inner;
            }
            int start = at;
            while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
                at++;
            }
            String name = text.substring(start, at);
            if (name.isEmpty()) {
                throw error("an operand is missing");
            }
            if (Character.isDigit(c)) {
                return constant(Long.decode(name));
            }
            return peek() == '(' ? function(name) : variable(name);
        }

        private Expression variable(String name) {
            Expression definition = definitions.apply(name);
            if (definition != null) {
                return definition;
            }
            Field field = field(name);
            return field::get;
        }

        private Field field(String name) {
            Field field = fields.get(name);
            if (field == null) {
                throw error("unknown field " + name);
            }
            return field;
        }

        private Expression function(String name) {
            expect('(');
            List<Field> arguments = new ArrayList<>();
            do {
                peek();
                int start = at;
                while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
                    at++;
                }
                arguments.add(field(text.substring(start, at)));
            } while (peek() == ',' && at++ >= 0);
            expect(')');
            if (name.equals("signed") && arguments.size() == 1) {
                return arguments.get(0)::getSigned;
            }
            if (name.equals("concat")) {
                return w -> concatenated(arguments, w);
            }
            if (name.equals("logical") && arguments.size() == 3) {
                Field sf = arguments.get(0);
                Field n = arguments.get(1);
                Field imms = arguments.get(2);
                return w -> Alu.validBitMask(sf.get(w) != 0, n.get(w), imms.get(w)) ? 1 : 0;
            }
            if (name.equals("holds") && arguments.size() == 1) {
                Field condition = arguments.get(0);
                return w -> Alu.conditionMask(condition.get(w));
            }
            if (name.equals("bitmask")) {
                return Immediates::bitmask;
            }
            if (name.equals("moveWide")) {
                return w -> Immediates.moveWidePreferred(w) ? 1 : 0;
            }
            throw error("unknown function " + name);
        }

        private static long concatenated(List<Field> fields, int word) {
            long value = 0;
            for (Field field : fields) {
                value = value << field.width() | field.get(word);
            }
            return value;
        }

        private void expect(char c) {
            if (peek() != c) {
                throw error("'" + c + "' expected");
            }
            at++;
        }
    }
}
