// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.SwapReport;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/** What a run did, as text. */
final class Report {
    private static final int NAME_WIDTH = 28;
    /** Where the terminal does not say its own. */
    static final int WIDTH = 118;

    private static final int NARROWEST = 60;
    /** More swaps than these are not listed one by one. */
    private static final int LISTED = 20;

    private final StringBuilder text = new StringBuilder();
    private final int width;

    private Report(int columns) {
        width = (columns <= 0 ? WIDTH : Math.max(columns, NARROWEST)) - NAME_WIDTH;
    }

    /**
     * Makes the report.
     *
     * @param run what was run
     * @param reasons why the first buffer management event of each kind happened
     * @param samples the part that the records tell
     * @param columns width of the terminal
     * @return text of several lines, ending in a line feed
     */
    static String of(FinishedRun run, SortedMap<String, String> reasons, String samples, int columns) {
        return new Report(columns).write(run, reasons, samples);
    }

    private String write(FinishedRun run, SortedMap<String, String> reasons, String samples) {
        Result result = run.result();
        text.append("\nSpelunk ran ").append(run.guest()).append('\n');
        line("variant", run.variant());
        line("hypervisor", run.hypervisor());
        line("seed", Long.toString(run.seed()));
        line("ended", ending(result));
        line(
                "start-up",
                String.format(
                        Locale.ROOT,
                        "%.2f s from JVM start to the guest's first instruction%s",
                        run.startSeconds(),
                        run.before() == 0 ? "" : " here"));
        line(
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
        line("speed", String.format(Locale.ROOT, "%.1f guest MIPS", run.mips()));
        line("records", String.format(Locale.ROOT, "%,d (%,d bytes)", run.recordCount(), run.recordBytes()));
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
        if (!result.host().isEmpty()) {
            counts("host", result.host());
        }
        swaps(run.swaps());
        String label = "timing";
        for (String sentence : run.timing()) {
            wrapped(label, sentence);
            label = "";
        }
        text.append('\n').append(samples);
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
            line(
                    "swaps",
                    String.format(
                            Locale.ROOT,
                            "%,14d  median pause %.2f ms, longest %.2f ms",
                            swaps.swaps(),
                            swaps.medianPause() / 1e6,
                            swaps.longestPause() / 1e6));
        }
        if (swaps.swaps() <= LISTED) {
            swaps.done().forEach(done -> wrapped("", done));
        }
        swaps.refused().forEach(why -> wrapped("swap refused", why));
        if (swaps.ahead() != 0) {
            line("swaps not reached", String.format(Locale.ROOT, "%,14d", swaps.ahead()));
        }
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
        StringBuilder line = new StringBuilder();
        for (String word : sentence.split(" ")) {
            if (line.length() != 0 && line.length() + 1 + word.length() > width) {
                line(label, line.toString());
                label = "";
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        line(label, line.toString());
    }

    /** What is not zero. */
    private void counts(String name, SortedMap<String, Long> counts) {
        String label = name;
        for (Map.Entry<String, Long> count : counts.entrySet()) {
            if (count.getValue() != 0) {
                line(label, String.format(Locale.ROOT, "%,14d  %s", count.getValue(), count.getKey()));
                label = "";
            }
        }
        if (label.equals(name)) {
            line(name, "none");
        }
    }
}
