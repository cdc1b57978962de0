// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that {@code run} and {@code report} write: what is in it, and that a browser shows it. */
class ReportTest {
    @TempDir
    private static Path folder;

    private static OutputFiles files;
    private static OutputFiles other;
    private static Spelunk.Outcome outcome;

    @BeforeAll
    static void run() {
        files = new OutputFiles(folder.resolve("one"));
        other = new OutputFiles(folder.resolve("other"));
        outcome = Spelunk.run(
                "run",
                "--variant",
                "neoverse-n1",
                "--records",
                "parquet",
                "-o",
                files.folder().toString());
        assertThat(outcome.code()).as(outcome.err()).isZero();
        Spelunk.Outcome second = Spelunk.run(
                "run",
                "--variant",
                "armv9.5-spe-v1p5",
                "--policy",
                "none",
                "-o",
                other.folder().toString());
        assertThat(second.code()).as(second.err()).isZero();
    }

    private static JsonArray data(Path page) throws IOException {
        Matcher script = Pattern.compile(
                        "<script type=\"application/json\" id=\"data\">\\s*(.*?)\\s*</script>", Pattern.DOTALL)
                .matcher(Files.readString(page));
        assertThat(script.find()).isTrue();
        try (JsonReader reader = Json.createReader(new StringReader(script.group(1)))) {
            return reader.readArray();
        }
    }

    private static Map<String, Long> byFunction(JsonObject profile) {
        Map<String, Long> counts = new TreeMap<>();
        for (JsonObject function : profile.getJsonArray("functions").getValuesAs(JsonObject.class)) {
            counts.merge(
                    function.getString("name"),
                    function.getJsonObject("sums").getJsonNumber("samples").longValueExact(),
                    Long::sum);
        }
        return counts;
    }

    @Test
    @DisplayName("The page, the text, the table and perf count the same by function")
    void sameCounts() throws IOException, InterruptedException {
        JsonObject profile =
                data(files.folder().resolve("report.html")).getJsonObject(0).getJsonObject("profile");
        Map<String, Long> page = byFunction(profile);
        assertThat(page.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(files.summaryNumber("records"));

        String table = outcome.out().split("Samples by function\n")[1].split("\n\n")[0];
        Matcher row = Pattern.compile("^ *(\\d+) +[0-9.]+% +EL\\d +(\\S+)$", Pattern.MULTILINE)
                .matcher(table);
        Map<String, Long> text = new TreeMap<>();
        while (row.find()) {
            text.merge(row.group(2), Long.parseLong(row.group(1)), Long::sum);
        }
        assertThat(text)
                .hasSizeGreaterThan(10)
                .allSatisfy((function, count) -> assertThat(page).as(function).containsEntry(function, count));

        assertThat(Tables.counts("select function, count(*) from records group by 1", files.folder()))
                .isEqualTo(page);
        assertThat(Tables.counts("select function, count(*) from records group by 1", files.perfData()))
                .isEqualTo(page);

        Tools.require("ReportTest, the same counts as perf", "perf", "linux-perf");
        String samples = Tools.perf(
                folder,
                "script",
                "--itrace=i1i",
                "-F",
                "ip,sym,event",
                "-i",
                files.perfData().toString());
        Map<String, Long> perfs = new TreeMap<>();
        for (String line : samples.split("\n")) {
            if (line.contains("instructions")) {
                String[] words = line.strip().split("\\s+");
                perfs.merge(words[words.length - 1], 1L, Long::sum);
            }
        }
        assertThat(perfs).isEqualTo(page);
    }

    @Test
    @DisplayName(
            "The page has instructions with their samples, latencies by level, data sources and the machine's counts")
    void parts() throws IOException {
        JsonObject run = data(files.folder().resolve("report.html")).getJsonObject(0);
        JsonObject profile = run.getJsonObject("profile");
        JsonObject first = profile.getJsonArray("functions").getJsonObject(0);
        long samples = 0;
        for (JsonObject line : first.getJsonArray("lines").getValuesAs(JsonObject.class)) {
            assertThat(line.getString("text", null)).as(line.toString()).isNotNull();
            samples += line.getJsonObject("sums").getJsonNumber("samples").longValueExact();
        }
        assertThat(samples)
                .isEqualTo(first.getJsonObject("sums").getJsonNumber("samples").longValueExact());
        assertThat(profile.getJsonArray("latencies").toString()).contains("L1 data cache", "translation");
        assertThat(profile.getJsonArray("sources").toString()).contains("L1 data cache", "L2 cache");
        assertThat(profile.getJsonArray("pages")).isNotEmpty();
        assertThat(profile.getJsonArray("branches")).isNotEmpty();
        assertThat(run.getJsonObject("summary").getJsonObject("vmExits")).isNotEmpty();
        assertThat(run.getJsonObject("summary").getJsonArray("command").toString())
                .contains("neoverse-n1");
        String page = Files.readString(files.folder().resolve("report.html"));
        assertThat(page).contains("Content-Security-Policy\" content=\"default-src 'none'; ");
        assertThat(page.replaceAll("(?s)<script[^>]*>.*?</script>", ""))
                .as("nothing is loaded from elsewhere")
                .doesNotContain("src=", "<link", "@import", "url(");
    }

    @Test
    @DisplayName("'report' makes the same page from the files of the run")
    void again() throws IOException {
        Path page = files.folder().resolve("report.html");
        JsonArray before = data(page);
        Files.delete(page);
        Spelunk.Outcome again = Spelunk.run("report", files.folder().toString());
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.out().strip()).isEqualTo(page.toString());
        assertThat(data(page)).isEqualTo(before);
    }

