// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.platform.GuestMemory;
import dev.spelunk.api.state.StateBlock;
import java.util.Arrays;

/**
 * The registers of one device over MMIO, version 2 (virtio 1.2, 4.2.2). A driver that does what no device can
 * follow finds DEVICE_NEEDS_RESET in the status, and nothing happens any more until it resets the device.
 */
final class MmioTransport {
    static final int ACKNOWLEDGE = 1;
    static final int DRIVER = 2;
    static final int DRIVER_OK = 4;
    static final int FEATURES_OK = 8;
    static final int DEVICE_NEEDS_RESET = 64;
    static final int FAILED = 128;
    static final long F_INDIRECT_DESC = 1L << 28;
    static final long F_EVENT_IDX = 1L << 29;
    static final long F_VERSION_1 = 1L << 32;
    static final int USED_BUFFER = 1;
    static final int CONFIGURATION_CHANGE = 2;

    static final int MAGIC_VALUE = 0x000;
    static final int VERSION = 0x004;
    static final int DEVICE_ID = 0x008;
    static final int VENDOR_ID = 0x00C;
    static final int DEVICE_FEATURES = 0x010;
    static final int DEVICE_FEATURES_SEL = 0x014;
    static final int DRIVER_FEATURES = 0x020;
    static final int DRIVER_FEATURES_SEL = 0x024;
    static final int QUEUE_SEL = 0x030;
    static final int QUEUE_NUM_MAX = 0x034;
    static final int QUEUE_NUM = 0x038;
    static final int QUEUE_READY = 0x044;
    static final int QUEUE_NOTIFY = 0x050;
    static final int INTERRUPT_STATUS = 0x060;
    static final int INTERRUPT_ACK = 0x064;
    static final int STATUS = 0x070;
    static final int QUEUE_DESC_LOW = 0x080;
    static final int QUEUE_DESC_HIGH = 0x084;
    static final int QUEUE_DRIVER_LOW = 0x090;
    static final int QUEUE_DRIVER_HIGH = 0x094;
    static final int QUEUE_DEVICE_LOW = 0x0A0;
    static final int QUEUE_DEVICE_HIGH = 0x0A4;
    static final int SHM_LEN_LOW = 0x0B0;
    static final int SHM_BASE_HIGH = 0x0BC;
    static final int CONFIG_GENERATION = 0x0FC;
    static final int CONFIG = 0x100;
    static final int MAGIC = 0x7472_6976;
    /** "SPNK". */
    static final int VENDOR = 0x4B4E_5053;

    private static final long OFFERED = F_INDIRECT_DESC | F_EVENT_IDX | F_VERSION_1;
    private static final long WORD = 0xFFFF_FFFFL;

    /** Words of a transport's state block; behind them those of its queues, then the device's own. */
    private static final int STATUS_WORD = 0;

    private static final int DEVICE_FEATURES_SELECT = 1;
    private static final int DRIVER_FEATURES_SELECT = 2;
    private static final int ACCEPTED_FEATURES = 3;
    private static final int QUEUE_SELECT = 4;
    private static final int INTERRUPTS = 5;
    private static final int RESET_DONE = 6;
    private static final int FIRST_QUEUE = 8;

    private final DeviceContext context;
    private final VirtioDevice device;
    private final int intid;
    private final StateBlock state;
    private final Virtqueue[] queues;
    private final DescriptorChain chain = new DescriptorChain(this);

    MmioTransport(DeviceContext context, VirtioDevice device, int slot) {
        this.context = context;
        this.device = device;
        intid = VirtioSlots.FIRST_INTID + slot;
        state = context.machine()
                .block("virtio." + slot, FIRST_QUEUE + device.queues() * Virtqueue.WORDS + device.stateWords(), 0);
        queues = new Virtqueue[device.queues()];
        for (int i = 0; i < queues.length; i++) {
            queues[i] = new Virtqueue(state, FIRST_QUEUE + i * Virtqueue.WORDS, this);
        }
        device.connect(this);
        if (state.words[RESET_DONE] == 0) {
            reset();
        }
    }

