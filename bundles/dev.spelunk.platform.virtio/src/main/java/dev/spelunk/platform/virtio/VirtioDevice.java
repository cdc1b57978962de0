// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

/** What one type of device is behind its transport (virtio 1.2, 5). */
abstract class VirtioDevice {
    /** Its queues and its registers; set before anything else is called. */
    protected MmioTransport transport;

    /** Connects it to its transport, whose state may be that of a device that was there before. */
    void connect(MmioTransport to) {
        transport = to;
    }

    /** Device type (5). */
    abstract int type();

    /** Bits of the type's own features that it offers. */
    abstract long features();

    /** Number of virtqueues. */
    abstract int queues();

    /** Largest size of a queue, a power of two. */
    abstract int queueSize();

    /** Words of state of its own. */
    int stateWords() {
        return 0;
    }

    /** The device-specific configuration space, which never changes. */
    abstract byte[] configuration();

    /**
     * Works on a queue that is ready, in a device that the driver has set DRIVER_OK in.
     *
     * @throws MalformedQueueException when the device needs a reset
     */
    abstract void process(int queue);
}
