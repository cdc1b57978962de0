// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.hypervisor.ExitHistory;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.records.BufferHistory;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.RecordOptions;
import dev.spelunk.api.records.RecordSink;
import dev.spelunk.api.records.RecordStream;
import dev.spelunk.api.wiring.PeContext;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/** One composed machine with a guest. One thread runs it; the other methods may be called from any thread. */
@ProviderType
public interface Machine extends AutoCloseable {
    /** How a run ended. */
    enum Ending {
        EXITED,
        POWERED_OFF,
        FAILED,
        RESET,
        INSTRUCTION_LIMIT,
        /** The sample records reached {@link RecordOptions#limit}. */
        RECORD_LIMIT,
        INTERRUPTED,
        /** The host or a part cannot go on, as the message says. */
        HOST_FAILED,
        INVARIANT_BROKEN
    }

    /** Runs until the guest ends, a limit is reached or {@link #interrupt} is called. */
    Result run();

    /** Ends a run at the next safepoint, with {@link Ending#INTERRUPTED}. */
    void interrupt();

    /** Ends a run at the next safepoint, with {@link Ending#HOST_FAILED} and what the host is short of. */
    default void stop(String why) {
        interrupt();
    }

    /** Stops between two operations until {@link #resume}; returns when stopped. */
    void pause();

    void resume();

    boolean paused();

    /**
     * What a snapshot must be of for this machine to go on from it: the SHA-256, in hexadecimal digits, of guest,
     * command line, composition and settings.
     */
    default String identity() {
        throw new UnsupportedOperationException();
    }

    /**
     * Goes on from a saved state, like {@link Snapshots#restore}. Call before the run.
     *
     * @throws BadInputException when the file is no snapshot of such a machine. The machine is
     *     then of no use any more
     */
    default void restore(Path snapshot) {
        throw new UnsupportedOperationException();
    }

    /**
     * Saves the whole state at the next safepoint and goes on, whether that succeeds or not; at once where the machine
     * stands. May be called from the running thread.
     *
     * @param file gets the state
     * @param saved is told on the running thread: null, or why the file could not be written
     */
    default void save(Path file, Consumer<BadInputException> saved) {
        throw new UnsupportedOperationException();
    }

    /** Operations executed so far, over all PEs; approximate while it runs. */
    long instructions();

    /** Points of {@link Snapshots#saves} that have not been reached. */
    default SortedSet<Long> unsaved() {
        return Collections.emptySortedSet();
    }

    /**
     * Of a machine that began from a snapshot: how many bytes its guest had written to each port by then. They are with
     * whom the machine was connected to that was saved.
     */
    default SortedMap<String, Long> passed() {
        return Collections.emptySortedMap();
    }

    /** Sets who is told of executed operations; null for nobody. Call before the run or while paused. */
    default void observe(ExecutionObserver observer) {
        throw new UnsupportedOperationException();
    }

    /**
     * Logs what happens from now on. What the guest computes and records does not depend on it. Call before the run, and
     * once.
     */
    default void log(LogOptions options) {
        throw new UnsupportedOperationException();
    }

    /**
     * Leaves out lines of the logs from now on, or writes them again. Call while paused.
     *
     * @throws IllegalStateException when nothing is logged
     */
    default void logging(boolean on) {
        throw new UnsupportedOperationException();
    }

    /** What the hypervisor's host did so far, as {@link Result#host}; empty without hypervisor. Call while paused. */
    default SortedMap<String, Long> host() {
        return Collections.emptySortedMap();
    }

    /** The sample records so far, a stream for each vCPU, by its index. */
    List<RecordStream> records();

    /** Records that reached a profiling buffer when no further one could be kept, as {@link Result#ending} says. */
    default long recordsNotKept() {
        return 0;
    }

    /** Adds who gets each record from now on. Call before the run or while paused. */
    default void addSink(RecordSink sink) {
        throw new UnsupportedOperationException();
    }

    /** What the timing models say of how latencies and events came about, one sentence each. Call while paused. */
    default List<String> timing() {
        return List.of();
    }

    /** The sample records of the host's own task so far. */
    default RecordStream hostRecords() {
        throw new UnsupportedOperationException();
    }

    /** When the VM's vCPUs left their guest; null without hypervisor. */
    default ExitHistory exitHistory() {
        return null;
    }

    /** How full the profiling buffers were, since this process has run the machine. */
    default BufferHistory bufferHistory() {
        return new BufferHistory(1, List.of());
    }

    /** For each kind of buffer management event that a VM's guest got, in words why the first one happened. */
    default SortedMap<String, String> eventReasons() {
        return Collections.emptySortedMap();
    }

    /**
     * What a check has found that does not end the run, each in lines: place, rule, and what led there. Null when nothing
     * was checked so. Call when the run is over.
     */
    default List<String> findings() {
        return null;
    }

    /** For writing profiles. */
    ProfileDescription profile();

    /** The PEs' contexts; to be looked at while paused, or from the running thread. */
    List<PeContext> pes();

    /** Registers of a PE by name, general-purpose ones too. Call while paused. */
    SortedMap<String, Long> registers(int pe);

    /**
     * Where each PE is, how it came there and its last exceptions, by the names of the guest's functions: for a run that
     * the guest has not ended itself. To be called when the run is over.
     */
    default List<String> diagnosis() {
        return List.of();
    }

    /** What kept operations from being recorded, in one sentence, with how many each; empty without SPE. */
    default String withoutRecords() {
        return "";
    }

    /** Text of all registers and the last exceptions. */
    String dump();

    /** Stands still at places of the run, and goes back. Ask before the run. */
    default Debugger debugger() {
        throw new UnsupportedOperationException();
    }

    @Override
    void close();

    /**
     * What a run did.
     *
     * @param ending how it ended
     * @param exitCode of the guest, when it EXITED
     * @param message for FAILED, RESET, RECORD_LIMIT and HOST_FAILED: one sentence; for INVARIANT_BROKEN: which one,
     *     and the history
     * @param instructions operations executed
     * @param cycles virtual time of PE 0
     * @param nanoseconds host time
     * @param exits VM exits by reason
     * @param traps trapped registers by name
     * @param bufferEvents buffer management events by kind
     * @param host what the hypervisor's host did, by name; empty without hypervisor
     * @param counters of the SPUs, summed, by name
     */
    record Result(
            Ending ending,
            int exitCode,
            String message,
            long instructions,
            long cycles,
            long nanoseconds,
            SortedMap<String, Long> exits,
            SortedMap<String, Long> traps,
            SortedMap<String, Long> bufferEvents,
            SortedMap<String, Long> host,
            SortedMap<String, Long> counters) {}
}
