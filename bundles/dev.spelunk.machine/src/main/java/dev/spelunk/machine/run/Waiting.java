// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.BoardWiring;
import dev.spelunk.machine.board.Console;
import java.util.concurrent.locks.LockSupport;

/** Lets time pass for PEs that wait in WFI or WFE, and finds a guest for which nothing will come. */
final class Waiting {
    private static final long POLL_MILLISECONDS = 5;

    private final BoardWiring board;
    private final Timeline timeline;
    private final Console console;
    private final Pacing pacing;

    /** @param paced whether idle time lasts as long on the host */
    Waiting(BoardWiring board, Timeline timeline, Console console, boolean paced) {
        this.board = board;
        this.timeline = timeline;
        this.console = console;
        pacing = paced ? new Pacing(System::nanoTime, LockSupport::parkNanos) : null;
    }

    /** Lets a waiting PE's time pass until something may wake it, or wakes it. */
    void idle(PeContext context, long until) {
        PeState pe = context.pe;
        if (pe.interrupts != 0 || pe.profilingException != 0) {
            pe.waiting = false;
            return;
        }
        if (pe.eventPending()) {
            pe.eventRegister = false;
            pe.waiting = false;
            return;
        }
        if (context.sampler != null && context.sampler.cyclesToCompletion() < until - pe.cycles()) {
            passed(pe, Math.max(context.sampler.cyclesToCompletion(), 0));
            context.sampler.completeIfDue();
            return;
        }
        long gap = until - pe.cycles();
        passed(pe, pacing != null && everyone() ? pace(gap) : gap);
        timeline.advanceAll(pe.index);
    }

    private static void passed(PeState pe, long cycles) {
        pe.idleCycles += cycles;
        pe.waitingCycles += cycles;
    }

    /** Lets host time pass for idle cycles, not beyond a key press; returns the cycles that passed. */
    private long pace(long cycles) {
        console.flush();
        boolean hurry = console.inputReady();
        return console.replays() ? Math.min(cycles, Pacing.STRETCH) : pacing.pass(cycles, hurry);
    }

    /** Whether every PE that is on waits. */
    private boolean everyone() {
        for (PeContext context : board.pes) {
            if (context.pe.powered && !context.pe.waiting) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether the guest waits, and has not, and will not have, what ends the wait; input apart. Under a hypervisor a PE
     * need not wait for that: a task of the host may have it.
     */
    boolean forNothing() {
        if (!(board.vm == null ? everyone() : board.vm.idle())) {
            return false;
        }
        for (PeContext context : board.pes) {
            PeState pe = context.pe;
            if (pe.powered
                    && (pe.interrupts != 0
                            || pe.waiting && pe.changed != 0
                            || pe.eventPending()
                            || timeline.devices(pe.index) != Long.MAX_VALUE)) {
                return false;
            }
        }
        return true;
    }

    /** Lets a moment of the host pass, in which input may come. Returns false when none can come. */
    boolean awaitInput() {
        if (!console.hasInput()) {
            return false;
        }
        if (console.replays()) {
            return true;
        }
        try {
            Thread.sleep(POLL_MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }
}
