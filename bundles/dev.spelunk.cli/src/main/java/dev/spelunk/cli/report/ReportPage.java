// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.report;

import dev.spelunk.api.records.ProfileData;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.stream.JsonGenerator;
import java.io.BufferedWriter;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Writes {@code report.html}: one file that needs no other, and no network. It holds what was counted as JSON, a library
 * for charts, and a program that shows it. Whatever a guest calls its functions stays text.
 */
public final class ReportPage {
    /** Name of the page of one run. */
    public static final String NAME = "report.html";
    /** Name of the page of several. */
    public static final String COMPARISON = "comparison.html";

    private static final Set<String> ASSETS = Set.of("echarts.min.js", "report.js", "report.css");

    private static final String POLICY =
            "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

    /**
     * A run.
     *
     * @param name what the page calls it
     * @param summary what {@code summary.json} says
     * @param profile what its records say
     */
    public record Run(String name, JsonObject summary, ProfileData profile) {}

    private ReportPage() {}

    /** Writes the page of one run, or of several that are compared with the first. */
    public static void write(Path file, List<Run> runs) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            out.write("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
            out.write("<meta http-equiv=\"Content-Security-Policy\" content=\"" + POLICY + "\">\n");
            out.write(
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Spelunk</title>\n");
            out.write("<style>\n" + resource("report.css") + "</style>\n</head>\n<body>\n<main id=\"page\"></main>\n");
            out.write("<noscript>This report is made by a script in it, which the browser does not run.</noscript>\n");
            out.write("<script type=\"application/json\" id=\"data\">\n");
            data(out, runs);
            out.write("\n</script>\n<script>\n" + resource("echarts.min.js") + "\n</script>\n");
            out.write("<script>\n" + resource("report.js") + "</script>\n</body>\n</html>\n");
        }
    }

    /** The data of a page, as JSON. */
    public static String data(List<Run> runs) {
        StringWriter text = new StringWriter();
        data(text, runs);
        return text.toString();
    }

    /** A file of the page, by its name; null when it has none of it. */
    public static String asset(String name) {
        try {
            return ASSETS.contains(name) ? resource(name) : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void data(Writer out, List<Run> runs) {
        try (JsonGenerator json = Json.createGenerator(new InScript(out))) {
            json.writeStartArray();
            for (Run run : runs) {
                json.writeStartObject();
                json.write("name", run.name());
                json.write("summary", run.summary());
                ProfileJson.write(json, "profile", run.profile());
                json.writeEnd();
            }
            json.writeEnd();
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** JSON inside of an element: what could end it is written as an escape, which only strings have. */
    private static final class InScript extends FilterWriter {
        InScript(Writer out) {
            super(out);
        }

        @Override
        public void write(int c) throws IOException {
            if (c == '<') {
                out.write("\\u003c");
            } else {
                out.write(c);
            }
        }

        @Override
        public void write(char[] text, int offset, int length) throws IOException {
            for (int i = offset; i < offset + length; i++) {
                write(text[i]);
            }
        }

        @Override
        public void write(String text, int offset, int length) throws IOException {
            for (int i = offset; i < offset + length; i++) {
                write(text.charAt(i));
            }
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
