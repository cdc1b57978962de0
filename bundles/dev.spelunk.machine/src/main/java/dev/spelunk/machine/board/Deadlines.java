// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import java.util.Arrays;

/**
 * When the devices of a board must be told of the time: for each PE, whose virtual time is its own, one queue in the
 * order of the deadlines that the devices say, those of one time in the order of the devices. All of it is derived: after
 * a restore and a swap the devices say it again.
 */
public final class Deadlines {
    /** Deadlines by PE and device. */
    private final long[][] due;
    /** Devices by PE and place in its queue. */
    private final int[][] queue;

    /** @param pes number of PEs */
    Deadlines(int pes) {
        due = new long[pes][0];
        queue = new int[pes][0];
    }

    /**
     * Sets a device's deadline for a PE, in place of the one before; there was none at first.
     *
     * @param device its place among the devices of the board
     */
    public void set(int device, int pe, long cycles) {
        while (device >= due[pe].length) {
            grow(pe);
        }
        long[] times = due[pe];
        if (times[device] == cycles) {
            return;
        }
        int[] order = queue[pe];
        int place = 0;
        while (order[place] != device) {
            place++;
        }
        times[device] = cycles;
        for (; place > 0 && before(times, device, order[place - 1]); place--) {
            order[place] = order[place - 1];
        }
        for (; place + 1 < order.length && before(times, order[place + 1], device); place++) {
            order[place] = order[place + 1];
        }
        order[place] = device;
    }

    private void grow(int pe) {
        int device = due[pe].length;
        due[pe] = Arrays.copyOf(due[pe], device + 1);
        due[pe][device] = Long.MAX_VALUE;
        queue[pe] = Arrays.copyOf(queue[pe], device + 1);
        queue[pe][device] = device;
    }

    /** A device has no deadline for any PE. */
    void clear(int device) {
        for (int pe = 0; pe < due.length; pe++) {
            set(device, pe, Long.MAX_VALUE);
        }
    }

    private static boolean before(long[] times, int device, int other) {
        return times[device] < times[other] || times[device] == times[other] && device < other;
    }

    /** The earliest deadline for a PE; Long.MAX_VALUE when there is none. */
    public long next(int pe) {
        return queue[pe].length == 0 ? Long.MAX_VALUE : due[pe][queue[pe][0]];
    }

    /** The device that has it; only where there is one. */
    public int first(int pe) {
        return queue[pe][0];
    }
}
