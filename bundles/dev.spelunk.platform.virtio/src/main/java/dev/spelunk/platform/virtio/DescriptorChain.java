// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import dev.spelunk.api.platform.GuestMemory;

/**
 * The buffers of one chain of descriptors (virtio 1.2, 2.7.5): first those that the device reads, then those that it
 * writes, each as one sequence of bytes whatever descriptors it is made of.
 */
final class DescriptorChain {
    /** Most descriptors of an indirect table; QEMU takes as many. */
    static final int LARGEST_TABLE = 1024;
    /** Most bytes that a device reads from one chain, so that no notification takes long. */
    static final int LARGEST_READABLE = (4 << 20) + 4096;

    private static final int NEXT = 1;
    private static final int WRITE = 2;
    private static final int INDIRECT = 4;

    private final MmioTransport transport;
    private final long[] addresses = new long[LARGEST_TABLE];
    private final long[] lengths = new long[LARGEST_TABLE];
    private int head;
    private int count;
    private int firstWritable;
    private long readable;
    private long writable;
    private int readSegment;
    private long readOffset;

    DescriptorChain(MmioTransport transport) {
        this.transport = transport;
    }

    /** Collects the buffers of a chain of a table of so many descriptors. */
    void follow(long table, int size, int first) {
        head = first;
        count = 0;
        firstWritable = 0;
        readable = 0;
        writable = 0;
        readSegment = 0;
        readOffset = 0;
        if (first >= size) {
            throw new MalformedQueueException("head of a chain");
        }
        GuestMemory memory = transport.memory();
        long descriptor = table + (long) Virtqueue.DESCRIPTOR_SIZE * first;
        int flags = (int) memory.read(descriptor + 12, 2);
        if ((flags & INDIRECT) == 0) {
            walk(table, size, first);
            return;
        }
        long length = memory.read(descriptor + 8, 4);
        long address = memory.read(descriptor, 8);
        if (!transport.accepted(MmioTransport.F_INDIRECT_DESC)
                || (flags & NEXT) != 0
                || length == 0
                || length % Virtqueue.DESCRIPTOR_SIZE != 0
                || length > (long) LARGEST_TABLE * Virtqueue.DESCRIPTOR_SIZE
                || !memory.contains(address, length)) {
            throw new MalformedQueueException("indirect table");
        }
        walk(address, (int) length / Virtqueue.DESCRIPTOR_SIZE, 0);
    }

    private void walk(long table, int size, int first) {
        GuestMemory memory = transport.memory();
        int index = first;
        for (int steps = 0; steps < size; steps++) {
            long descriptor = table + (long) Virtqueue.DESCRIPTOR_SIZE * index;
            int flags = (int) memory.read(descriptor + 12, 2);
            if ((flags & INDIRECT) != 0) {
                throw new MalformedQueueException("indirect table in a chain");
            }
            add(memory.read(descriptor, 8), memory.read(descriptor + 8, 4), (flags & WRITE) != 0);
            if ((flags & NEXT) == 0) {
                return;
            }
            index = (int) memory.read(descriptor + 14, 2);
            if (index >= size) {
                throw new MalformedQueueException("next descriptor");
            }
        }
        throw new MalformedQueueException("chain without end");
    }

    private void add(long address, long length, boolean write) {
        if (length == 0) {
            return;
        }
        if (!transport.memory().contains(address, length)) {
            throw new MalformedQueueException("address of a buffer");
        }
        if (write) {
            writable += length;
        } else if (firstWritable < count) {
            throw new MalformedQueueException("buffer for the device behind one for the driver");
        } else {
            firstWritable++;
            readable += length;
            if (readable > LARGEST_READABLE) {
                throw new MalformedQueueException("length of a chain");
            }
        }
        addresses[count] = address;
        lengths[count++] = length;
    }

    /** Index of its first descriptor. */
    int head() {
        return head;
    }

    /** Bytes that the device may read and has not yet. */
    int readable() {
        return (int) readable;
    }

    /** Bytes that the device may write. */
    long writable() {
        return writable;
    }

    /** Reads the next bytes; returns how many, fewer only at the end. */
    int read(byte[] to, int at, int length) {
        int done = 0;
        while (done < length && readSegment < firstWritable) {
            int n = (int) Math.min(length - done, lengths[readSegment] - readOffset);
            transport.memory().read(addresses[readSegment] + readOffset, to, at + done, n);
            done += n;
            readOffset += n;
            if (readOffset == lengths[readSegment]) {
                readSegment++;
                readOffset = 0;
            }
        }
        readable -= done;
        return done;
    }

    /** Writes bytes at a position of the writable part that has room for them. */
    void write(long position, byte[] from, int at, int length) {
        long skip = position;
        int done = 0;
        for (int segment = firstWritable; segment < count && done < length; segment++) {
            if (skip >= lengths[segment]) {
                skip -= lengths[segment];
                continue;
            }
            int n = (int) Math.min(length - done, lengths[segment] - skip);
            transport.memory().write(addresses[segment] + skip, from, at + done, n);
            done += n;
            skip = 0;
        }
    }
}
