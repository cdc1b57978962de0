// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.trace.TraceSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The timeline of a run says what the run's counters say, in the order of time. */
class TimelineTest implements TraceSink {
    private final SortedMap<String, Long> states = new TreeMap<>();
    private final SortedMap<String, Long> events = new TreeMap<>();
    private final SortedMap<String, Long> latest = new TreeMap<>();
    private final List<Exit> exits = new ArrayList<>();
    private long filled;
    private long written;
    private long mostPins;
    private long rises;

    @Override
    public void state(int vcpu, String track, String text, long cycles) {
        inOrder(track, cycles);
        states.merge(track + "=" + text, 1L, Long::sum);
    }

    @Override
    public void exit(int vcpu, Exit exit, long cycles) {
        exits.add(exit);
        TraceSink.super.exit(vcpu, exit, cycles);
    }

    @Override
    public void instant(int vcpu, String track, String name, String detail, long cycles) {
        inOrder(track, cycles);
        assertThat(detail).isNotBlank();
        events.merge(name, 1L, Long::sum);
    }

    @Override
    public void counter(int vcpu, String track, long value, long cycles) {
        inOrder(track, cycles);
        if (track.equals(FILL) && value != 0) {
            filled++;
        } else if (track.equals(RECORDS)) {
            assertThat(value).isEqualTo(++written);
        } else if (track.equals(PINS)) {
            mostPins = Math.max(mostPins, value);
        } else if (track.equals(LINE) && value == 1) {
            rises++;
        }
    }

    @Override
    public void close() {
        // Nothing is held.
    }

    private void inOrder(String track, long cycles) {
        assertThat(cycles).as(track).isGreaterThanOrEqualTo(latest.getOrDefault(track, 0L));
        latest.put(track, cycles);
    }

    @Test
    void agreesWithTheRun() {
        Machines.Run run = Machines.setup()
                .append("workload=scan provoke=hole-at-enable")
                .trace(this)
                .run();
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        assertThat(events).isEqualTo(run.result().bufferEvents());
        assertThat(filled).isEqualTo(run.result().counters().get("RECORDS_WRITTEN"));
        assertThat(written).isEqualTo(filled);
        assertThat(states).containsKey(TASK + "=CONTEXTIDR_EL1 104");
        assertThat(exits)
                .allMatch(exit -> exit.function().matches("[a-z_0-9]+(\\+0x[0-9a-f]+)?"))
                .anyMatch(exit -> exit.access().startsWith("MSR PMBLIMITR_EL1, 0x")
                        && exit.function().startsWith("spe_"));
        long happened = run.result().bufferEvents().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        assertThat(rises).isEqualTo(happened);
        assertThat(mostPins).isGreaterThan(16);
        assertThat(states.keySet())
                .anyMatch(s -> s.startsWith(MEMORY + "PMBLIMITR_EL1="))
                .anyMatch(s -> s.startsWith(HARDWARE + "PMBPTR_EL1="))
                .anyMatch(s -> s.startsWith(HARDWARE + "PMBSR_EL1="))
                .contains(
                        RUN + "=guest",
                        RUN + "=exit: system register",
                        RUN + "=exit: IRQ: SPE buffer management event");
        assertThat(states.get(RUN + "=exit: WFI or WFE"))
                .isEqualTo(run.result().exits().get("WFI or WFE"));
    }

    @Test
    void theFileIsOneThatPerfettoOpens(@TempDir Path folder) throws IOException, InterruptedException {
        Path file = folder.resolve("timeline.json");
        Spelunk.Outcome run = Spelunk.with(
                        "run",
                        "-o",
                        folder.resolve("out").toString(),
                        "--trace",
                        file.toString(),
                        "--append",
                        "workload=sort provoke=hole-at-enable")
                .run();
        assertThat(run.code()).as(run.err()).isZero();
        TraceEvents events = TraceEvents.read(file);
        assertThat(events.processes()).containsExactly("vCPU 0");
        assertThat(events.tracks()).contains(RUN, TASK, EVENTS, HARDWARE + "PMBPTR_EL1");
        assertThat(events.counters()).contains(FILL, RECORDS, PINS, LINE);
    }
}
