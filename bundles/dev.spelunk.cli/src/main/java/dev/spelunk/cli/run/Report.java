// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.SwapReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/** What a run did, as text. */
final class Report {
    private static final int NAME_WIDTH = 28;
    /** Where there is no terminal, for sentences. */
    private static final int WIDTH = 118;

    private static final int NARROWEST = 64;
    /** More swaps than these are not listed one by one. */
    private static final int LISTED = 20;

    /** What a count takes before its name. */
    private static final String COUNT = "%,14d  ";

    private static final String UNDER_COUNT = " ".repeat(16);

    private final StringBuilder text = new StringBuilder();
    /** Of the terminal; Integer.MAX_VALUE for none, where no line need end. */
    private final int columns;

    private final int width;

    private Report(int columns) {
        this.columns = columns <= 0 ? Integer.MAX_VALUE : Math.max(columns, NARROWEST);
        width = (columns <= 0 ? WIDTH : this.columns) - NAME_WIDTH;
    }

    /**
     * Makes the report.
     *
     * @param run what was run
     * @param reasons why the first buffer management event of each kind happened
     * @param samples the part that the records tell
     * @param columns width of the terminal; 0 for none
     * @return text of several lines, ending in a line feed
     */
    static String of(FinishedRun run, SortedMap<String, String> reasons, String samples, int columns) {
        return new Report(columns).write(run, reasons, samples);
    }

    private String write(FinishedRun run, SortedMap<String, String> reasons, String samples) {
        Result result = run.result();
        text.append("\nSpelunk ran ").append(run.guest()).append('\n');
        wrapped("variant", run.variant());
        wrapped("hypervisor", run.hypervisor());
        wrapped("seed", Long.toString(run.seed()));
        wrapped("ended", ending(result));
        wrapped(
                "start-up",
                String.format(
                        Locale.ROOT,
                        "%.2f s from JVM start to the guest's first instruction%s",
                        run.startSeconds(),
                        run.before() == 0 ? "" : " here"));
        wrapped(
                "instructions",
                String.format(
                        Locale.ROOT,
                        "%,d%s in %.2f s",
                        result.instructions(),
                        run.before() == 0
                                ? ""
                                : String.format(
                                        Locale.ROOT, ", %,d of them here", result.instructions() - run.before()),
                        result.nanoseconds() / 1e9));
        wrapped("speed", String.format(Locale.ROOT, "%.1f guest MIPS", run.mips()));
        wrapped("records", String.format(Locale.ROOT, "%,d (%,d bytes)", run.recordCount(), run.recordBytes()));
        if (run.recordCount() == 0 && !run.withoutRecords().isEmpty()) {
            wrapped("", "no records: " + run.withoutRecords());
        }
        if (!run.incomplete().isEmpty()) {
            wrapped("incomplete", run.incomplete());
        }
        run.diagnosis().forEach(line -> wrapped("", line));
        counts("sampling", result.counters());
        counts("buffer management events", result.bufferEvents());
        reasons.forEach((event, why) -> wrapped("", event + ", " + why));
        counts("VM exits", result.exits());
        counts("trapped registers", result.traps());
        counts("host", result.host());
        swaps(run.swaps());
        String label = "timing";
        for (String sentence : run.timing()) {
            wrapped(label, sentence);
            label = "";
        }
        text.append('\n');
        samples.lines().forEach(line -> text.append(fitting(line)).append('\n'));
        files(run);
        return text.toString();
    }

    /** Where the files are, and what to do with them. */
    private void files(FinishedRun run) {
        text.append('\n');
        wrapped("files in " + run.folder(), String.join(", ", run.names()));
        wrapped("next", "perf report --itrace=i1i -i " + run.folder().resolve("perf.data"));
    }

    private void swaps(SwapReport swaps) {
        if (swaps.swaps() != 0) {
            counted(
                    "swaps",
                    swaps.swaps(),
                    String.format(
                            Locale.ROOT,
                            "median pause %.2f ms, longest %.2f ms",
                            swaps.medianPause() / 1e6,
                            swaps.longestPause() / 1e6));
        }
        swaps.done().stream().limit(LISTED).forEach(done -> wrapped("", done));
        if (swaps.done().size() > LISTED) {
            wrapped("", "and " + (swaps.done().size() - LISTED) + " more, which summary.json lists");
        }
        swaps.refused().forEach(why -> wrapped("swap refused", why));
        if (swaps.ahead() != 0) {
            counted("swaps not reached", swaps.ahead(), "");
        }
    }

    /** A line of a table, of which a name that is too long ends with dots. */
    private String fitting(String line) {
        return line.length() <= columns ? line : line.substring(0, columns - 3) + "...";
    }

    private static String ending(Result result) {
        return switch (result.ending()) {
            case EXITED -> "the guest called exit with " + result.exitCode();
            case POWERED_OFF -> "the guest powered off";
            case FAILED -> "the guest failed";
            case RESET -> "the guest reset itself";
            case INSTRUCTION_LIMIT -> "--max-instructions was reached";
            case RECORD_LIMIT -> "--max-record-bytes was reached";
            case INTERRUPTED -> "interrupted";
            case HOST_FAILED -> "the host or a part could not go on";
            case INVARIANT_BROKEN -> "a checked invariant broke";
        };
    }

    private void line(String name, String value) {
        text.append(String.format(Locale.ROOT, "  %-" + (NAME_WIDTH - 2) + "s%s%n", name, value));
    }

    /** A sentence in the column of the values. */
    private void wrapped(String name, String sentence) {
        String label = name;
        if (label.length() > NAME_WIDTH - 3) {
            text.append("  ").append(label).append('\n');
            label = "";
        }
        for (String line : folded(sentence, width)) {
            line(label, line);
            label = "";
        }
    }

    /** How many of what. */
    private void counted(String name, long count, String what) {
        String before = String.format(Locale.ROOT, COUNT, count);
        String label = name;
        for (String line : folded(what, width - UNDER_COUNT.length())) {
            line(label, (before + line).stripTrailing());
            label = "";
            before = UNDER_COUNT;
        }
    }

    /** Lines of so many characters, unless a word is longer. */
    private static List<String> folded(String sentence, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : sentence.split(" ")) {
            if (line.length() != 0 && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    /** What is not zero; nothing where all is. */
    private void counts(String name, SortedMap<String, Long> counts) {
        String label = name;
        for (Map.Entry<String, Long> count : counts.entrySet()) {
            if (count.getValue() != 0) {
                counted(label, count.getValue(), count.getKey());
                label = "";
            }
        }
    }
}
