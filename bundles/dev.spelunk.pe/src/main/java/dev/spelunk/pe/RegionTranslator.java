// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.state.PeState;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Makes classes of regions. One thread of low priority does it for all PEs, one region at a time, the hottest first; there
 * is one only while a PE has this translator. A region is given back when it has been tried out so often that the
 * virtual machine has had reason to compile it.
 */
final class RegionTranslator {
    /** Calls on a PE that is none before a region is given back. */
    private static final int TRIALS = 160;
    /** No longer than this is a region tried out. */
    private static final long TRIAL_NANOS = 200_000_000;

    private static final int TRIAL_BUDGET = 400;

    /** A region and whose it is. */
    private record Order(Regions owner, Region region) {}

    private final boolean all;
    private final PriorityQueue<Order> orders =
            new PriorityQueue<>((a, b) -> Integer.compare(b.region.heat, a.region.heat));
    private final List<Regions> owners = new ArrayList<>();
    private Thread thread;

    /** @param all whether everything is translated before it is executed, in the foreground: for tests */
    RegionTranslator(boolean all) {
        this.all = all;
    }

    boolean all() {
        return all;
    }

    synchronized void open(Regions owner) {
        owners.add(owner);
    }

    synchronized void close(Regions owner) {
        owners.remove(owner);
        orders.removeIf(o -> o.owner == owner);
        notifyAll();
    }

    /** The PEs of the machine of that one, apart from it. */
    synchronized List<Regions> others(Regions owner) {
        List<Regions> others = new ArrayList<>();
        for (Regions o : owners) {
            if (o != owner && o.sameMachine(owner)) {
                others.add(o);
            }
        }
        return others;
    }

    /** Has a region translated; it is given to {@link Regions#translated} some time. */
    synchronized void order(Regions owner, Region region) {
        orders.add(new Order(owner, region));
        if (thread == null) {
            thread = new Thread(this::work, "spelunk-translator");
            thread.setDaemon(true);
            thread.setPriority(Thread.MIN_PRIORITY);
            thread.start();
        }
        notifyAll();
    }

    private void work() {
        while (true) {
            Order order = next();
            if (order == null) {
                return;
            }
            Region made = translate(order.region, order.owner);
            if (made != null) {
                tryOut(made, order.owner);
            }
            order.owner.translated(order.region, made);
        }
    }

    /** The next order, when there is one; null, the thread being none any more, when nobody is left to order. */
    private synchronized Order next() {
        while (orders.isEmpty()) {
            if (owners.isEmpty()) {
                thread = null;
                return null;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                thread = null;
                return null;
            }
        }
        return orders.remove();
    }

    /** The region with its code, or a part of it that is not too large; null when there is none. */
    Region translate(Region wanted, Regions owner) {
        Region region = wanted;
        byte[] file = new RegionEmitter(region, owner.features()).emit();
        while (file == null && region.blocks.length > 1) {
            region = region.half();
            file = new RegionEmitter(region, owner.features()).emit();
        }
        if (file == null) {
            return null;
        }
        try {
            Class<?> made = MethodHandles.lookup().defineHiddenClass(file, true).lookupClass();
            region.code = (RegionCode) made.getDeclaredConstructor().newInstance();
            region.size = file.length;
            return region;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs it on registers and memory that are nobody's. */
    private static void tryOut(Region region, Regions owner) {
        RegionFrame frame = owner.scratch();
        PeState pe = frame.pe;
        byte[] ram = new byte[8192];
        long[] entries = SoftwareTlb.onePage();
        long end = System.nanoTime() + TRIAL_NANOS;
        int seed = 1;
        for (int i = 0; i < TRIALS && System.nanoTime() < end; i++) {
            for (int r = 0; r < PeState.ZERO; r++) {
                seed = seed * 1103515245 + 12345;
                pe.x[r] = seed >>> 20;
            }
            pe.x[PeState.SP] = 2048;
            Arrays.fill(ram, 0, 4096, (byte) (seed >>> 16));
            int entry = i % region.entries.length;
            region.code.run(frame, pe.x, pe.v, ram, entries, entries, entry, TRIAL_BUDGET, seed >>> 12 & 15);
        }
    }
}
