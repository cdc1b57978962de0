// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import dev.spelunk.api.platform.GuestMemory;
import java.util.ArrayList;
import java.util.List;

/** A driver of the device in one slot, as a guest has it. Each of its queues has 8 entries in a page of its own. */
final class Driver {
    static final int SIZE = 8;
    private static final long QUEUES = Bench.RAM + 0x1000;
    private static final int PAGE = 0x1000;
    private static final int AVAILABLE = 0x400;
    private static final int USED = 0x800;
    private static final int NEXT = 1;
    private static final int WRITE = 2;

    final Bench bench;
    final int slot;
    private final long queues;
    private final int[] descriptors = new int[16];
    private final int[] available = new int[16];

    /** A buffer of a chain. */
    record Buffer(long address, long length, boolean write) {
        static Buffer toDevice(long address, long length) {
            return new Buffer(address, length, false);
        }

        static Buffer fromDevice(long address, long length) {
            return new Buffer(address, length, true);
        }
    }

    /** What the device gave back. */
    record Used(int head, long written) {}

    Driver(Bench bench, int slot) {
        this.bench = bench;
        this.slot = slot;
        queues = QUEUES + (long) slot * 16 * PAGE;
    }

    long register(int offset) {
        return bench.read(slot, offset);
    }

    void register(int offset, long value) {
        bench.write(slot, offset, value);
    }

    int status() {
        return (int) register(MmioTransport.STATUS);
    }

    boolean needsReset() {
        return (status() & MmioTransport.DEVICE_NEEDS_RESET) != 0;
    }

    long offered() {
        register(MmioTransport.DEVICE_FEATURES_SEL, 0);
        long low = register(MmioTransport.DEVICE_FEATURES);
        register(MmioTransport.DEVICE_FEATURES_SEL, 1);
        return low | register(MmioTransport.DEVICE_FEATURES) << 32;
    }

    /** Resets the device and negotiates; leaves FEATURES_OK as the device wants it. */
    void negotiate(long features) {
        register(MmioTransport.STATUS, 0);
        register(MmioTransport.STATUS, MmioTransport.ACKNOWLEDGE | MmioTransport.DRIVER);
        register(MmioTransport.DRIVER_FEATURES_SEL, 0);
        register(MmioTransport.DRIVER_FEATURES, features & 0xFFFF_FFFFL);
        register(MmioTransport.DRIVER_FEATURES_SEL, 1);
        register(MmioTransport.DRIVER_FEATURES, features >>> 32);
        register(MmioTransport.STATUS, MmioTransport.ACKNOWLEDGE | MmioTransport.DRIVER | MmioTransport.FEATURES_OK);
    }

    /** Brings the device up with these features beside VERSION_1 and queues 0 to count - 1. */
    Driver up(long features, int count) {
        negotiate(features | MmioTransport.F_VERSION_1);
        for (int queue = 0; queue < count; queue++) {
            queue(queue);
        }
        go();
        return this;
    }

    void go() {
        register(
                MmioTransport.STATUS,
                MmioTransport.ACKNOWLEDGE | MmioTransport.DRIVER | MmioTransport.FEATURES_OK | MmioTransport.DRIVER_OK);
    }

    /** Makes a queue with empty rings. */
    void queue(int queue) {
        descriptors[queue] = 0;
        available[queue] = 0;
        for (long at = table(queue); at < table(queue) + PAGE; at += 8) {
            memory().write(at, 8, 0);
        }
        register(MmioTransport.QUEUE_SEL, queue);
        register(MmioTransport.QUEUE_NUM, SIZE);
        register(MmioTransport.QUEUE_DESC_LOW, table(queue));
        register(MmioTransport.QUEUE_DESC_HIGH, 0);
        register(MmioTransport.QUEUE_DRIVER_LOW, table(queue) + AVAILABLE);
        register(MmioTransport.QUEUE_DRIVER_HIGH, 0);
        register(MmioTransport.QUEUE_DEVICE_LOW, table(queue) + USED);
        register(MmioTransport.QUEUE_DEVICE_HIGH, 0);
        register(MmioTransport.QUEUE_READY, 1);
    }

    GuestMemory memory() {
        return bench.memory;
    }

    long table(int queue) {
        return queues + (long) queue * PAGE;
    }

    void descriptor(long table, int index, long address, long length, int flags, int next) {
        memory().write(table + 16L * index, 8, address);
        memory().write(table + 16L * index + 8, 4, length);
        memory().write(table + 16L * index + 12, 2, flags);
        memory().write(table + 16L * index + 14, 2, next);
    }

    /** Writes a chain to a table from an index on. */
    void chain(long table, int first, Buffer... buffers) {
        for (int i = 0; i < buffers.length; i++) {
            boolean last = i == buffers.length - 1;
            descriptor(
                    table,
                    (first + i) % SIZE,
                    buffers[i].address,
                    buffers[i].length,
                    (buffers[i].write ? WRITE : 0) | (last ? 0 : NEXT),
                    last ? 0 : (first + i + 1) % SIZE);
        }
    }

    /** Makes a chain available, without notification; returns its head. */
    int add(int queue, Buffer... buffers) {
        int head = descriptors[queue];
        chain(table(queue), head, buffers);
        descriptors[queue] = (head + buffers.length) % SIZE;
        offer(queue, head);
        return head;
    }

    /** Puts a head into the available ring. */
    void offer(int queue, int head) {
        memory().write(table(queue) + AVAILABLE + 4 + 2L * (available[queue] % SIZE), 2, head);
        available[queue]++;
        memory().write(table(queue) + AVAILABLE + 2, 2, available[queue]);
    }

    void notify(int queue) {
        register(MmioTransport.QUEUE_NOTIFY, queue);
    }

    /** Makes a chain available and notifies; returns what came back for it. */
    Used transfer(int queue, Buffer... buffers) {
        int before = usedIndex(queue);
        add(queue, buffers);
        notify(queue);
        if (usedIndex(queue) != (before + 1 & 0xFFFF)) {
            throw new AssertionError("the device did not give the chain back");
        }
        return used(queue, before);
    }

    int usedIndex(int queue) {
        return (int) memory().read(table(queue) + USED + 2, 2);
    }

    Used used(int queue, int index) {
        long entry = table(queue) + USED + 4 + 8L * (index % SIZE);
        return new Used((int) memory().read(entry, 4), memory().read(entry + 4, 4));
    }

    void flags(int queue, int value) {
        memory().write(table(queue) + AVAILABLE, 2, value);
    }

    void usedEvent(int queue, int value) {
        memory().write(table(queue) + AVAILABLE + 4 + 2 * SIZE, 2, value);
    }

    int availableEvent(int queue) {
        return (int) memory().read(table(queue) + USED + 4 + 8 * SIZE, 2);
    }

    void availableIndex(int queue, int value) {
        memory().write(table(queue) + AVAILABLE + 2, 2, value);
    }

    void acknowledge() {
        register(MmioTransport.INTERRUPT_ACK, register(MmioTransport.INTERRUPT_STATUS));
    }

    byte[] bytes(long address, int length) {
        byte[] bytes = new byte[length];
        memory().read(address, bytes, 0, length);
        return bytes;
    }

    /** Used entries from an index on. */
    List<Used> usedFrom(int queue, int index) {
        List<Used> all = new ArrayList<>();
        for (int i = index; i != usedIndex(queue); i++) {
            all.add(used(queue, i));
        }
        return all;
    }
}
