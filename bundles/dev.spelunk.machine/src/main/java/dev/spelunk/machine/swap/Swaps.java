// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.swap;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.SwapListener;
import dev.spelunk.api.machine.SwapReport;
import dev.spelunk.api.machine.SwapRequest;
import dev.spelunk.api.machine.SwapService;
import dev.spelunk.api.machine.Variant;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.Board;
import dev.spelunk.machine.compose.Kind;
import dev.spelunk.machine.compose.Offer;
import dev.spelunk.machine.compose.Offers;
import dev.spelunk.machine.compose.Part;
import dev.spelunk.machine.compose.PartFailure;
import dev.spelunk.machine.compose.Selection;
import dev.spelunk.machine.run.Safepoints;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The swaps of one machine: those that are asked for, those on its schedule, and those that bundles bring about. */
public final class Swaps {
    /** The services of a bundle come and go one after the other: they are taken together. */
    private static final long SETTLE_MILLISECONDS = 20;

    private final Machine machine;
    private final Board board;
    private final Safepoints safepoints;
    private final Offers offers;
    private final List<SwapListener> listeners;
    private volatile Variant variant;
    private final List<Long> pauses = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    /** What a refused change had done is taken back: no swap that anybody asked for. */
    private volatile boolean undoing;

    private long waited;
    private final List<String> refused = new ArrayList<>();
    /** Names of what scheduled swaps bring in. */
    private final Set<String> coming = ConcurrentHashMap.newKeySet();

    private boolean reconciling;
    private boolean reconcileAgain;
    /** Changes of the variant in progress: they swap all that they change at once. */
    private int held;

    /**
     * @param machine whom listeners hear of
     * @param safepoints where parts may be exchanged
     * @param variant what the machine was made of
     */
    public Swaps(
            Machine machine,
            Board board,
            Safepoints safepoints,
            Offers offers,
            Variant variant,
            List<SwapListener> listeners) {
        this.machine = machine;
        this.board = board;
        this.safepoints = safepoints;
        this.offers = offers;
        this.variant = variant;
        this.listeners = listeners;
    }

    /** Swaps at the next safepoint. */
    public void now(SwapRequest request) {
        try {
            now(variant, change(request), request.force());
        } catch (BadInputException e) {
            throw refusal(request.toString(), e);
        }
    }

    private Consumer<Selection.Maker> change(SwapRequest request) {
        return maker -> Change.of(offers, maker.made(), request).accept(maker);
    }

    /** As {@link #recompose}, back to what was there before a change that was refused. */
    public void undo(Supplier<Variant> variants) {
        undoing = true;
        try {
            recompose(variants, false);
        } finally {
            undoing = false;
        }
    }

    public List<String> recompose(Supplier<Variant> variants, boolean force) {
        boolean kvm = board.parts.hypervisor() != null;
        boolean undoFollows = false;
        synchronized (this) {
            held++;
        }
        try {
            Variant next = variants.get();
            return now(next, maker -> Change.to(maker, offers.chosen(next, kvm)), force);
        } catch (BadInputException e) {
            String message = "the change of the variant is refused: " + e.getMessage();
            synchronized (this) {
                if (!undoing) {
                    refused.add(message);
                    undoFollows = true;
                }
            }
            throw new BadInputException(message, e);
        } finally {
            synchronized (this) {
                held--;
                // What a refused change has brought in is taken back by the undo, and no part of the machine meanwhile.
                if (reconcileAgain && !undoFollows) {
                    reconcile();
                }
            }
        }
    }

    private static BadInputException refusal(String what, BadInputException e) {
        return new BadInputException("the swap of " + what + " is refused: " + e.getMessage(), e);
    }

    private List<String> now(Variant next, Consumer<Selection.Maker> change, boolean force) {
        while (true) {
            Swap swap = prepare(next, change, force).await();
            if (swap == null) {
                return List.of();
            }
            boolean[] done = new boolean[1];
            try {
                safepoints.request(() -> {
                    try {
                        done[0] = exchange(swap);
                    } catch (RuntimeException | Error e) {
                        throw failedInExchange(e);
                    }
                });
            } catch (BadInputException e) {
                swap.abandon();
                throw e;
            }
            if (done[0]) {
                swap.dispose();
                return swap.what();
            }
            // Another swap came between: this one was prepared for parts that are no more.
            swap.abandon();
        }
    }

    private static BadInputException failedInExchange(Throwable e) {
        return e instanceof BadInputException bad
                ? bad
                : new BadInputException("it failed in its exchange with " + PartFailure.told(e), e);
    }

    private Preparation prepare(Variant next, Consumer<Selection.Maker> change, boolean force) {
        return new Preparation(() -> Swap.prepare(board, variant, next, change, force));
    }

    /** On the machine's thread, between two operations. Returns false when the swap has to be prepared again. */
    private boolean exchange(Swap swap) {
        if (!swap.current()) {
            return false;
        }
        long began = System.nanoTime();
        swap.exchange();
        long pause = System.nanoTime() - began;
        variant = swap.variant;
        synchronized (this) {
            if (!undoing) {
                pauses.add(pause);
                long executed = 0;
                for (PeContext pe : board.pes) {
                    executed += pe.pe.executed;
                }
                done.add(String.format(Locale.ROOT, "at %,d: %s", executed, String.join(", ", swap.what())));
            }
        }
        safepoints.incomplete(!board.parts.missing().isEmpty(), 0);
        tell(SwapListener.Event.SWAPPED, String.join(", ", swap.what()));
        return true;
    }

