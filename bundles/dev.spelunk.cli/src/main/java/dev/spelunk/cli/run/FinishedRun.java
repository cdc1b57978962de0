// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.api.hypervisor.ExitHistory;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.SwapReport;
import dev.spelunk.api.records.BufferHistory;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.cli.report.SavedRun;
import dev.spelunk.cli.variant.VariantDocumentation;
import jakarta.json.Json;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/**
 * A run that is over.
 *
 * @param guest the guest's file
 * @param variant name of the variant
 * @param documentation where its values come from
 * @param hypervisor {@code kvm}, {@code none}, or the name of the file that was put under the guest
 * @param seed the seed
 * @param startSeconds from the start of the JVM to the guest's first instruction, in seconds
 * @param folder the output folder
 * @param names of the files in it
 * @param files of the records, by CPU
 * @param notKept records that reached a profiling buffer, but are in no file
 * @param withoutRecords what kept operations from being recorded; empty without SPE
 * @param diagnosis where the guest was when its run ended, where it has not ended it itself
 * @param result what the machine counted
 * @param exitHistory when the VM's vCPUs left their guest, and profiling stood still; null without hypervisor
 * @param bufferHistory how full the profiling buffers were
 * @param before instructions of the result that another process has executed, which saved the machine
 * @param timing what the timing model says of its figures, one sentence each
 * @param swaps what was swapped
 * @param profile what the records need to be read, and who made them
 */
record FinishedRun(
        Path guest,
        String variant,
        VariantDocumentation documentation,
        String hypervisor,
        long seed,
        double startSeconds,
        Path folder,
        List<String> names,
        List<RunFiles.Part> files,
        long notKept,
        String withoutRecords,
        List<String> diagnosis,
        Result result,
        ExitHistory exitHistory,
        BufferHistory bufferHistory,
        long before,
        List<String> timing,
        SwapReport swaps,
        ProfileDescription profile) {

    /** Millions of guest instructions in a second of host time, in this process. */
    double mips() {
        return result.nanoseconds() == 0 ? 0 : (result.instructions() - before) * 1e3 / result.nanoseconds();
    }

    /** Number of records in the files. */
    long recordCount() {
        return files.stream().mapToLong(RunFiles.Part::records).sum();
    }

    /** Their bytes. */
    long recordBytes() {
        return files.stream().mapToLong(RunFiles.Part::bytes).sum();
    }

    /** Why the records are not those of a whole run; empty when they are. */
    String incomplete() {
        String why =
                switch (result.ending()) {
                    case EXITED, POWERED_OFF, FAILED, RESET -> "";
                    case INSTRUCTION_LIMIT -> "--max-instructions ended the run";
                    case INTERRUPTED -> "the run was interrupted";
                    case RECORD_LIMIT -> "--max-record-bytes ended the run";
                    case HOST_FAILED, INVARIANT_BROKEN ->
                        result.message().lines().findFirst().orElse("");
                };
        if (notKept == 0) {
            return why;
        }
        return (why.isEmpty() ? "" : why + "; ") + String.format(Locale.ROOT, "%,d", notKept)
                + (notKept == 1 ? " further record is" : " further records are") + " in no file";
    }

    /** Writes the summary as JSON. */
    void writeSummary(Path file) throws IOException {
        try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
                JsonGenerator json = Json.createGeneratorFactory(Map.of(JsonGenerator.PRETTY_PRINTING, true))
                        .createGenerator(writer)) {
            json.writeStartObject();
            json.write("variant", variant);
            json.write("hypervisor", hypervisor);
            json.write("seed", seed);
            json.write("ending", result.ending().name());
            json.write("instructions", result.instructions());
            if (before != 0) {
                json.write("restoredAt", before);
            }
            json.write("cycles", result.cycles());
            json.write("complete", incomplete().isEmpty());
            if (!incomplete().isEmpty()) {
                json.write("incomplete", incomplete());
            }
            json.write("records", recordCount());
            if (recordCount() == 0 && !withoutRecords.isEmpty()) {
                json.write("withoutRecords", withoutRecords);
            }
            json.writeStartArray("recordFiles");
            for (RunFiles.Part part : files) {
                json.writeStartObject();
                json.write("cpu", part.cpu());
                json.write("file", part.file());
                json.write("records", part.records());
                json.write("bytes", part.bytes());
                json.writeEnd();
            }
            json.writeEnd();
            if (!diagnosis.isEmpty()) {
                json.writeStartArray("diagnosis");
                diagnosis.forEach(json::write);
                json.writeEnd();
            }
            json.write("mips", rounded(mips()));
            json.write("seconds", rounded(result.nanoseconds() / 1e9));
            json.write("startSeconds", rounded(startSeconds));
            counts(json, "bufferManagementEvents", result.bufferEvents());
            counts(json, "vmExits", result.exits());
            if (exitHistory != null) {
                json.writeStartObject("vmExitsOverTime");
                json.write("cycles", exitHistory.cycles());
                json.writeStartObject("exits");
                exitHistory.exits().forEach((reason, counts) -> {
                    json.writeStartArray(reason);
                    Arrays.stream(counts).forEach(json::write);
                    json.writeEnd();
                });
                json.writeEnd();
                json.writeStartArray("unprofiled");
                Arrays.stream(exitHistory.unprofiled()).forEach(json::write);
                json.writeEnd();
                json.writeEnd();
            }
            if (bufferHistory.fill().stream().anyMatch(of -> of.length != 0)) {
                json.writeStartObject("bufferFillOverTime");
                json.write("cycles", bufferHistory.cycles());
                json.writeStartArray("bytes");
                for (long[] of : bufferHistory.fill()) {
                    json.writeStartArray();
                    Arrays.stream(of).forEach(json::write);
                    json.writeEnd();
                }
                json.writeEnd();
                json.writeEnd();
            }
            counts(json, "trappedRegisters", result.traps());
            counts(json, "host", result.host());
            counts(json, "sampling", result.counters());
            json.writeStartObject("variantValues");
            texts(json, "sources", documentation.sources());
            texts(json, "assumptions", documentation.assumptions());
            json.writeStartArray("notModelled");
            documentation.notModelled().forEach(json::write);
            json.writeEnd();
            json.writeEnd();
            json.writeStartArray("timing");
            timing.forEach(json::write);
            json.writeEnd();
            json.writeStartObject("swaps");
            json.write("done", swaps.swaps());
            json.write("medianPauseMilliseconds", rounded(swaps.medianPause() / 1e6));
            json.write("longestPauseMilliseconds", rounded(swaps.longestPause() / 1e6));
            json.write("waitedMilliseconds", rounded(swaps.waited() / 1e6));
            json.write("ahead", swaps.ahead());
            json.writeStartArray("list");
            swaps.done().forEach(json::write);
            json.writeEnd();
            json.writeStartArray("refused");
            swaps.refused().forEach(json::write);
            json.writeEnd();
            json.writeEnd();
            if (!profile.recorder().command().isEmpty()) {
                json.writeStartArray("command");
                profile.recorder().command().forEach(json::write);
                json.writeEnd();
            }
            SavedRun.describe(json, profile);
            json.writeEnd();
        }
    }

    private static void texts(JsonGenerator json, String key, Map<String, String> texts) {
        json.writeStartObject(key);
        texts.forEach(json::write);
        json.writeEnd();
    }

    private static void counts(JsonGenerator json, String name, SortedMap<String, Long> counts) {
        json.writeStartObject(name);
        counts.forEach(json::write);
        json.writeEnd();
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
