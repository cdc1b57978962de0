// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.state.RandomStream;

/** A source of random numbers (virtio 1.2, 5.4): a stream of the machine, the same for the same seed. */
final class EntropyDevice extends VirtioDevice {
    private static final int TYPE = 4;
    private static final int REQUESTS = 0;
    private static final int QUEUE_SIZE = 8;
    /** Most bytes for one request, whatever room it has. */
    static final int LARGEST = 4096;

    private final RandomStream stream;
    private final byte[] bytes = new byte[LARGEST];

    EntropyDevice(RandomStream stream) {
        this.stream = stream;
    }

    @Override
    int type() {
        return TYPE;
    }

    @Override
    long features() {
        return 0;
    }

    @Override
    int queues() {
        return 1;
    }

    @Override
    int queueSize() {
        return QUEUE_SIZE;
    }

    @Override
    byte[] configuration() {
        return new byte[0];
    }

    @Override
    void process(int index) {
        Virtqueue queue = transport.queue(REQUESTS);
        for (int left = queue.available(); left > 0; left--) {
            DescriptorChain chain = queue.take();
            int length = (int) Math.min(chain.writable(), LARGEST);
            for (int i = 0; i < length; i += Long.BYTES) {
                PhysicalMemory.put64(bytes, i, stream.next());
            }
            chain.write(0, bytes, 0, length);
            queue.giveBack(chain, length);
        }
        queue.done();
    }
}
