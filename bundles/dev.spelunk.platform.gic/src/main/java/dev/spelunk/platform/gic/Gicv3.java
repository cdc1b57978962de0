// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.fields.ICC_SGInR_EL1;
import dev.spelunk.api.registers.fields.MPIDR_EL1;
import dev.spelunk.api.state.BusTarget;
import dev.spelunk.api.state.StateBlock;

/**
 * One GICv3 distributor with its redistributors and one Security state (GICD_CTLR.DS = 1); Group 1
 * interrupts are delivered, no LPIs (IHI 0069, 12.9 to 12.11).
 */
final class Gicv3 implements InterruptDistributor {
    static final long ENABLE_GROUP1 = 2;

    private static final int FIRST_PPI = 16;
    private static final int LOWEST_PRIORITY = 0x100;

    final InterruptState state;
    final long[] affinities;
    private final Output output;
    private final BusTarget distributor;
    private final BusTarget redistributors;

    Gicv3(StateBlock block, long[] affinities, Output output) {
        state = new InterruptState(block);
        this.affinities = affinities.clone();
        this.output = output;
        distributor = new DistributorRegisters(this);
        redistributors = new RedistributorRegisters(this);
    }

    void changed(int pe, int intid) {
        if (intid < InterruptState.PRIVATE) {
            output.changed(pe);
        } else {
            changed();
        }
    }

    void changed() {
        for (int pe = 0; pe < affinities.length; pe++) {
            output.changed(pe);
        }
    }

    @Override
    public BusTarget distributor() {
        return distributor;
    }

    @Override
    public BusTarget redistributors() {
        return redistributors;
    }

    @Override
    public void setLine(int pe, int intid, boolean level) {
        boolean was = state.get(InterruptState.LINE, pe, intid);
        if (was == level) {
            return;
        }
        state.set(InterruptState.LINE, pe, intid, level);
        if (level && state.get(InterruptState.EDGE, pe, intid)) {
            state.set(InterruptState.LATCHED, pe, intid, true);
        }
        changed(pe, intid);
    }

    @Override
    public int highestPending(int pe) {
        if ((state.control() & ENABLE_GROUP1) == 0) {
            return SPURIOUS;
        }
        int best = SPURIOUS;
        int bestPriority = LOWEST_PRIORITY;
        for (int first = 0; first < InterruptState.INTIDS; first += first == 0 ? 32 : 64) {
            for (long bits = state.candidates(pe, first) & ~state.active(pe, first); bits != 0; bits &= bits - 1) {
                int intid = first + Long.numberOfTrailingZeros(bits);
                int priority = state.priority(pe, intid);
                if (priority < bestPriority && targets(pe, intid)) {
                    best = intid;
                    bestPriority = priority;
                }
            }
        }
        return best;
    }

    @Override
    public int pending(int pe, int[] intids) {
        int n = 0;
        for (int first = 0; first < InterruptState.INTIDS; first += first == 0 ? 32 : 64) {
            long enabledPending = (state.control() & ENABLE_GROUP1) == 0 ? 0 : state.candidates(pe, first);
            for (long bits = enabledPending | state.active(pe, first); bits != 0; bits &= bits - 1) {
                int intid = first + Long.numberOfTrailingZeros(bits);
                if (targets(pe, intid)) {
                    n = insert(pe, intids, n, intid);
                }
            }
        }
        return n;
    }

    /** Keeps the array sorted by priority, then INTID; the lowest falls off when it is full. */
    private int insert(int pe, int[] intids, int n, int intid) {
        int priority = state.priority(pe, intid);
        int at = n;
        while (at > 0 && state.priority(pe, intids[at - 1]) > priority) {
            at--;
        }
        if (at >= intids.length) {
            return n;
        }
        int kept = Math.min(n, intids.length - 1);
        System.arraycopy(intids, at, intids, at + 1, kept - at);
        intids[at] = intid;
        return kept + 1;
    }

    /** Whether an interrupt goes to that PE: its own, or an SPI routed to it. */
    private boolean targets(int pe, int intid) {
        return intid < InterruptState.PRIVATE || state.router(intid) == (affinities[pe] & MPIDR_EL1.AFFINITY);
    }

    @Override
    public int priority(int pe, int intid) {
        return state.priority(pe, intid);
    }

    @Override
    public boolean isPending(int pe, int intid) {
        return state.pending(pe, intid);
    }

    @Override
    public boolean isActive(int pe, int intid) {
        return state.get(InterruptState.ACTIVE, pe, intid);
    }

    @Override
    public boolean isLevel(int pe, int intid) {
        return intid >= FIRST_PPI && !state.get(InterruptState.EDGE, pe, intid);
    }

    @Override
    public boolean isEnabled(int pe, int intid) {
        return state.get(InterruptState.ENABLED, pe, intid);
    }

    @Override
    public boolean line(int pe, int intid) {
        return state.get(InterruptState.LINE, pe, intid);
    }

    @Override
    public void acknowledge(int pe, int intid) {
        state.set(InterruptState.LATCHED, pe, intid, false);
        state.set(InterruptState.ACTIVE, pe, intid, true);
        changed(pe, intid);
    }

    @Override
    public void setActive(int pe, int intid, boolean active) {
        state.set(InterruptState.ACTIVE, pe, intid, active);
        changed(pe, intid);
    }

    @Override
    public void setPending(int pe, int intid, boolean pending) {
        state.set(InterruptState.LATCHED, pe, intid, pending);
        changed(pe, intid);
    }

    @Override
    public void softwareGenerated(int fromPe, long icc) {
        int intid = (int) Field.valueIn(icc, ICC_SGInR_EL1.INTID);
        boolean others = (icc & ICC_SGInR_EL1.IRM) != 0;
        long aff3 = Field.valueIn(icc, ICC_SGInR_EL1.Aff3);
        long aff2 = Field.valueIn(icc, ICC_SGInR_EL1.Aff2);
        long aff1 = Field.valueIn(icc, ICC_SGInR_EL1.Aff1);
        long range = Field.valueIn(icc, ICC_SGInR_EL1.RS);
        for (int pe = 0; pe < affinities.length; pe++) {
            long a = affinities[pe];
            boolean hit;
            if (others) {
                hit = pe != fromPe;
            } else {
                long aff0 = Field.valueIn(a, MPIDR_EL1.Aff0);
                hit = Field.valueIn(a, MPIDR_EL1.Aff3) == aff3
                        && Field.valueIn(a, MPIDR_EL1.Aff2) == aff2
                        && Field.valueIn(a, MPIDR_EL1.Aff1) == aff1
                        && aff0 / 16 == range
                        && (icc >>> (aff0 & 15) & 1) != 0;
            }
            // ICC_SGI1R_EL1 generates only what the target has in Group 1.
            if (hit && !state.get(InterruptState.GROUP0, pe, intid)) {
                setPending(pe, intid, true);
            }
        }
    }
}
