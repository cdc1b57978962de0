// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.policies;

import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.machine.Machine.Result;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What one guest cost and lost under several pinning policies and versions of KVM's series, side by side. */
public final class PolicyTable {
    private static final int LEAST_WIDTH = 14;

    private final List<String> policies = new ArrayList<>();
    private final List<Map<String, Long>> columns = new ArrayList<>();

    /**
     * Adds a run.
     *
     * @param name of its column
     */
    public void add(String name, Result result) {
        policies.add(name);
        columns.add(column(result));
    }

    private static Map<String, Long> column(Result result) {
        Map<String, Long> host = result.host();
        Map<String, Long> column = new HashMap<>();
        OF_HOST.forEach((row, key) -> column.put(row, host.getOrDefault(key, 0L)));
        column.put("records written", result.counters().getOrDefault("RECORDS_WRITTEN", 0L));
        column.put("records lost", result.counters().getOrDefault("RECORDS_LOST", 0L));
        column.put(
                "VM exits",
                result.exits().values().stream().mapToLong(Long::longValue).sum());
        return column;
    }

    /** Rows that are what the host has counted. */
    private static final Map<String, String> OF_HOST = Map.of(
            "pins", VirtualMachine.PINS,
            "unpins", VirtualMachine.UNPINS,
            "peak pinned bytes", VirtualMachine.PEAK_PINNED_BYTES,
            "bytes pre-faulted", VirtualMachine.RESIDENT_BYTES,
            "stage 2 faults by the SPU", VirtualMachine.SPU_STAGE_2_FAULTS,
            "blackout operations", VirtualMachine.BLACKOUT_OPERATIONS,
            "exits to user space", VirtualMachine.USER_SPACE_EXITS,
            "virtual time lost (cycles)", VirtualMachine.LOST_CYCLES);

    /** The rows, in this order. */
    private static final List<String> ROWS = List.of(
            "pins",
            "unpins",
            "peak pinned bytes",
            "bytes pre-faulted",
            "stage 2 faults by the SPU",
            "blackout operations",
            "records written",
            "records lost",
            "VM exits",
            "exits to user space",
            "virtual time lost (cycles)");

    /** A line for each count, a column for each policy. */
    @Override
    public String toString() {
        int first = ROWS.stream().mapToInt(String::length).max().orElse(0);
        StringBuilder text = new StringBuilder(" ".repeat(first));
        policies.forEach(policy -> text.append(right(policy)));
        text.append('\n');
        for (String row : ROWS) {
            text.append(row).append(" ".repeat(first - row.length()));
            columns.forEach(column -> text.append(right(String.format(Locale.ROOT, "%,d", column.get(row)))));
            text.append('\n');
        }
        return text.toString();
    }

    private static String right(String cell) {
        return "  " + " ".repeat(Math.max(0, LEAST_WIDTH - cell.length())) + cell;
    }
}