    /** Swaps at a count of operations. */
    public void at(long instructions, SwapRequest request) {
        // What is not there now is said now, apart from what an earlier swap brings in.
        if (request.name() == null || !coming.contains(request.name())) {
            try {
                Change.of(offers, board.parts, request);
            } catch (BadInputException e) {
                throw refusal(request.toString(), e);
            }
        }
        if (request.with() != null) {
            coming.add(request.with());
        }
        safepoints.at(instructions, new Due(instructions, request));
    }

    /** A swap on the schedule. Prepared when it is the next one, so that the machine need not wait for it. */
    private final class Due implements Safepoints.Action {
        private final long instructions;
        private final SwapRequest request;
        private Preparation preparation;

        Due(long instructions, SwapRequest request) {
            this.instructions = instructions;
            this.request = request;
        }

        @Override
        public void ahead() {
            if (preparation == null) {
                preparation = prepare(variant, change(request), request.force());
            }
        }

        @Override
        public void run() {
            long began = System.nanoTime();
            try {
                while (true) {
                    ahead();
                    Swap swap = preparation.await();
                    synchronized (Swaps.this) {
                        waited += System.nanoTime() - began;
                    }
                    if (swap == null || done(swap)) {
                        return;
                    }
                    preparation = null;
                    began = System.nanoTime();
                }
            } catch (BadInputException e) {
                String message =
                        String.format("the swap of %s at %d is refused: %s", request, instructions, e.getMessage());
                synchronized (Swaps.this) {
                    refused.add(message);
                }
                tell(SwapListener.Event.REFUSED, message);
            }
        }

        private boolean done(Swap swap) {
            boolean done;
            try {
                done = exchange(swap);
            } catch (RuntimeException | Error e) {
                swap.abandon();
                throw failedInExchange(e);
            }
            if (done) {
                dispose(swap);
            } else {
                swap.abandon();
            }
            return done;
        }
    }

    /** A part that goes may take its time: the machine does not wait for it. */
    private static void dispose(Swap swap) {
        Thread thread = new Thread(swap::dispose, "disposal");
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
    }

    /** An offer has come: it may take the place of an older one, or of one that has left. */
    public void added(Offer offer) {
        if (inUse(offer) != null) {
            reconcile();
        }
    }

    /** An offer has gone. When this machine uses it, the machine stands still before this returns. */
    public void removed(Offer offer) {
        Part part = inUse(offer);
        if (part != null && part.offer == offer) {
            safepoints.incomplete(true, SwapService.LIMIT_MILLISECONDS);
            reconcile();
        }
    }

    /** The part of this machine with the offer's type and name; null when there is none. */
    private Part inUse(Offer offer) {
        for (Kind kind : Kind.values()) {
            if (offer.offers(kind)) {
                for (Part part : board.parts.all(kind)) {
                    if (part.name().equals(offer.name)) {
                        return part;
                    }
                }
            }
        }
        return null;
    }

    /** How many exchanges there have been. */
    public int count() {
        synchronized (pauses) {
            return pauses.size();
        }
    }

    /** Brings the parts up to date with the offers, on a thread of its own. */
    private synchronized void reconcile() {
        reconcileAgain = true;
        if (!reconciling && held == 0) {
            reconciling = true;
            Thread thread = new Thread(this::reconcileAll, "bundles");
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            thread.start();
        }
    }

    private void reconcileAll() {
        while (true) {
            try {
                Thread.sleep(SETTLE_MILLISECONDS);
                synchronized (this) {
                    if (!reconcileAgain || held != 0) {
                        reconciling = false;
                        return;
                    }
                    reconcileAgain = false;
                }
                now(variant, maker -> Change.newest(maker, offers), false);
            } catch (BadInputException e) {
                String message = "a change of bundles is not taken over: " + e.getMessage();
                synchronized (this) {
                    refused.add(message);
                }
                tell(SwapListener.Event.REFUSED, message);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (IllegalStateException | NoClassDefFoundError e) {
                // What a part throws has become a BadInputException: this bundle itself has been stopped.
                return;
            }
            List<String> missing = board.parts.missing();
            if (!missing.isEmpty()) {
                tell(
                        SwapListener.Event.WAITING,
                        "the machine waits for " + String.join(", ", missing)
                                + ", which has left: start a bundle with it, or swap it for another");
            }
        }
    }

    private void tell(SwapListener.Event event, String message) {
        for (SwapListener listener : listeners) {
            listener.happened(machine, event, message);
        }
    }

    public SwapReport report() {
        int ahead = safepoints.scheduled();
        List<String> missing = board.parts.missing();
        synchronized (this) {
            return new SwapReport(List.copyOf(pauses), List.copyOf(done), waited, List.copyOf(refused), ahead, missing);
        }
    }
}
