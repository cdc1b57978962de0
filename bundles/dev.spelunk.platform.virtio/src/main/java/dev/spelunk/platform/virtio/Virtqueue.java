// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import dev.spelunk.api.platform.GuestMemory;
import dev.spelunk.api.state.StateBlock;

/**
 * The device's side of one split virtqueue (virtio 1.2, 2.7). Whatever the rings say, the device looks at no more
 * chains than the queue has entries before it returns, and reaches nothing but the guest's memory.
 */
final class Virtqueue {
    /** Words of its state. */
    static final int SIZE = 0;

    static final int DESCRIPTORS = 1;
    static final int AVAILABLE = 2;
    static final int USED = 3;
    private static final int READY = 4;
    /** Index in the available ring of the next chain to take. */
    private static final int TAKEN = 5;
    /** Index in the used ring of the next chain to return. */
    private static final int RETURNED = 6;
    /** {@link #RETURNED} when the driver was last told, or was found not to want to be. */
    private static final int TOLD = 7;

    static final int WORDS = 8;

    static final int DESCRIPTOR_SIZE = 16;
    private static final int RING_INDEX = 2;
    private static final int RING = 4;
    private static final int USED_ENTRY = 8;
    private static final int NO_INTERRUPT = 1;
    private static final int INDEX_MASK = 0xFFFF;

    private final StateBlock state;
    private final int first;
    private final MmioTransport transport;

    Virtqueue(StateBlock state, int first, MmioTransport transport) {
        this.state = state;
        this.first = first;
        this.transport = transport;
    }

    private long get(int word) {
        return state.words[first + word];
    }

    void set(int word, long value) {
        state.words[first + word] = value;
    }

    void setLow(int word, long value) {
        set(word, get(word) & ~0xFFFF_FFFFL | value);
    }

    void setHigh(int word, long value) {
        set(word, get(word) & 0xFFFF_FFFFL | value << Integer.SIZE);
    }

    /** The words have been cleared. */
    void reset() {
        set(SIZE, transport.queueSize());
    }

    boolean ready() {
        return get(READY) != 0;
    }

    int size() {
        return (int) get(SIZE);
    }

    /** A write to QueueReady. */
    void ready(boolean value) {
        if (value && !ready()) {
            check();
            set(TAKEN, 0);
            set(RETURNED, 0);
            set(TOLD, 0);
        }
        set(READY, value ? 1 : 0);
    }

    private void check() {
        long size = get(SIZE);
        if (size == 0 || size > transport.queueSize() || (size & size - 1) != 0) {
            throw new MalformedQueueException("queue size");
        }
        area(get(DESCRIPTORS), DESCRIPTOR_SIZE, DESCRIPTOR_SIZE * size);
        area(get(AVAILABLE), 2, RING + 2 * size + 2);
        area(get(USED), 4, RING + USED_ENTRY * size + 2);
    }

    private void area(long address, int alignment, long bytes) {
        if (address % alignment != 0 || !transport.memory().contains(address, bytes)) {
            throw new MalformedQueueException("address of a queue area");
        }
    }

    /** How many chains the driver has made available, 0 to the queue's size. */
    int available() {
        int count = (int) (transport.memory().read(get(AVAILABLE) + RING_INDEX, 2) - get(TAKEN)) & INDEX_MASK;
        if (count > size()) {
            throw new MalformedQueueException("index of the available ring");
        }
        if (count == 0 && transport.accepted(MmioTransport.F_EVENT_IDX)) {
            // The device wants to hear of the next one (2.7.10).
            transport.memory().write(get(USED) + RING + (long) USED_ENTRY * size(), 2, get(TAKEN));
        }
        return count;
    }

    /** Takes the next chain, of which {@link #available} has told. It is the same object for each chain of the device. */
    DescriptorChain take() {
        GuestMemory memory = transport.memory();
        long entry = get(TAKEN) & size() - 1;
        int head = (int) memory.read(get(AVAILABLE) + RING + 2 * entry, 2);
        set(TAKEN, get(TAKEN) + 1 & INDEX_MASK);
        DescriptorChain chain = transport.chain();
        chain.follow(get(DESCRIPTORS), size(), head);
        return chain;
    }

    /** Gives the chain back, with so many bytes written into it. */
    void giveBack(DescriptorChain used, long written) {
        GuestMemory memory = transport.memory();
        long entry = get(USED) + RING + USED_ENTRY * (get(RETURNED) & size() - 1);
        memory.write(entry, 4, used.head());
        memory.write(entry + 4, 4, written);
        set(RETURNED, get(RETURNED) + 1 & INDEX_MASK);
        memory.write(get(USED) + RING_INDEX, 2, get(RETURNED));
    }

    /** The device has done what it can: asks for a notification of more, and tells the driver what it has used. */
    void done() {
        available();
        long before = get(TOLD);
        long now = get(RETURNED);
        if (now == before) {
            return;
        }
        set(TOLD, now);
        if (wantsInterrupt(before, now)) {
            transport.interrupt(MmioTransport.USED_BUFFER);
        }
    }

    private boolean wantsInterrupt(long before, long now) {
        GuestMemory memory = transport.memory();
        if (!transport.accepted(MmioTransport.F_EVENT_IDX)) {
            return (memory.read(get(AVAILABLE), 2) & NO_INTERRUPT) == 0;
        }
        long event = memory.read(get(AVAILABLE) + RING + 2L * size(), 2);
        return (now - event - 1 & INDEX_MASK) < (now - before & INDEX_MASK);
    }
}
