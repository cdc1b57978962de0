// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.SwapReport;
import jakarta.json.Json;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * A run that is over.
 *
 * @param guest the guest's file
 * @param variant name of the variant
 * @param hypervisor {@code kvm} or {@code none}
 * @param seed the seed
 * @param startSeconds from the start of the JVM to the guest's first instruction, in seconds
 * @param recordCount number of records that reached the profiling buffer
 * @param recordBytes their bytes
 * @param result what the machine counted
 * @param timing what the timing model says of its figures, one sentence each
 * @param swaps what was swapped
 */
record FinishedRun(
        Path guest,
        String variant,
        String hypervisor,
        long seed,
        double startSeconds,
        long recordCount,
        long recordBytes,
        Result result,
        List<String> timing,
        SwapReport swaps) {

    /** Millions of guest instructions in a second of host time. */
    double mips() {
        return result.nanoseconds() == 0 ? 0 : result.instructions() * 1e3 / result.nanoseconds();
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
            json.write("cycles", result.cycles());
            json.write("records", recordCount);
            json.write("mips", rounded(mips()));
            json.write("seconds", rounded(result.nanoseconds() / 1e9));
            json.write("startSeconds", rounded(startSeconds));
            counts(json, "bufferManagementEvents", result.bufferEvents());
            counts(json, "vmExits", result.exits());
            counts(json, "trappedRegisters", result.traps());
            counts(json, "host", result.host());
            counts(json, "sampling", result.counters());
            json.writeStartArray("timing");
            timing.forEach(json::write);
            json.writeEnd();
            json.writeStartObject("swaps");
            json.write("done", swaps.swaps());
            json.write("medianPauseMilliseconds", rounded(swaps.medianPause() / 1e6));
            json.write("longestPauseMilliseconds", rounded(swaps.longestPause() / 1e6));
            json.write("waitedMilliseconds", rounded(swaps.waited() / 1e6));
            json.write("ahead", swaps.ahead());
            json.writeStartArray("refused");
            swaps.refused().forEach(json::write);
            json.writeEnd();
            json.writeEnd();
            json.writeEnd();
        }
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
