// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.scheduling;

import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.StateBlock;

/**
 * The host scheduler's run queues: which vCPU, or task of the host, has each PE, until when, and who waits for it.
 * First come, first served, with a time slice. All of it is in the machine's state.
 */
final class HostScheduler {
    /** The PE has nobody. */
    static final int NOBODY = -1;

    /** What somebody who is scheduled does. */
    enum Doing {
        OFF,
        RUNNABLE,
        RUNNING,
        BLOCKED
    }

    private static final int SEQUENCE = 0;
    private static final int PES = 8;
    private static final int PE_WORDS = 4;
    private static final int CURRENT = 0;
    private static final int SLICE_END = 1;
    private static final int LAST_VCPU = 2;
    private static final int CALLED = 3;
    private static final int FIRST = PES + 16 * PE_WORDS;
    private static final int WORDS = 8;
    private static final int DOING = 0;
    private static final int PLACE = 1;
    private static final int QUEUED = 2;
    private static final int LAST_SEEN = 3;
    private static final int FINGERPRINT = 4;
    /** Whether it yielded last as it had before. */
    private static final int SAME = 5;
    /** How often it has yielded so while nobody did anything else. */
    private static final int SPINS = 6;
    /** Operations that its PE had executed when it came there, or yielded last. */
    private static final int BEGUN = 7;
    /** So many spins of everybody are for ever: registers and place are the same each time. */
    private static final int SPINNING = 16;
    /** Operations of a loop around WFE at most; who executes more has left it. */
    private static final int LOOP = 1024;

    private final StateBlock block;
    private final int count;
    private final long slice;

    /**
     * @param count of those who are scheduled
     * @param slice in cycles
     */
    HostScheduler(MachineState machine, int count, long slice) {
        block = machine.block("kvm.host.scheduler", FIRST + count * WORDS, 0);
        this.count = count;
        this.slice = slice;
    }

    private int pe(int pe, int word) {
        return PES + pe * PE_WORDS + word;
    }

    private int at(int who, int word) {
        return FIRST + who * WORDS + word;
    }

    /** Who has the PE, or {@link #NOBODY}. */
    int current(int pe) {
        return (int) block.words[pe(pe, CURRENT)] - 1;
    }

    /** The vCPU that was loaded on the PE before, or {@link #NOBODY}; and this one from now on. */
    int lastVcpu(int pe, int vcpu) {
        int last = (int) block.words[pe(pe, LAST_VCPU)] - 1;
        block.words[pe(pe, LAST_VCPU)] = vcpu + 1;
        return last;
    }

    Doing doing(int who) {
        return Doing.values()[(int) block.words[at(who, DOING)]];
    }

    private void doing(int who, Doing what) {
        block.words[at(who, DOING)] = what.ordinal();
    }

    /** The PE to which its user space or the scheduler has bound it. */
    int place(int who) {
        return (int) block.words[at(who, PLACE)];
    }

    void place(int who, int pe) {
        block.words[at(who, PLACE)] = pe;
    }

    /** Puts somebody at the end of the queue of its PE. */
    void enqueue(int who) {
        doing(who, Doing.RUNNABLE);
        block.words[at(who, QUEUED)] = ++block.words[SEQUENCE];
    }

    /**
     * Gives a PE to somebody, at that time.
     *
     * @param executed operations of the PE
     */
    void take(int pe, int who, boolean blocked, long now, long executed) {
        block.words[at(who, BEGUN)] = executed;
        doing(who, blocked ? Doing.BLOCKED : Doing.RUNNING);
        block.words[pe(pe, CURRENT)] = who + 1;
        block.words[pe(pe, SLICE_END)] = now + slice;
        block.words[pe(pe, CALLED)] = 0;
    }

    /** Takes a PE away; what its owner does from now on. */
    void leave(int pe, Doing then, long now) {
        int who = current(pe);
        block.words[pe(pe, CURRENT)] = 0;
        block.words[at(who, LAST_SEEN)] = now;
        if (then == Doing.RUNNABLE) {
            enqueue(who);
        } else {
            doing(who, then);
        }
    }

    /** Virtual time at which somebody last left a PE. */
    long lastSeen(int who) {
        return block.words[at(who, LAST_SEEN)];
    }

    /** The one who has a PE waits, or goes on. */
    void blocked(int who, boolean blocked) {
        doing(who, blocked ? Doing.BLOCKED : Doing.RUNNING);
    }

    /** Who has waited for the PE longest, or {@link #NOBODY}. */
    int next(int pe) {
        int next = NOBODY;
        for (int who = 0; who < count; who++) {
            if (doing(who) == Doing.RUNNABLE
                    && place(who) == pe
                    && (next == NOBODY || block.words[at(who, QUEUED)] < block.words[at(next, QUEUED)])) {
                next = who;
            }
        }
        return next;
    }

    /** Somebody bound to the PE who waits for an interrupt and does not have it, or {@link #NOBODY}. */
    int blockedOn(int pe) {
        for (int who = 0; who < count; who++) {
            if (doing(who) == Doing.BLOCKED && place(who) == pe && current(pe) != who) {
                return who;
            }
        }
        return NOBODY;
    }

    /**
     * Somebody has yielded.
     *
     * @param fingerprint of its registers
     * @param executed operations of its PE
     * @param alone whether no other PE {@linkplain #works works}
     */
    void spun(int who, long fingerprint, long executed, boolean alone) {
        boolean same = block.words[at(who, FINGERPRINT)] == fingerprint;
        block.words[at(who, FINGERPRINT)] = fingerprint;
        block.words[at(who, SAME)] = same ? 1 : 0;
        block.words[at(who, BEGUN)] = executed;
        if (same && alone) {
            block.words[at(who, SPINS)]++;
        } else {
            nobodySpins();
        }
    }

    /** Somebody has done something else. */
    void progressed(int who) {
        block.words[at(who, SAME)] = 0;
        nobodySpins();
    }

    private void nobodySpins() {
        for (int who = 0; who < count; who++) {
            block.words[at(who, SPINS)] = 0;
        }
    }

    /**
     * Whether the one who has a PE, and does not wait there, does something else than to yield.
     *
     * @param executed operations of the PE
     */
    boolean works(int pe, long executed) {
        int who = current(pe);
        return who != NOBODY && (block.words[at(who, SAME)] == 0 || executed - block.words[at(who, BEGUN)] > LOOP);
    }

    /** Whether somebody does nothing but wait for an event, and so do all who do not wait otherwise. */
    boolean spins(int who) {
        return block.words[at(who, SPINS)] >= SPINNING;
    }

    boolean sliceOver(int pe, long now) {
        return block.words[pe(pe, SLICE_END)] <= now;
    }

    /** When the slice ends for the sake of another one; Long.MAX_VALUE when nobody waits, or the PE has been called. */
    long deadline(int pe) {
        return block.words[pe(pe, CALLED)] != 0 || current(pe) == NOBODY || next(pe) == NOBODY
                ? Long.MAX_VALUE
                : block.words[pe(pe, SLICE_END)];
    }

    /** The PE has been interrupted for the scheduler's sake. */
    void called(int pe) {
        block.words[pe(pe, CALLED)] = 1;
    }

    /** The PE is in the host: another call may be needed. */
    void arrived(int pe) {
        block.words[pe(pe, CALLED)] = 0;
    }
}
