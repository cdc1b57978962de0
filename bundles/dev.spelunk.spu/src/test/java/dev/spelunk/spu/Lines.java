// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.state.BusTarget;
import java.util.Map;
import java.util.TreeMap;

/** Input lines of an interrupt controller and nothing behind them. */
final class Lines implements InterruptDistributor {
    private final Map<Integer, Boolean> lines = new TreeMap<>();

    @Override
    public void setLine(int pe, int intid, boolean level) {
        lines.put(intid, level);
    }

    @Override
    public boolean line(int pe, int intid) {
        return lines.getOrDefault(intid, false);
    }

    @Override
    public BusTarget distributor() {
        throw new AssertionError();
    }

    @Override
    public BusTarget redistributors() {
        throw new AssertionError();
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
    public void acknowledge(int pe, int intid) {}

    @Override
    public void setActive(int pe, int intid, boolean active) {}

    @Override
    public void setPending(int pe, int intid, boolean pending) {}

    @Override
    public void softwareGenerated(int fromPe, long icc) {}
}
