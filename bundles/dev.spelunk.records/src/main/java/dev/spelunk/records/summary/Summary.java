// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.summary;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.records.packet.AddressIndex;
import dev.spelunk.records.packet.CounterIndex;
import dev.spelunk.records.packet.Event;
import dev.spelunk.records.packet.OperationType;
import dev.spelunk.records.packet.PacketType;
import dev.spelunk.records.packet.RecordScanner;
import dev.spelunk.records.packet.SampleRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts sample records by function, operation type, branch outcome and event, and says it in words. */
public final class Summary {
    /** Functions that a summary lists by name. */
    private static final int FUNCTIONS = 20;

    private final ProfileDescription description;
    private final GuestSymbols symbols;
    private final Map<String, long[]> functions = new TreeMap<>();
    private final Map<String, long[]> operations = new TreeMap<>();
    private final Map<String, long[]> branches = new TreeMap<>();
    /** How often each bit of the Events packet was 1. */
    private final long[] events = new long[Long.SIZE];

    private long records;
    private long withPc;
    private long branchRecords;
    private long mispredicted;
    private long latencies;
    private long latencySum;
    private long unknownPackets;
    private long skippedBytes;
    private boolean timestamps;
    private long firstTick;
    private long lastTick;

    private Summary(ProfileDescription description) {
        this.description = description;
        this.symbols = new GuestSymbols(description);
    }

    /** The summary of raw records as text of several lines, ending in a line feed. */
    public static String of(ProfileDescription description, byte[] records) {
        Summary summary = new Summary(description);
        RecordScanner scanner = new RecordScanner(records);
        SampleRecord record = new SampleRecord();
        while (scanner.next(record)) {
            summary.add(record);
        }
        summary.skippedBytes = scanner.skippedBytes();
        return summary.text(records.length);
    }

    private void add(SampleRecord record) {
        records++;
        unknownPackets += record.unknownPackets;
        if (record.has(AddressIndex.PC)) {
            withPc++;
            String name = symbols.function(record.canonicalPc(), record.el);
            count(
                    functions,
                    "EL" + record.el + "  "
                            + (name != null
                                    ? name
                                    : String.format(Locale.ROOT, "[0x%x]", record.canonicalPc() & -4096L)));
        }
        if (record.has(PacketType.OPERATION_TYPE)) {
            count(operations, OperationType.summary(record.operationClass, record.operation));
            if (record.operationClass == OperationType.CLASS_BRANCH) {
                branch(record);
            }
        }
        for (long rest = record.events; rest != 0; rest &= rest - 1) {
            events[Long.numberOfTrailingZeros(rest)]++;
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

    private void branch(SampleRecord record) {
        branchRecords++;
        mispredicted += record.is(Event.MISPREDICTED) ? 1 : 0;
        String kind = (OperationType.conditional(record.operation) ? "conditional" : "unconditional")
                + (OperationType.indirect(record.operation) ? ", indirect" : "");
        count(branches, kind + (record.is(Event.NOT_TAKEN) ? ", not taken" : ", taken"));
    }

    private static void count(Map<String, long[]> counts, String key) {
        counts.computeIfAbsent(key, k -> new long[1])[0]++;
    }

    private String text(int bytes) {
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
        if (symbols.problem() != null) {
            line(out, "No function names: %s", symbols.problem());
        }
        if (records == 0) {
            return out.toString();
        }
        table(out, "Samples by function", functions, withPc, FUNCTIONS);
        table(out, "Operation types", operations, records, Integer.MAX_VALUE);
        if (branchRecords > 0) {
            table(out, "Branch outcomes", branches, branchRecords, Integer.MAX_VALUE);
            if (mispredicted > 0) {
                row(out, mispredicted, branchRecords, "mispredicted");
            }
        }
        Map<String, long[]> named = new TreeMap<>();
        for (int bit = 0; bit < events.length; bit++) {
            if (events[bit] > 0) {
                named.put(Event.name(bit), new long[] {events[bit]});
            }
        }
        table(out, "Events", named, records, Integer.MAX_VALUE);
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
