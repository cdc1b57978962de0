// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.SwapReport;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/** What a run did, as text. */
final class Report {
    private static final int NAME_WIDTH = 26;
    /** Of sentences. */
    private static final int WIDTH = 90;

    private Report() {}

    /**
     * Makes the report.
     *
     * @param run what was run
     * @param reasons why the first buffer management event of each kind happened
     * @param samples the part that the records tell
     * @return text of several lines, ending in a line feed
     */
    static String of(FinishedRun run, SortedMap<String, String> reasons, String samples) {
        Result result = run.result();
        StringBuilder text = new StringBuilder();
        text.append("\nSpelunk ran ").append(run.guest()).append('\n');
        line(text, "variant", run.variant());
        line(text, "hypervisor", run.hypervisor());
        line(text, "seed", Long.toString(run.seed()));
        line(text, "ended", ending(result));
        line(
                text,
                "start-up",
                String.format(
                        Locale.ROOT, "%.2f s from JVM start to the guest's first instruction", run.startSeconds()));
        line(
                text,
                "instructions",
                String.format(Locale.ROOT, "%,d in %.2f s", result.instructions(), result.nanoseconds() / 1e9));
        line(text, "speed", String.format(Locale.ROOT, "%.1f guest MIPS", run.mips()));
        line(text, "records", String.format(Locale.ROOT, "%,d (%,d bytes)", run.recordCount(), run.recordBytes()));
        if (!run.incomplete().isEmpty()) {
            line(text, "incomplete", run.incomplete());
        }
        counts(text, "sampling", result.counters());
        counts(text, "buffer management events", result.bufferEvents());
        reasons.forEach((event, why) -> wrapped(text, event + ", " + why));
        counts(text, "VM exits", result.exits());
        counts(text, "trapped registers", result.traps());
        if (!result.host().isEmpty()) {
            counts(text, "host", result.host());
        }
        swaps(text, run.swaps());
        String label = "timing";
        for (String sentence : run.timing()) {
            line(text, label, sentence);
            label = "";
        }
        text.append('\n').append(samples);
        return text.toString();
    }

    private static void swaps(StringBuilder text, SwapReport swaps) {
        if (swaps.swaps() != 0) {
            line(
                    text,
                    "swaps",
                    String.format(
                            Locale.ROOT,
                            "%,14d  median pause %.2f ms, longest %.2f ms",
                            swaps.swaps(),
                            swaps.medianPause() / 1e6,
                            swaps.longestPause() / 1e6));
        }
        swaps.refused().forEach(why -> line(text, "swap refused", why));
        if (swaps.ahead() != 0) {
            line(text, "swaps not reached", String.format(Locale.ROOT, "%,14d", swaps.ahead()));
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

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "  %-" + NAME_WIDTH + "s%s%n", name, value));
    }

    /** A sentence in the column of the values. */
    private static void wrapped(StringBuilder text, String sentence) {
        StringBuilder line = new StringBuilder();
        for (String word : sentence.split(" ")) {
            if (line.length() + word.length() >= WIDTH) {
                line(text, "", line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        line(text, "", line.toString());
    }

    private static void counts(StringBuilder text, String name, SortedMap<String, Long> counts) {
        if (counts.isEmpty()) {
            line(text, name, "none");
            return;
        }
        String label = name;
        for (Map.Entry<String, Long> count : counts.entrySet()) {
            line(text, label, String.format(Locale.ROOT, "%,14d  %s", count.getValue(), count.getKey()));
            label = "";
        }
    }
}
