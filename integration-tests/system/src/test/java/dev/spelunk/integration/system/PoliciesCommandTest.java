// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code spelunk policies}, the real program. */
class PoliciesCommandTest {
    /** The numbers of each row, by its name. */
    private static TreeMap<String, long[]> rows(String table) {
        TreeMap<String, long[]> rows = new TreeMap<>();
        for (String line : table.lines().skip(1).toList()) {
            String[] cells = line.split(" {2,}");
            rows.put(
                    cells[0],
                    Arrays.stream(cells)
                            .skip(1)
                            .mapToLong(cell -> Long.parseLong(cell.replace(",", "")))
                            .toArray());
        }
        return rows;
    }

    @Test
    @DisplayName("one table with a column for each policy; the relations that it is there to show")
    void table() {
        Spelunk.Outcome outcome = Spelunk.run("policies", "--memory", "32M");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out().lines().findFirst().orElseThrow().trim().split(" +"))
                .startsWith("none", "on-enable", "cached", "whole-vm");
        TreeMap<String, long[]> rows = rows(outcome.out());
        assertThat(rows.keySet())
                .containsExactlyInAnyOrder(
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
        for (String blackout : List.of("stage 2 faults by the SPU", "blackout operations", "records lost")) {
            long[] row = rows.get(blackout);
            assertThat(row[0]).as(blackout).isPositive();
            assertThat(Arrays.copyOfRange(row, 1, 4)).as(blackout).containsOnly(0);
        }
        long[] pins = rows.get("pins");
        assertThat(pins[0]).isZero();
        assertThat(pins[2]).isPositive().isLessThan(pins[1] / 50);
        assertThat(rows.get("peak pinned bytes")[3]).isEqualTo(32 << 20);
        assertThat(rows.get("virtual time lost (cycles)")[2]).isLessThan(rows.get("virtual time lost (cycles)")[1]);
    }

    @Test
    @DisplayName("--series: v6 under each policy beside v7, which pins nothing and loses nothing")
    void series() {
        Spelunk.Outcome outcome = Spelunk.run("policies", "--series", "v6,v7", "--memory", "32M");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out().lines().findFirst().orElseThrow().trim().split(" {2,}"))
                .containsExactly("v6 none", "v6 on-enable", "v6 cached", "v6 whole-vm", "v7");
        TreeMap<String, long[]> rows = rows(outcome.out());
        for (String none : List.of("pins", "unpins", "peak pinned bytes", "blackout operations", "records lost")) {
            assertThat(rows.get(none)[4]).as(none).isZero();
        }
        assertThat(rows.get("bytes pre-faulted")).containsExactly(0, 0, 0, 0, 32 << 20);
        assertThat(rows.get("records written")[4]).isPositive();
        assertThat(rows.get("virtual time lost (cycles)")[4]).isLessThan(rows.get("virtual time lost (cycles)")[1]);
        outcome = Spelunk.run("policies", "--series", "v7", "--memory", "32M", "--variant", "armv8.2-spe-v1p0");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(rows(outcome.out()).get("VM exits")).hasSize(1);
    }

    @Test
    @DisplayName("a guest that fails ends the comparison, and is said to be where it was")
    void guestFails(@TempDir Path folder) {
        Path guest = new FlatImage().word(FlatImage.WFI).word(FlatImage.B_SELF).write(folder.resolve("guest"));
        Spelunk.Outcome outcome = Spelunk.run("policies", "--pressure", "0", guest.toString());
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(3);
        assertThat(outcome.err())
                .contains(
                        "spelunk: under policy none the guest ended: FAILED",
                        "spelunk: PE 0 waits for an interrupt at EL1");
    }

    @Test
    @DisplayName("bad input: one sentence, exit code 2")
    void badInput() {
        for (String[] arguments : new String[][] {
            {"policies", "--policy", "nonsense"},
            {"policies", "--hypervisor", "none"},
            {"policies", "--host", "exitCycles=-5"},
            {"policies", "--host", "nonsense=1"},
            {"policies", "--pressure", "-1"},
            {"policies", "--series", "v5"},
            {"policies", "--linux"},
            {"policies", "--linux", "--append", "quiet", "program"},
            {"policies", "guest.elf", "argument"},
            {"run", "--host", "series=v7", "--spe-max-buffer", "2M"},
            {"run", "--host", "dirtyLoggingFrom=1"},
            {"run", "--host", "memslots=0x40000000:64M,0x41000000:64M"},
            {"run", "--host", "memoryPressureKinds=fire"},
        }) {
            Spelunk.Outcome outcome = Spelunk.run(arguments);
            assertThat(outcome.code()).as(String.join(" ", arguments)).isEqualTo(2);
            assertThat(outcome.onlyError()).as(String.join(" ", arguments)).startsWith("spelunk: ");
        }
    }
}