    Virtqueue queue(int index) {
        return queues[index];
    }

    /** What a queue fills when it takes a chain. */
    DescriptorChain chain() {
        return chain;
    }

    GuestMemory memory() {
        return context.memory();
    }

    int queueSize() {
        return device.queueSize();
    }

    /** Whether the driver has accepted a feature. */
    boolean accepted(long feature) {
        return (state.words[ACCEPTED_FEATURES] & feature) != 0;
    }

    /** One of the device's own words. */
    long word(int index) {
        return state.words[FIRST_QUEUE + queues.length * Virtqueue.WORDS + index];
    }

    void word(int index, long value) {
        state.words[FIRST_QUEUE + queues.length * Virtqueue.WORDS + index] = value;
    }

    /** Whether the driver has brought the device up and nothing has gone wrong since. */
    boolean live() {
        return (state.words[STATUS_WORD] & (DRIVER_OK | FEATURES_OK | DEVICE_NEEDS_RESET | FAILED))
                == (DRIVER_OK | FEATURES_OK);
    }

    /** Whether the device may take buffers from that queue. */
    boolean live(int queue) {
        return live() && queues[queue].ready();
    }

    private void reset() {
        Arrays.fill(state.words, 0);
        state.words[RESET_DONE] = 1;
        for (Virtqueue queue : queues) {
            queue.reset();
        }
        context.setLine(0, intid, false);
    }

    /** Tells the driver of used buffers, or of a change. */
    void interrupt(int reason) {
        state.words[INTERRUPTS] |= reason;
        context.setLine(0, intid, true);
    }

    private void acknowledge(long reasons) {
        state.words[INTERRUPTS] &= ~reasons;
        // What has come since is another edge.
        context.setLine(0, intid, false);
        context.setLine(0, intid, state.words[INTERRUPTS] != 0);
    }

    private void needsReset() {
        state.words[STATUS_WORD] |= DEVICE_NEEDS_RESET;
        if ((state.words[STATUS_WORD] & DRIVER_OK) != 0) {
            interrupt(CONFIGURATION_CHANGE);
        }
    }

    /** Lets the device work on a queue, unless it must not. */
    void process(int queue) {
        if (!live(queue)) {
            return;
        }
        try {
            device.process(queue);
        } catch (MalformedQueueException e) {
            needsReset();
        }
    }

    /** Control registers are words; the configuration space has fields of all sizes. Anything else reads 0. */
    long read(int offset, int size) {
        if (offset >= CONFIG) {
            return configuration(offset - CONFIG, size);
        }
        return size == Integer.BYTES && offset % Integer.BYTES == 0 ? register(offset) & WORD : 0;
    }

    private long configuration(int offset, int size) {
        byte[] bytes = device.configuration();
        long value = 0;
        for (int i = Math.min(offset + size, bytes.length) - 1; i >= offset; i--) {
            value = value << Byte.SIZE | bytes[i] & 0xFF;
        }
        return value;
    }

    private long register(int offset) {
        switch (offset) {
            case MAGIC_VALUE:
                return MAGIC;
            case VERSION:
                return 2;
            case DEVICE_ID:
                return device.type();
            case VENDOR_ID:
                return VENDOR;
            case DEVICE_FEATURES:
                return half(OFFERED | device.features(), state.words[DEVICE_FEATURES_SELECT]);
            case QUEUE_NUM_MAX:
                return selected() == null ? 0 : device.queueSize();
            case QUEUE_READY:
                return selected() != null && selected().ready() ? 1 : 0;
            case INTERRUPT_STATUS:
                return state.words[INTERRUPTS];
            case STATUS:
                return state.words[STATUS_WORD];
            default:
                // There are no shared memory regions: their length is -1. The configuration never changes.
                return offset >= SHM_LEN_LOW && offset <= SHM_BASE_HIGH ? -1 : 0;
        }
    }

