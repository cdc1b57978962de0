// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Compares sample records of two runs (DDI 0487, D18.2) but for what has to differ: timestamps and physical addresses.
 * What differs first is told with the records around it.
 */
final class RecordComparison {
    private static final int END = 0x01;
    private static final int TIMESTAMP = 0x71;
    private static final int PHYSICAL_ADDRESS = 0xB3;
    private static final int EVENTS = 0x42;
    private static final int DATA_SOURCE = 0x43;
    private static final int COUNTER = 0x98;
    /** Exception, retired, not taken: what an operation does, not how long it takes. */
    private static final long ARCHITECTURAL_EVENTS = 1 | 1 << 1 | 1 << 6;

    private static final int AROUND = 3;
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(0xB0, "PC"),
            Map.entry(0xB1, "target"),
            Map.entry(0xB2, "VA"),
            Map.entry(0xB4, "previous target"),
            Map.entry(0x64, "CONTEXTIDR_EL1"),
            Map.entry(0x65, "CONTEXTIDR_EL2"),
            Map.entry(0x52, "events"),
            Map.entry(0x62, "events"),
            Map.entry(0x43, "source"),
            Map.entry(0x48, "other"),
            Map.entry(0x49, "load/store"),
            Map.entry(0x4A, "branch"),
            Map.entry(0x98, "total latency"),
            Map.entry(0x99, "issue latency"),
            Map.entry(0x9A, "translation latency"));

    private RecordComparison() {}

    /**
     * What differs first between two runs' records; empty when nothing does.
     *
     * @param timed whether latencies, and events and sources of caches, TLBs and predictors, are to be the same
     */
    static String difference(byte[] one, byte[] other, boolean timed) {
        List<String> first = records(one, timed);
        List<String> second = records(other, timed);
        int at = 0;
        while (at < first.size() && at < second.size() && first.get(at).equals(second.get(at))) {
            at++;
        }
        if (at == first.size() && at == second.size()) {
            return "";
        }
        StringBuilder told = new StringBuilder(
                String.format("records differ from number %d on, of %d and %d:%n", at, first.size(), second.size()));
        for (int i = Math.max(0, at - AROUND); i <= at + AROUND; i++) {
            told.append(String.format("%s %d%n  %s%n  %s%n", i == at ? "->" : "  ", i, nth(first, i), nth(second, i)));
        }
        return told.toString();
    }

    private static String nth(List<String> records, int i) {
        return i < records.size() ? records.get(i) : "(none)";
    }

    /** The records as text, without what has to differ. */
    static List<String> records(byte[] bytes, boolean timed) {
        List<String> records = new ArrayList<>();
        StringBuilder record = new StringBuilder();
        for (int at = 0; at < bytes.length; ) {
            int header = bytes[at++] & 0xFF;
            if (header == 0) {
                continue;
            }
            if (header == END) {
                records.add(record.toString());
                record.setLength(0);
                continue;
            }
            int index = 0;
            if ((header & 0xFC) == 0x20) {
                index = (header & 3) << 3;
                header = bytes[at++] & 0xFF;
            }
            int size = 1 << (header >>> 4 & 3);
            long value = 0;
            for (int i = size - 1; i >= 0; i--) {
                value = value << 8 | bytes[at + i] & 0xFF;
            }
            at += size;
            if (header == TIMESTAMP) {
                records.add(record.toString());
                record.setLength(0);
            } else if (kept(header, index, timed)) {
                value = (header & 0xCF) == EVENTS && !timed ? value & ARCHITECTURAL_EVENTS : value;
                String name = index == 0 ? NAMES.get(header) : null;
                record.append(name == null ? String.format("%x/%x", index, header) : name)
                        .append(String.format(" %x, ", value));
            }
        }
        if (record.length() != 0) {
            records.add(record + "(torn)");
        }
        return records;
    }

    private static boolean kept(int header, int index, boolean timed) {
        boolean timing = (header & 0xF8) == COUNTER || (header & 0xCF) == DATA_SOURCE;
        return (timed || !timing) && (header != PHYSICAL_ADDRESS || index != 0);
    }
}
