// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

import java.util.Arrays;

/** Regions of devices by address: the physical bus of a machine, or what a VM's user space emulates. */
public final class Bus implements BusTarget {
    private long[] bases = new long[0];
    private long[] sizes = new long[0];
    private BusTarget[] targets = new BusTarget[0];
    /** Is told of every access; null for nobody. */
    private BusListener listener;

    /** Sets who is told of every access; null for nobody. */
    public void listener(BusListener told) {
        listener = told;
    }

    /**
     * Adds a region.
     *
     * @throws IllegalArgumentException when it overlaps another
     */
    public void add(long base, long size, BusTarget target) {
        for (int i = 0; i < bases.length; i++) {
            if (Long.compareUnsigned(base, bases[i] + sizes[i]) < 0
                    && Long.compareUnsigned(bases[i], base + size) < 0) {
                throw new IllegalArgumentException(
                        String.format("the region 0x%x+0x%x overlaps 0x%x+0x%x", base, size, bases[i], sizes[i]));
            }
        }
        int n = bases.length;
        bases = Arrays.copyOf(bases, n + 1);
        sizes = Arrays.copyOf(sizes, n + 1);
        targets = Arrays.copyOf(targets, n + 1);
        bases[n] = base;
        sizes[n] = size;
        targets[n] = target;
    }

    /** Replaces a target by another one at the same place. */
    public void replace(BusTarget old, BusTarget with) {
        for (int i = 0; i < targets.length; i++) {
            if (targets[i] == old) {
                targets[i] = with;
            }
        }
    }

    /** Whether a region holds the address. */
    public boolean contains(long address) {
        return find(address) >= 0;
    }

    @Override
    public long read(long address, int size) {
        if (listener == null) {
            return readTarget(address, size);
        }
        try {
            long value = readTarget(address, size);
            listener.read(address, size, value);
            return value;
        } catch (BusAbort e) {
            listener.aborted(address, size, false);
            throw e;
        }
    }

    private long readTarget(long address, int size) {
        int i = find(address);
        if (i < 0) {
            throw BusAbort.INSTANCE;
        }
        return targets[i].read(address - bases[i], size);
    }

    @Override
    public void write(long address, int size, long value) {
        if (listener == null) {
            writeTarget(address, size, value);
            return;
        }
        listener.written(address, size, value);
        try {
            writeTarget(address, size, value);
        } catch (BusAbort e) {
            listener.aborted(address, size, true);
            throw e;
        }
    }

    private void writeTarget(long address, int size, long value) {
        int i = find(address);
        if (i < 0) {
            throw BusAbort.INSTANCE;
        }
        targets[i].write(address - bases[i], size, value);
    }

    private int find(long address) {
        for (int i = 0; i < bases.length; i++) {
            if (Long.compareUnsigned(address - bases[i], sizes[i]) < 0) {
                return i;
            }
        }
        return -1;
    }
}
