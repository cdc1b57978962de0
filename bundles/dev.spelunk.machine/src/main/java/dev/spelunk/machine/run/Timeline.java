// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import dev.spelunk.api.platform.Device;
import dev.spelunk.machine.board.BoardWiring;

/** What happens at times of its own: of devices, and of the hypervisor's host. */
final class Timeline {
    private final BoardWiring board;

    Timeline(BoardWiring board) {
        this.board = board;
    }

    /** Virtual time of a PE in cycles at which {@link #advance} must be called; Long.MAX_VALUE for never. */
    long next(int pe) {
        return board.vm == null ? devices(pe) : Math.min(devices(pe), board.vm.deadline(pe));
    }

    /** The same, of the devices alone. */
    long devices(int pe) {
        long due = Long.MAX_VALUE;
        for (Device device : board.devices) {
            due = Math.min(due, device.deadline(pe));
        }
        return due;
    }

    /** Lets everybody do what is due. */
    void advance(int pe) {
        for (Device device : board.devices) {
            device.advance(pe);
        }
        if (board.vm != null) {
            board.vm.advance(pe);
        }
    }
}
