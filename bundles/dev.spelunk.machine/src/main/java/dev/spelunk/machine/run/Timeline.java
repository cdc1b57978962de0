// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import dev.spelunk.api.platform.Device;
import dev.spelunk.api.state.PeState;
import dev.spelunk.machine.board.BoardWiring;
import java.util.Arrays;

/** What happens at times of its own: of devices, and of the hypervisor's host. */
final class Timeline {
    private static final int RUNS = 0;
    private static final int WAITS = 1;
    private static final int WAITS_FOR_EVENT = 2;
    private static final int UNKNOWN = -1;

    private final BoardWiring board;
    /** What the devices know of each PE. */
    private final int[] told;

    Timeline(BoardWiring board) {
        this.board = board;
        told = new int[board.pes.length];
        invalidate();
    }

    /** The devices are told anew of PEs that wait. */
    void invalidate() {
        Arrays.fill(told, UNKNOWN);
    }

    /** Virtual time of a PE in cycles at which {@link #advance} must be called; Long.MAX_VALUE for never. */
    long next(int pe) {
        return board.vm == null ? devices(pe) : Math.min(devices(pe), board.vm.deadline(pe));
    }

    /** The same, of the devices alone. */
    long devices(int pe) {
        PeState state = board.pes[pe].pe;
        int waits = !state.waiting ? RUNS : state.waitingForEvent ? WAITS_FOR_EVENT : WAITS;
        if (waits != told[pe]) {
            told[pe] = waits;
            for (Device device : board.devices) {
                device.waitingChanged(pe);
            }
        }
        return board.deadlines.next(pe);
    }

    /** Lets the first of those do what is due for whom something is. */
    void advance(int pe) {
        if (board.deadlines.next(pe) <= board.pes[pe].pe.cycles()) {
            board.devices.get(board.deadlines.first(pe)).advance(pe);
        } else if (board.vm != null) {
            board.vm.advance(pe);
        }
    }

    /** Lets everybody look at the time: it passed while the PE waited, or what deadlines are derived from has changed. */
    void advanceAll(int pe) {
        for (Device device : board.devices) {
            device.advance(pe);
        }
        if (board.vm != null) {
            board.vm.advance(pe);
        }
    }
}
