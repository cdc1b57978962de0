// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.debug;

import dev.spelunk.machine.board.HostEnds;
import dev.spelunk.machine.snapshot.Checkpoint;
import dev.spelunk.machine.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;

/** Checkpoints of a run in memory, in the order of the run, of which no more is kept than fits. */
final class History {
    /** Operations between two checkpoints at least, of those that are made while the run goes on for the first time. */
    private static final long INTERVAL = 4_000_000;
    /** Making checkpoints takes no more than one in so many nanoseconds. */
    private static final long SHARE = 100;
    /** The first and the last ones stay. */
    private static final int AT_LEAST = 3;

    private final Snapshot snapshot;
    private final HostEnds ends;
    private final long limit;
    private final List<Checkpoint> checkpoints = new ArrayList<>();
    private long next;
    private long finished;
    private long cost;

    /** @param limit bytes that it may have */
    History(Snapshot snapshot, HostEnds ends, long limit) {
        this.snapshot = snapshot;
        this.ends = ends;
        this.limit = limit;
    }

    /** It begins here. */
    void begin() {
        checkpoints.clear();
        add();
    }

    /** Whether there is a first checkpoint. */
    boolean begun() {
        return !checkpoints.isEmpty();
    }

    /** Operations executed at the first checkpoint. */
    long earliest() {
        return checkpoints.get(0).count;
    }

    long bytes() {
        return checkpoints.stream().mapToLong(Checkpoint::bytes).sum() + ends.logBytes();
    }

    /** The count of operations at which to call {@link #due}. */
    long next() {
        return next;
    }

    /** The run has come to {@link #next} for the first time: makes a checkpoint, unless the last one is too new. */
    void due() {
        if (System.nanoTime() - finished >= SHARE * cost) {
            add();
        } else {
            next += INTERVAL;
        }
    }

    /** Makes a checkpoint of what the machine is now; no effect where there is one. */
    void add() {
        long began = System.nanoTime();
        int at = checkpoints.size();
        Checkpoint before = at == 0 ? null : checkpoints.get(at - 1);
        Checkpoint made = snapshot.take(before);
        while (at > 0 && checkpoints.get(at - 1).count >= made.count) {
            if (checkpoints.get(at - 1).count == made.count) {
                return;
            }
            at--;
        }
        if (at < checkpoints.size()) {
            made = snapshot.take(at == 0 ? null : checkpoints.get(at - 1));
            checkpoints.add(at, made);
            checkpoints.get(at + 1).shares(made);
        } else {
            checkpoints.add(made);
        }
        while (bytes() > limit && checkpoints.size() > AT_LEAST) {
            thin();
        }
        finished = System.nanoTime();
        cost = finished - began;
        next = Math.max(next, made.count) + INTERVAL;
    }

    /** Takes the one away without which the gaps stay most alike; the first one where the others are few. */
    private void thin() {
        int worst = 0;
        long smallest = Long.MAX_VALUE;
        if (checkpoints.size() > 2 * AT_LEAST) {
            for (int i = 1; i < checkpoints.size() - 2; i++) {
                long gap = checkpoints.get(i + 1).count - checkpoints.get(i - 1).count;
                if (gap < smallest) {
                    smallest = gap;
                    worst = i;
                }
            }
        }
        Checkpoint gone = checkpoints.remove(worst);
        Checkpoint after = checkpoints.get(worst);
        after.inherit(gone);
        if (worst > 0) {
            after.shares(checkpoints.get(worst - 1));
        } else {
            ends.forget(after.ends);
        }
    }

    /** The last checkpoint before so many operations had been executed; else the first. */
    Checkpoint before(long count) {
        int at = checkpoints.size() - 1;
        while (at > 0 && checkpoints.get(at).count >= count) {
            at--;
        }
        return checkpoints.get(at);
    }

    /** The last checkpoint before another; null where it is the first. */
    Checkpoint before(Checkpoint other) {
        int at = checkpoints.indexOf(other);
        return at <= 0 ? null : checkpoints.get(at - 1);
    }

    /** The machine is again what it was. */
    void restore(Checkpoint then) {
        snapshot.restore(then);
    }
}
