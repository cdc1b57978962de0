// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.platform.Device;
import dev.spelunk.api.platform.DeviceTree;

/** The performance monitors of all PEs: deadlines for overflows, and the overflow interrupt. */
final class PmuDevice implements Device {
    /** INTID that the Base System Architecture gives the overflow interrupt (DEN 0094). */
    static final int INTID = 23;

    private static final int PPI = 1;
    private static final int FIRST_PPI = 16;
    private static final int LEVEL_HIGH = 4;

    private final DeviceContext device;
    private final MonitoredPe[] pes;

    PmuDevice(DeviceContext device) {
        this.device = device;
        pes = new MonitoredPe[device.pes().length];
        for (int i = 0; i < pes.length; i++) {
            pes[i] = new MonitoredPe(device.pes()[i]);
        }
    }

    @Override
    public long base() {
        return -1;
    }

    @Override
    public long size() {
        return 0;
    }

    @Override
    public void advance(int pe) {
        changed(pe);
    }

    @Override
    public void changed(int pe) {
        device.setLine(pe, INTID, pes[pe].update());
        waitingChanged(pe);
    }

    @Override
    public void waitingChanged(int pe) {
        device.deadline(pe, pes[pe].deadline());
    }

    @Override
    public long read(long offset, int size) {
        return 0;
    }

    @Override
    public void write(long offset, int size, long value) {
        // It has no registers on the bus.
    }

    @Override
    public void describe(DeviceTree tree) {
        if (!device.pes()[0].architecture.has("FEAT_PMUv3")) {
            return;
        }
        tree.node("pmu")
                .strings("compatible", "arm,armv8-pmuv3")
                .cells("interrupts", PPI, INTID - FIRST_PPI, LEVEL_HIGH);
    }
}