    private static long half(long features, long select) {
        return select == 0 ? features : select == 1 ? features >>> Integer.SIZE : 0;
    }

    /** The queue that QueueSel names, null when there is none. */
    private Virtqueue selected() {
        long index = state.words[QUEUE_SELECT];
        return index < queues.length ? queues[(int) index] : null;
    }

    /** Control registers are words; no field of a configuration space can be written. */
    void write(int offset, int size, long value) {
        if (size != Integer.BYTES || offset % Integer.BYTES != 0) {
            return;
        }
        long word = value & WORD;
        switch (offset) {
            case DEVICE_FEATURES_SEL:
                state.words[DEVICE_FEATURES_SELECT] = word;
                break;
            case DRIVER_FEATURES_SEL:
                state.words[DRIVER_FEATURES_SELECT] = word;
                break;
            case DRIVER_FEATURES:
                driverFeatures(word);
                break;
            case QUEUE_SEL:
                state.words[QUEUE_SELECT] = word;
                break;
            case QUEUE_NOTIFY:
                if (word < queues.length) {
                    process((int) word);
                }
                break;
            case INTERRUPT_ACK:
                acknowledge(word);
                break;
            case STATUS:
                status((int) word);
                break;
            default:
                if (selected() != null) {
                    queueRegister(selected(), offset, word);
                }
                break;
        }
    }

    private void driverFeatures(long word) {
        if ((state.words[STATUS_WORD] & FEATURES_OK) != 0 || state.words[DRIVER_FEATURES_SELECT] > 1) {
            return;
        }
        int shift = (int) state.words[DRIVER_FEATURES_SELECT] * Integer.SIZE;
        state.words[ACCEPTED_FEATURES] = state.words[ACCEPTED_FEATURES] & ~(WORD << shift) | word << shift;
    }

    private void status(int value) {
        if (value == 0) {
            reset();
            return;
        }
        boolean wasLive = live();
        long before = state.words[STATUS_WORD];
        long after = before & DEVICE_NEEDS_RESET | value & (ACKNOWLEDGE | DRIVER | DRIVER_OK | FEATURES_OK | FAILED);
        if ((after & ~before & FEATURES_OK) != 0 && !acceptable(state.words[ACCEPTED_FEATURES])) {
            after &= ~FEATURES_OK;
        }
        state.words[STATUS_WORD] = after;
        if (!wasLive) {
            // A driver may have filled its queues before, and even have notified.
            for (int i = 0; i < queues.length; i++) {
                process(i);
            }
        }
    }

    private boolean acceptable(long features) {
        return (features & ~(OFFERED | device.features())) == 0 && (features & F_VERSION_1) != 0;
    }

    private void queueRegister(Virtqueue queue, int offset, long word) {
        if (offset == QUEUE_READY) {
            try {
                queue.ready((word & 1) != 0);
            } catch (MalformedQueueException e) {
                needsReset();
            }
            return;
        }
        if (queue.ready()) {
            return;
        }
        switch (offset) {
            case QUEUE_NUM:
                queue.set(Virtqueue.SIZE, word);
                break;
            case QUEUE_DESC_LOW:
                queue.setLow(Virtqueue.DESCRIPTORS, word);
                break;
            case QUEUE_DESC_HIGH:
                queue.setHigh(Virtqueue.DESCRIPTORS, word);
                break;
            case QUEUE_DRIVER_LOW:
                queue.setLow(Virtqueue.AVAILABLE, word);
                break;
            case QUEUE_DRIVER_HIGH:
                queue.setHigh(Virtqueue.AVAILABLE, word);
                break;
            case QUEUE_DEVICE_LOW:
                queue.setLow(Virtqueue.USED, word);
                break;
            case QUEUE_DEVICE_HIGH:
                queue.setHigh(Virtqueue.USED, word);
                break;
            default:
                break;
        }
    }
}
