// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.summary;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.records.data.Accumulator;
import dev.spelunk.records.packet.CounterIndex;
import dev.spelunk.records.packet.Event;
import dev.spelunk.records.packet.OperationType;
import dev.spelunk.records.packet.PacketType;
import dev.spelunk.records.packet.SampleRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Says in words what sample records say, by function, operation type, branch outcome and event. */
public final class Summary {
    /** Functions that a summary lists by name. */
    private static final int FUNCTIONS = 20;

    private final ProfileDescription description;
    private final Accumulator data;
    /** Class 2, by payload: taken and not taken. */
    private final long[][] branches = new long[2][256];

    private final long[] cpus;
    private long bytes;
    private long records;
    private long branchRecords;
    private long mispredicted;
    private long latencies;
    private long latencySum;
    private long unknownPackets;
    private long skippedBytes;
    private boolean timestamps;
    private long firstTick;
    private long lastTick;

    /** @param data what the same records are added up in */
    public Summary(ProfileDescription description, Accumulator data) {
        this.description = description;
        this.data = data;
        this.cpus = new long[description.cpus()];
    }

    /** Counts bytes of records, and those of them that are no whole record. */
    public void bytes(long count, long skipped) {
        bytes += count;
        skippedBytes += skipped;
    }

    /** Counts a record of a CPU. */
    public void add(SampleRecord record, int cpu) {
        records++;
        cpus[cpu]++;
        unknownPackets += record.unknownPackets;
        if (record.has(PacketType.OPERATION_TYPE) && record.operationClass == OperationType.CLASS_BRANCH) {
            branchRecords++;
            mispredicted += record.is(Event.MISPREDICTED) ? 1 : 0;
            branches[record.is(Event.NOT_TAKEN) ? 1 : 0][record.operation]++;
        }
        if (record.has(CounterIndex.TOTAL_LATENCY)) {
            latencies++;
            latencySum += record.counter(CounterIndex.TOTAL_LATENCY.index());
        }
        if (record.has(PacketType.TIMESTAMP)) {
            firstTick = timestamps ? Math.min(firstTick, record.timestamp) : record.timestamp;
            lastTick = Math.max(lastTick, record.timestamp);
            timestamps = true;
        }
    }

    private Map<String, long[]> branchOutcomes() {
        Map<String, long[]> outcomes = new TreeMap<>();
        for (int payload = 0; payload < branches[0].length; payload++) {
            String kind = (OperationType.conditional(payload) ? "conditional" : "unconditional")
                    + (OperationType.indirect(payload) ? ", indirect" : "");
            count(outcomes, kind + ", taken", branches[0][payload]);
            count(outcomes, kind + ", not taken", branches[1][payload]);
        }
        return outcomes;
    }

    private static void count(Map<String, long[]> counts, String key, long number) {
        if (number != 0) {
            counts.computeIfAbsent(key, k -> new long[1])[0] += number;
        }
    }

    /** The summary as text of several lines, ending in a line feed. */
    public String text() {
        StringBuilder out = new StringBuilder();
        line(out, "%d sample record%s in %d bytes", records, records == 1 ? "" : "s", bytes);
        if (skippedBytes > 0) {
            line(out, "%d bytes are no whole record and are left out", skippedBytes);
        }
        if (unknownPackets > 0) {
            line(out, "%d packets are not known to this version", unknownPackets);
        }
        if (timestamps) {
            line(
                    out,
                    "Timestamps %s to %s: %.6f s of the counter at %d Hz",
                    Long.toUnsignedString(firstTick),
                    Long.toUnsignedString(lastTick),
                    (lastTick - firstTick) / (double) description.counterFrequency(),
                    description.counterFrequency());
        }
        if (latencies > 0) {
            line(out, "Mean total latency %.1f cycles", latencySum / (double) latencies);
        }
        if (data.problem() != null) {
            line(out, "No function names: %s", data.problem());
        }
        if (records == 0) {
            return out.toString();
        }
        if (cpus.length > 1) {
            Map<String, long[]> byCpu = new TreeMap<>();
            for (int cpu = 0; cpu < cpus.length; cpu++) {
                count(byCpu, "CPU " + cpu, cpus[cpu]);
            }
            table(out, "Samples by CPU", byCpu, records, Integer.MAX_VALUE);
        }
        Map<String, long[]> functions = data.functionCounts();
        long withPc = functions.values().stream().mapToLong(count -> count[0]).sum();
        table(out, "Samples by function", functions, withPc, FUNCTIONS);
        table(out, "Operation types", data.operationCounts(), records, Integer.MAX_VALUE);
        if (branchRecords > 0) {
            table(out, "Branch outcomes", branchOutcomes(), branchRecords, Integer.MAX_VALUE);
            if (mispredicted > 0) {
                row(out, mispredicted, branchRecords, "mispredicted");
            }
        }
        table(out, "Events", data.eventCounts(), records, Integer.MAX_VALUE);
        return out.toString();
    }

    private static void table(StringBuilder out, String title, Map<String, long[]> counts, long total, int limit) {
        if (counts.isEmpty()) {
            return;
        }
        out.append('\n');
        line(out, "%s", title);
        List<Map.Entry<String, long[]>> rows = new ArrayList<>(counts.entrySet());
        // A stable sort of an ordered map: equal counts stay in the order of their names.
        rows.sort(Comparator.comparingLong((Map.Entry<String, long[]> e) -> -e.getValue()[0]));
        long rest = 0;
        for (int i = 0; i < rows.size(); i++) {
            if (i < limit) {
                row(out, rows.get(i).getValue()[0], total, rows.get(i).getKey());
            } else {
                rest += rows.get(i).getValue()[0];
            }
        }
        if (rest > 0) {
            row(out, rest, total, (rows.size() - limit) + " others");
        }
    }

    private static void row(StringBuilder out, long count, long total, String name) {
        line(out, "%10d %6.2f%%  %s", count, 100.0 * count / total, name);
    }

    private static void line(StringBuilder out, String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
