// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

import dev.spelunk.api.state.StateBlock;
import dev.spelunk.api.timing.OperationTimer;
import java.util.List;
import java.util.Locale;

/**
 * Which operations are seen. Normally those of a window before each sample. While the last level meets lines that
 * it does not hold, as when a program begins to use its memory, every operation is seen, as far as the share that
 * may be spent on it lasts: so state that is large is warm before samples depend on it.
 */
final class Warming {
    static final int WORDS = 8;
    /** The operation up to which all have been taken in, and how many were seen. */
    private static final int EXECUTED = 0;

    private static final int SEEN = 1;
    /** Lines from memory, and operations, since the last judgement. */
    private static final int RECENT_LINES = 2;

    private static final int RECENT = 3;
    /** Operations for which priming goes on, and those that it saw. */
    private static final int PRIMING = 4;

    private static final int PRIMED = 5;
    /** Lines from memory in windows, not while priming; and operations that nothing saw. */
    private static final int LINES = 6;

    private static final int UNSEEN = 7;

    /** Operations for one judgement of whether the last level is cold. */
    private static final int JUDGED = 256;
    /** Priming goes on until so many operations in a row had no more than one line in 512 operations from memory. */
    private static final int SETTLED = 1 << 16;
    /** What may be spent at the beginning, before any share has come together. */
    private static final long ADVANCE = 1 << 20;
    /** The last level counts as stale when this part of it was replaced unseen. */
    private static final int STALE_PART = 16;

    private final StateBlock block;
    private final int at;
    private final int window;
    private final int share;
    private final boolean full;
    /** What the last level holds. */
    private final long lines;

    Warming(StateBlock block, int at, Shape shape) {
        this.block = block;
        this.at = at;
        window = shape.window();
        share = shape.primingShare();
        full = shape.full();
        Shape.Sets last = shape.lastLevel().sets() > 0 ? shape.lastLevel() : shape.l2();
        lines = (long) last.sets() * last.ways();
    }

    int window() {
        long[] words = block.words;
        return words[at + PRIMING] != 0 ? OperationTimer.EVERY_OPERATION : window;
    }

    /** An operation is seen, the last of so many executed. @return how many passed unseen before it */
    long see(long executed) {
        long[] words = block.words;
        long unseen = executed - 1 - words[at + EXECUTED];
        words[at + EXECUTED] = executed;
        words[at + SEEN]++;
        if (words[at + PRIMING] != 0) {
            words[at + PRIMED]++;
        }
        words[at + UNSEEN] += Math.max(unseen, 0);
        return Math.max(unseen, 0);
    }

    /** So many lines came from memory for the operation. */
    void filled(long lines) {
        long[] words = block.words;
        words[at + RECENT_LINES] += lines;
        if (words[at + PRIMING] == 0) {
            words[at + LINES] += lines;
        }
        words[at + RECENT]++;
        if (words[at + RECENT] >= JUDGED) {
            judge();
        }
    }

    private void judge() {
        long[] words = block.words;
        boolean cold = words[at + RECENT_LINES] * 512 > words[at + RECENT];
        if (full || share == 0) {
            cold = false;
        }
        boolean affordable = words[at + PRIMED] < ADVANCE + words[at + EXECUTED] / 100 * share;
        if (words[at + PRIMING] == 0) {
            words[at + PRIMING] = cold && affordable ? SETTLED : 0;
        } else if (cold) {
            words[at + PRIMING] = affordable ? SETTLED : 0;
        } else {
            words[at + PRIMING] = Math.max(0, words[at + PRIMING] - words[at + RECENT]);
        }
        words[at + RECENT] = 0;
        words[at + RECENT_LINES] = 0;
    }

    /** @param who whose state it is, as {@code "PE 1: "}, or nothing */
    List<String> report(String who) {
        long[] words = block.words;
        if (full) {
            return List.of(who + "inorder: every operation went through caches, TLBs and predictor");
        }
        double executed = Math.max(1, words[at + EXECUTED]);
        return List.of(
                String.format(
                        Locale.ROOT,
                        "%sinorder: caches, TLBs and predictor are warmed for %,d operations before each"
                                + " sample; they saw %.1f%% of the operations, %.1f%% while the last level was cold",
                        who,
                        window,
                        100 * words[at + SEEN] / executed,
                        100 * words[at + PRIMED] / executed),
                who + "last level: " + lastLevel());
    }

    /** Between windows as many lines come from memory, per operation, as in them; nobody saw which. */
    private String lastLevel() {
        long[] words = block.words;
        long seen = Math.max(1, words[at + SEEN] - words[at + PRIMED]);
        double unseen = (double) words[at + LINES] / seen * words[at + UNSEEN];
        if (unseen * STALE_PART < lines) {
            return "current";
        }
        return String.format(
                Locale.ROOT,
                "STALE: about %,.0f lines came from memory unseen between windows, and it holds %,d;"
                        + " its misses and data sources are those of the lines that were seen",
                unseen,
                lines);
    }
}