    @Test
    @DisplayName("'report --compare' puts runs side by side in a page of its own")
    void compared() throws IOException, InterruptedException {
        Spelunk.Outcome comparison = Spelunk.run(
                "report", files.folder().toString(), "--compare", other.folder().toString());
        assertThat(comparison.code()).as(comparison.err()).isZero();
        Path page = files.folder().resolve("comparison.html");
        assertThat(data(page)).hasSize(2);
        String shown = shown(page, true);
        assertThat(shown).contains("Runs compared", "by chance", "pointer_chase_walk", "VM exits");
    }

    @Test
    @DisplayName("A browser shows it, in a wide and in a narrow window, light and dark")
    void browser() throws IOException, InterruptedException {
        String shown = shown(files.folder().resolve("report.html"), true);
        assertThat(shown)
                .contains("id=\"functions\"", "id=\"flame\"", "id=\"time\"", "id=\"latencies\"", "id=\"kinds\"")
                .contains("id=\"addresses\"", "id=\"branches\"", "id=\"machine\"", "id=\"made\"", "<canvas")
                .contains(
                        "Buffer management events and blackouts over time",
                        "Neoverse N1 TRM",
                        "Values that are assumptions")
                .contains("pointer_chase_walk", "neoverse-n1");
    }

    @Test
    @DisplayName("The flame graph has functions over their callers, where branch records tell calls (FEAT_SPE_CRR)")
    void callers() throws IOException, InterruptedException {
        Path page = other.folder().resolve("report.html");
        JsonObject profile = data(page).getJsonObject(0).getJsonObject("profile");
        JsonObject most = profile.getJsonArray("contexts").getValuesAs(JsonObject.class).stream()
                .filter(context -> calls(profile, context.getString("function")) != null)
                .max(Comparator.comparingInt(context -> context.getInt("samples")))
                .orElseThrow();
        JsonObject call = calls(profile, most.getString("function"));
        assertThat(shown(page, false))
                .contains(call.getString("callee") + ", called by " + call.getString("caller") + ": ");
    }

    /** The call of a function that was sampled most; null where none was. */
    private static JsonObject calls(JsonObject profile, String callee) {
        return profile.getJsonArray("calls").getValuesAs(JsonObject.class).stream()
                .filter(call -> call.getString("callee").equals(callee)
                        && !call.getString("caller").equals(callee))
                .findFirst()
                .orElse(null);
    }

    /** What the page is when its program has run; pictures of it, where they are wanted, are left in {@code target/}. */
    private static String shown(Path page, boolean pictures) throws IOException, InterruptedException {
        Tools.require("ReportTest, in a browser", "chromedriver", "chromium-driver");
        try (WebDriver browser = new WebDriver(folder)) {
            browser.go(page.toUri().toString());
            browser.await("document.documentElement.dataset.ready");
            browser.js("document.querySelectorAll('details').forEach(d => { d.open = true; })");
            if (pictures) {
                browser.pictures(page.getFileName().toString().replace(".html", ""), true);
            }
            assertThat(browser.complaints()).isEqualTo("[]");
            return browser.js("return document.documentElement.outerHTML");
        }
    }
}
