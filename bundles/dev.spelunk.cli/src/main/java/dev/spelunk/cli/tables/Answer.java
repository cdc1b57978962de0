// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.tables;

import jakarta.json.Json;
import jakarta.json.stream.JsonGenerator;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** How the answer to a question is printed. */
public enum Answer {
    /** Columns below each other, for people. */
    TABLE {
        @Override
        void print(ResultSet result, PrintWriter out) throws SQLException {
            List<List<String>> rows = new ArrayList<>(List.of(names(result)));
            boolean[] numbers = numbers(result);
            int count = 0;
            int[] widths = new int[numbers.length];
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 0; i < numbers.length; i++) {
                    String text = result.getString(i + 1);
                    row.add(text == null ? "" : onOneLine(text));
                }
                rows.add(row);
                if (++count % BLOCK == 0) {
                    rows = block(rows, widths, numbers, out);
                }
            }
            block(rows, widths, numbers, out);
            out.println(count == 1 ? "(1 row)" : "(" + count + " rows)");
        }

        /** Prints rows; columns get wider where a later block needs it. */
        private List<List<String>> block(List<List<String>> rows, int[] widths, boolean[] numbers, PrintWriter out) {
            for (List<String> row : rows) {
                for (int i = 0; i < widths.length; i++) {
                    widths[i] = Math.max(widths[i], row.get(i).length());
                }
            }
            for (List<String> row : rows) {
                StringBuilder line = new StringBuilder();
                for (int i = 0; i < widths.length; i++) {
                    String space = " ".repeat(widths[i] - row.get(i).length());
                    line.append(i == 0 ? "" : "  ").append(numbers[i] ? space + row.get(i) : row.get(i) + space);
                }
                out.println(line.toString().stripTrailing());
            }
            return new ArrayList<>();
        }
    },

    /** Values separated by commas (RFC 4180), the names first. */
    CSV {
        @Override
        void print(ResultSet result, PrintWriter out) throws SQLException {
            List<String> names = names(result);
            out.print(String.join(",", names.stream().map(Answer::escaped).toList()) + "\r\n");
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= names.size(); i++) {
                    String text = result.getString(i);
                    row.add(text == null ? "" : escaped(text));
                }
                out.print(String.join(",", row) + "\r\n");
            }
        }
    },

    /** An array with an object for each row. */
    JSON {
        @Override
        void print(ResultSet result, PrintWriter out) throws SQLException {
            List<String> names = names(result);
            try (JsonGenerator json = Json.createGenerator(new Flushed(out))) {
                json.writeStartArray();
                while (result.next()) {
                    json.writeStartObject();
                    for (int i = 0; i < names.size(); i++) {
                        value(json, names.get(i), result.getObject(i + 1));
                    }
                    json.writeEnd();
                }
                json.writeEnd();
            }
            out.println();
        }
    };

    /** Rows that are aligned together. */
    private static final int BLOCK = 10_000;

    abstract void print(ResultSet result, PrintWriter out) throws SQLException;

    private static List<String> names(ResultSet result) throws SQLException {
        ResultSetMetaData meta = result.getMetaData();
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= meta.getColumnCount(); i++) {
            names.add(meta.getColumnLabel(i));
        }
        return names;
    }

    /** Which columns hold numbers, and are aligned at the right. */
    private static boolean[] numbers(ResultSet result) throws SQLException {
        ResultSetMetaData meta = result.getMetaData();
        boolean[] numbers = new boolean[meta.getColumnCount()];
        for (int i = 0; i < numbers.length; i++) {
            String type = meta.getColumnTypeName(i + 1);
            numbers[i] = type.endsWith("INT")
                    || type.endsWith("INTEGER")
                    || type.startsWith("DECIMAL")
                    || type.equals("DOUBLE")
                    || type.equals("FLOAT");
        }
        return numbers;
    }

    private static String onOneLine(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    private static String escaped(String text) {
        return text.matches("[^\",\r\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }

    private static void value(JsonGenerator json, String name, Object value) {
        if (value == null) {
            json.writeNull(name);
        } else if (value instanceof Boolean truth) {
            json.write(name, truth);
        } else if (value instanceof BigDecimal decimal) {
            json.write(name, decimal);
        } else if (value instanceof BigInteger integer) {
            json.write(name, integer);
        } else if (value instanceof Double || value instanceof Float) {
            double number = ((Number) value).doubleValue();
            if (Double.isFinite(number)) {
                json.write(name, number);
            } else {
                json.writeNull(name);
            }
        } else if (value instanceof Number number) {
            json.write(name, number.longValue());
        } else {
            json.write(name, value.toString());
        }
    }

    /** Stays open. */
    private static final class Flushed extends FilterWriter {
        Flushed(PrintWriter out) {
            super(out);
        }

        @Override
        public void close() {
            try {
                flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
