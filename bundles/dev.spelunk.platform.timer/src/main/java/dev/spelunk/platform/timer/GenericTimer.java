// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.platform.Device;
import dev.spelunk.api.platform.DeviceTree;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.wiring.PeContext;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The interrupts and event streams of the generic timers of all PEs. All state is in system registers; what is
 * kept here is derived from them in {@link #advance}, which the run loop calls after each change of a register.
 */
final class GenericTimer implements Device {
    private static final Timer[] TIMERS = Timer.values();
    private static final int PPI = 1;
    private static final int LEVEL_HIGH = 4;
    private static final int FIRST_PPI = 16;
    /** PPI of the Secure EL1 physical timer, which the node must name first. */
    private static final int SECURE_PHYSICAL = 13;

    private final DeviceContext device;
    private final PeContext[] pes;
    /** Next change of a line for each PE. */
    private final long[] lineChange;
    /** HCR_EL2 on which {@link #lineChange} relies where there is a physical offset. */
    private final long[] hypervisorControl;
    /** The event for which a PE waits. */
    private final long[] event;

    private final boolean physicalOffset;

    GenericTimer(DeviceContext device) {
        this.device = device;
        pes = device.pes();
        lineChange = new long[pes.length];
        hypervisorControl = new long[pes.length];
        event = new long[pes.length];
        Arrays.fill(event, Long.MAX_VALUE);
        physicalOffset = pes[0].architecture.has("FEAT_ECV_POFF");
        for (int pe = 0; pe < pes.length; pe++) {
            device.deadline(pe, 0);
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
    public void waitingChanged(int pe) {
        PeContext c = pes[pe];
        event[pe] = c.pe.waiting && c.pe.waitingForEvent ? EventStream.next(c) : Long.MAX_VALUE;
        say(pe);
    }

    @Override
    public void changed(int pe) {
        if (physicalOffset && pes[pe].register(SystemRegister.HCR_EL2) != hypervisorControl[pe]) {
            advance(pe);
        }
    }

    private void say(int pe) {
        device.deadline(pe, Math.min(lineChange[pe], event[pe]));
    }

    @Override
    public void advance(int pe) {
        PeContext c = pes[pe];
        // An event is seen by a PE that waits for one; one that does not wait goes on to its next WFE without it.
        if (c.pe.waiting && c.pe.waitingForEvent && event[pe] <= c.pe.cycles()) {
            c.pe.waiting = false;
            event[pe] = Long.MAX_VALUE;
        }
        hypervisorControl[pe] = c.register(SystemRegister.HCR_EL2);
        long next = Long.MAX_VALUE;
        for (Timer timer : TIMERS) {
            device.setLine(pe, timer.intid, timer.asserted(c));
            next = Math.min(next, timer.nextChange(c));
        }
        lineChange[pe] = next;
        say(pe);
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
        // The EL2 virtual timer is told to those who have it: an entry at EL2, and FEAT_VHE.
        boolean host = device.entryEl() == 2 && pes[0].architecture.has("FEAT_VHE");
        IntStream ppis = IntStream.of(
                SECURE_PHYSICAL,
                Timer.CNTP.intid - FIRST_PPI,
                Timer.CNTV.intid - FIRST_PPI,
                Timer.CNTHP.intid - FIRST_PPI);
        if (host) {
            ppis = IntStream.concat(ppis, IntStream.of(Timer.CNTHV.intid - FIRST_PPI));
        }
        tree.node("timer")
                .strings("compatible", "arm,armv8-timer")
                .cells(
                        "interrupts",
                        ppis.flatMap(ppi -> IntStream.of(PPI, ppi, LEVEL_HIGH)).toArray())
                .flag("always-on");
    }
}
