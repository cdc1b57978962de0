// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.machine.board.Board;
import dev.spelunk.machine.run.RunLoop;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Puts together what is told of a run: what ended it, and the counts of VM, buffer and samples. */
final class Results {
    private static final String SAMPLE_FEED = "SAMPLE_FEED_";

    private Results() {}

    /**
     * What a run has come to.
     *
     * @param nanoseconds how long it took, by the host's clock
     */
    static Result of(Board board, RunLoop loop, Ending ending, long nanoseconds) {
        SortedMap<String, Long> exits = board.wiring.vm == null ? new TreeMap<>() : board.wiring.vm.exits();
        SortedMap<String, Long> traps = board.wiring.vm == null ? new TreeMap<>() : board.wiring.vm.traps();
        SortedMap<String, Long> counters = new TreeMap<>();
        for (PeState pe : board.state.pes) {
            for (int i = 0; i < SpuState.COUNTERS.length; i++) {
                counters.merge(SpuState.COUNTERS[i], pe.spu.counters[i], Long::sum);
            }
            feedCounters(board, pe, counters);
        }
        SortedMap<String, Long> events =
                board.wiring.vm == null ? managementEvents(counters) : board.wiring.vm.bufferEvents();
        return new Result(
                ending,
                loop.exitCode(),
                loop.message(),
                loop.executed(),
                board.pes[0].pe.cycles(),
                nanoseconds,
                exits,
                traps,
                events,
                board.wiring.vm == null ? new TreeMap<>() : board.wiring.vm.host(),
                counters);
    }

    /** The PMU events that count some of the samples came with later versions: a machine has those of its features. */
    private static void feedCounters(Board board, PeState pe, SortedMap<String, Long> counters) {
        ProfilingExtension extension = board.architecture.profiling();
        if (extension != null) {
            for (PmuEvent event : extension.pmuEvents().values()) {
                if (event.name().startsWith(SAMPLE_FEED)) {
                    counters.merge(event.name(), event.happened(pe), Long::sum);
                }
            }
        }
    }

    /** Without hypervisor what the hardware reports is what the guest gets. */
    private static SortedMap<String, Long> managementEvents(Map<String, Long> counters) {
        SortedMap<String, Long> events = new TreeMap<>();
        for (int i = SpuState.BUFFER_FULL; i <= SpuState.ACCESS_NOT_ALLOWED; i++) {
            long n = counters.get(SpuState.COUNTERS[i]);
            if (n != 0) {
                events.put(SpuState.COUNTERS[i], n);
            }
        }
        return events;
    }
}
