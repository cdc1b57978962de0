// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.testkit;

import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.state.BusTarget;
import java.util.Map;
import java.util.TreeMap;

/** Input lines of an interrupt controller and nothing behind them: no interrupt is enabled, pending or active. */
public final class InterruptLines implements InterruptDistributor {
    private final Map<Integer, Boolean> lines = new TreeMap<>();

    private static int key(int pe, int intid) {
        return intid < 32 ? pe << 16 | intid : intid;
    }

    @Override
    public void setLine(int pe, int intid, boolean level) {
        lines.put(key(pe, intid), level);
    }

    @Override
    public boolean line(int pe, int intid) {
        return lines.getOrDefault(key(pe, intid), false);
    }

    @Override
    public BusTarget distributor() {
        throw new AssertionError("there are lines and no distributor");
    }

    @Override
    public BusTarget redistributors() {
        throw new AssertionError("there are lines and no redistributors");
    }

    @Override
    public int highestPending(int pe) {
        return SPURIOUS;
    }

    @Override
    public int pending(int pe, int[] intids) {
        return 0;
    }

    @Override
    public int priority(int pe, int intid) {
        return 0;
    }

    @Override
    public boolean isPending(int pe, int intid) {
        return false;
    }

    @Override
    public boolean isActive(int pe, int intid) {
        return false;
    }

    @Override
    public boolean isLevel(int pe, int intid) {
        return true;
    }

    @Override
    public boolean isEnabled(int pe, int intid) {
        return false;
    }

    @Override
    public void acknowledge(int pe, int intid) {
        throw new AssertionError("nothing is pending");
    }

    @Override
    public void setActive(int pe, int intid, boolean active) {
        throw new AssertionError("there are lines and no states");
    }

    @Override
    public void setPending(int pe, int intid, boolean pending) {
        throw new AssertionError("there are lines and no states");
    }

    @Override
    public void softwareGenerated(int fromPe, long icc) {
        throw new AssertionError("there are lines and no SGIs");
    }
}
