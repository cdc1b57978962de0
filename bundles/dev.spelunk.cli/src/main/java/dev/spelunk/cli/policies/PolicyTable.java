// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.policies;

import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.machine.Machine.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What one guest cost and lost under several pinning policies, side by side. */
public final class PolicyTable {
    private static final int LEAST_WIDTH = 14;

    private final List<String> policies = new ArrayList<>();
    private final List<Map<String, Long>> columns = new ArrayList<>();

    /** Adds a run. */
    public void add(String policy, Result result) {
        policies.add(policy);
        columns.add(column(result));
    }

    private static Map<String, Long> column(Result result) {
        Map<String, Long> host = result.host();
        return Map.of(
                "pins", host.getOrDefault(VirtualMachine.PINS, 0L),
                "unpins", host.getOrDefault(VirtualMachine.UNPINS, 0L),
                "peak pinned bytes", host.getOrDefault(VirtualMachine.PEAK_PINNED_BYTES, 0L),
                "stage 2 faults by the SPU", host.getOrDefault(VirtualMachine.SPU_STAGE_2_FAULTS, 0L),
                "blackout operations", host.getOrDefault(VirtualMachine.BLACKOUT_OPERATIONS, 0L),
                "records written", result.counters().getOrDefault("RECORDS_WRITTEN", 0L),
                "records lost", result.counters().getOrDefault("RECORDS_LOST", 0L),
                "VM exits",
                        result.exits().values().stream()
                                .mapToLong(Long::longValue)
                                .sum(),
                "virtual time lost (cycles)", host.getOrDefault(VirtualMachine.LOST_CYCLES, 0L));
    }

    /** The rows, in this order. */
    private static final List<String> ROWS = List.of(
            "pins",
            "unpins",
            "peak pinned bytes",
            "stage 2 faults by the SPU",
            "blackout operations",
            "records written",
            "records lost",
            "VM exits",
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
