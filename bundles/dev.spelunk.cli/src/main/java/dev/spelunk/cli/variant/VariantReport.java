// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.variant;

import dev.spelunk.api.machine.Judgement;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;

/** What a judged variant is, as text. */
public final class VariantReport {
    private static final int WIDTH = 110;

    private final PrintWriter out;

    private VariantReport(PrintWriter out) {
        this.out = out;
    }

    /** Prints it. */
    public static void print(PrintWriter out, VariantDefinition variant, Judgement judgement) {
        VariantReport report = new VariantReport(out);
        out.println(variant.name() + ": " + variant.description());
        out.println("  file          " + variant.file());
        out.println("  architecture  " + variant.version());
        report.map("registers", hexadecimal(variant));
        report.map("parts", judgement.parts());
        report.map("provides, by bundle", judgement.provided());
        report.map("requires, by bundle", judgement.required());
        report.list(
                "lacks: mandatory in " + variant.version()
                        + ", not modelled or not asserted, and not claimed in ID registers",
                judgement.mandatory());
        report.list("asserts what no part declares to model", judgement.asserted());
        report.list("its parts model more, which it does not assert", judgement.notAsserted());
        VariantDocumentation documentation = variant.documentation();
        report.map("values from public documents", documentation.sources());
        report.map("values that are assumptions", documentation.assumptions());
        report.list("of the real core, not modelled", documentation.notModelled());
        out.println(judgement.problems().isEmpty() ? "a legal machine" : "NOT a legal machine");
    }

    private static Map<String, String> hexadecimal(VariantDefinition variant) {
        Map<String, String> values = new java.util.TreeMap<>();
        variant.registers().forEach((name, value) -> values.put(name, String.format(Locale.ROOT, "0x%x", value)));
        return values;
    }

    private void map(String title, Map<String, ?> map) {
        if (map.isEmpty()) {
            return;
        }
        out.println("  " + title);
        int width = map.keySet().stream().mapToInt(String::length).max().orElse(0);
        map.forEach((key, value) -> wrapped(
                String.format("    %-" + width + "s  ", key),
                value instanceof Collection<?> several ? joined(several) : String.valueOf(value)));
    }

    private void list(String title, Collection<String> items) {
        if (!items.isEmpty()) {
            out.println("  " + title);
            wrapped("    ", joined(items));
        }
    }

    private static String joined(Collection<?> items) {
        return String.join(", ", items.stream().map(String::valueOf).toList());
    }

    private void wrapped(String start, String text) {
        StringBuilder line = new StringBuilder(start);
        boolean first = true;
        for (String word : text.split(" ")) {
            if (!first && line.length() + word.length() > WIDTH) {
                out.println(line.toString().stripTrailing());
                line = new StringBuilder(" ".repeat(start.length()));
            }
            line.append(word).append(' ');
            first = false;
        }
        out.println(line.toString().stripTrailing());
    }
}
