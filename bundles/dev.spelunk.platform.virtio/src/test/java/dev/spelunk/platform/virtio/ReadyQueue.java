// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

/** Where a queue that is ready lies, from the words of its transport. */
record ReadyQueue(int number, long size, long descriptors, long available, long used) {
    private static final int FIRST_QUEUE = 8;

    /** Null when the device has no such queue that is ready. */
    static ReadyQueue of(Bench bench, int slot, int number) {
        long[] words = bench.machine.blocks().get("virtio." + slot).words;
        bench.write(slot, MmioTransport.QUEUE_SEL, number);
        if (bench.read(slot, MmioTransport.QUEUE_READY) == 0) {
            return null;
        }
        int first = FIRST_QUEUE + number * Virtqueue.WORDS;
        return new ReadyQueue(
                number,
                words[first + Virtqueue.SIZE],
                words[first + Virtqueue.DESCRIPTORS],
                words[first + Virtqueue.AVAILABLE],
                words[first + Virtqueue.USED]);
    }
}
