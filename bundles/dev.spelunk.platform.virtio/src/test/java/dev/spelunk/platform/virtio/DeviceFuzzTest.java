// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.platform.ConsolePort;
import dev.spelunk.api.platform.Peripherals;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A guest that does at random what a guest can do: accesses of any size anywhere in the registers, and rings,
 * descriptors and requests in its memory that are mostly almost right. {@link Bench} fails what reaches outside memory.
 */
@DisplayName("virtio devices with a hostile guest")
class DeviceFuzzTest {
    private static final int OPERATIONS = 1_000_000;
    private static final int MEMORY = 0x1_0000;
    private static final int SLOTS = 4;
    /** Chains of a queue times what one of them may be made of, each looked at a few times. */
    private static final long MOST_CALLS = 128L * DescriptorChain.LARGEST_TABLE * 8;

    private final SplittableRandom random = new SplittableRandom(20261121);
    private final MemoryDrive drive = new MemoryDrive(100_000, false);
    private final Bench bench = new Bench(
            new Peripherals(
                    List.of(drive, new MemoryDrive(5000, true)),
                    true,
                    List.of(
                            new ConsolePort(
                                    "one",
                                    OutputStream.nullOutputStream(),
                                    new ByteArrayInputStream(new byte[100_000])),
                            new ConsolePort("two", null, null)),
                    true),
            MEMORY);
    private long most;
    private long resetsNeeded;
    private long used;

    @Test
    @DisplayName("1,000,000 operations: no exception, nothing outside memory, no access without end")
    void operations() {
        for (int i = 0; i < OPERATIONS; i++) {
            bench.memory.accesses = 0;
            operation();
            most = Math.max(most, bench.memory.accesses);
            assertThat(most).isLessThan(MOST_CALLS);
        }
        // The operations came far enough to be worth something.
        assertThat(resetsNeeded).isGreaterThan(1000);
        assertThat(used).isGreaterThan(10_000);
    }

    private void operation() {
        switch (random.nextInt(20)) {
            case 0, 1, 2:
                bench.slots.write(random.nextInt(SLOTS * VirtioSlots.SLOT_SIZE), 1 << random.nextInt(4), value());
                break;
            case 3, 4:
                bench.slots.read(random.nextInt(SLOTS * VirtioSlots.SLOT_SIZE), 1 << random.nextInt(4));
                break;
            case 5:
                bringUp(random.nextInt(SLOTS));
                break;
            case 6:
                drive.broken = random.nextInt(8) == 0;
                bench.keys.add(random.nextInt(256));
                bench.context.pe.waiting = random.nextBoolean();
                bench.slots.waitingChanged(0);
                bench.pass(random.nextLong(2 * ConsoleDevice.POLL_CYCLES));
                break;
            case 7:
                bench.renew();
                break;
            case 8, 9, 10, 11:
                scribble();
                break;
            default:
                offer(random.nextInt(SLOTS));
                break;
        }
    }

    private long value() {
        switch (random.nextInt(4)) {
            case 0:
                return random.nextLong();
            case 1:
                return random.nextInt(16);
            case 2:
                return address();
            default:
                return 1L << random.nextInt(64);
        }
    }

    /** Mostly in memory, often at its end, sometimes anywhere. */
    private long address() {
        switch (random.nextInt(16)) {
            case 0:
                return random.nextLong();
            case 1:
                return Bench.RAM + MEMORY - random.nextInt(64);
            case 2:
                return Bench.RAM - random.nextInt(64);
            default:
                return Bench.RAM + random.nextInt(MEMORY);
        }
    }

    private void bringUp(int slot) {
        bench.write(slot, MmioTransport.STATUS, 0);
        bench.write(slot, MmioTransport.STATUS, 3);
        bench.write(slot, MmioTransport.DRIVER_FEATURES_SEL, 0);
        bench.write(
                slot,
                MmioTransport.DRIVER_FEATURES,
                bench.read(slot, MmioTransport.DEVICE_FEATURES) & random.nextInt());
        bench.write(slot, MmioTransport.DRIVER_FEATURES_SEL, 1);
        bench.write(slot, MmioTransport.DRIVER_FEATURES, random.nextInt(10) == 0 ? value() : 1);
        bench.write(slot, MmioTransport.STATUS, 11);
        int queues = random.nextInt(1, 10);
        for (int queue = 0; queue < queues; queue++) {
            bench.write(slot, MmioTransport.QUEUE_SEL, queue);
            bench.write(slot, MmioTransport.QUEUE_NUM, random.nextInt(20) == 0 ? value() : 1L << random.nextInt(8));
            area(slot, MmioTransport.QUEUE_DESC_LOW);
            area(slot, MmioTransport.QUEUE_DRIVER_LOW);
            area(slot, MmioTransport.QUEUE_DEVICE_LOW);
            bench.write(slot, MmioTransport.QUEUE_READY, 1);
            ReadyQueue made = ReadyQueue.of(bench, slot, queue);
            if (made != null && random.nextInt(10) > 0) {
                bench.machine.memory.write(made.available(), 4, 0);
                bench.machine.memory.write(made.used(), 4, 0);
            }
        }
        bench.write(slot, MmioTransport.STATUS, 15);
    }

    private void area(int slot, int register) {
        long place = random.nextInt(50) == 0 ? address() : address() & -16;
        bench.write(slot, register, place);
        bench.write(slot, register + 4, random.nextInt(50) == 0 ? value() : place >>> 32);
    }

    /** Something in the guest's memory that may be a descriptor, a request's header, or anything. */
    private void scribble() {
        int at = random.nextInt(MEMORY - 16) & (random.nextInt(4) == 0 ? -1 : -16);
        byte[] ram = bench.machine.memory.ram;
        if (random.nextInt(4) == 0) {
            long end = Bench.RAM + at + 16;
            bench.machine.memory.write(end - 16, 4, random.nextInt(16));
            bench.machine.memory.write(end - 8, 8, random.nextInt(300));
            return;
        }
        descriptor(Bench.RAM + at, ram.length);
    }

    private void descriptor(long at, int limit) {
        bench.machine.memory.write(at, 8, address());
        bench.machine.memory.write(
                at + 8, 4, random.nextInt(16) == 0 ? random.nextInt() : 16L * random.nextInt(limit / 64));
        bench.machine.memory.write(at + 12, 2, random.nextInt(12) == 0 ? random.nextInt() : random.nextInt(5));
        bench.machine.memory.write(at + 14, 2, random.nextInt(20) == 0 ? random.nextInt() : random.nextInt(16));
    }

    /** Makes a chain of random descriptors available in a queue that is ready, and notifies. */
    private void offer(int slot) {
        ReadyQueue queue = ReadyQueue.of(bench, slot, random.nextInt(random.nextInt(4) == 0 ? 9 : 3));
        if (queue == null || bench.read(slot, MmioTransport.STATUS) != 15) {
            bringUp(slot);
            return;
        }
        chain(queue);
        if (slot < 2 && random.nextInt(3) > 0) {
            request(queue);
        }
        long index = bench.machine.memory.read(queue.available() + 2, 2);
        int count = random.nextInt(30) == 0
                ? random.nextInt(0x1_0000)
                : random.nextInt(1, 1 + (int) Math.min(queue.size(), 3));
        for (int i = 0; i < Math.min(count, 3); i++) {
            bench.machine.memory.write(
                    queue.available() + 4 + 2 * (index + i & queue.size() - 1),
                    2,
                    random.nextInt(20) == 0 ? random.nextInt() : random.nextInt(4) == 0 ? 1 % queue.size() : 0);
        }
        bench.machine.memory.write(queue.available() + 2, 2, index + count);
        long before = bench.machine.memory.read(queue.used() + 2, 2);
        bench.write(slot, MmioTransport.QUEUE_NOTIFY, queue.number());
        if ((bench.read(slot, MmioTransport.STATUS) & MmioTransport.DEVICE_NEEDS_RESET) != 0) {
            resetsNeeded++;
            bringUp(slot);
        } else if (bench.machine.memory.read(queue.used() + 2, 2) != before) {
            used++;
            bench.write(slot, MmioTransport.INTERRUPT_ACK, random.nextInt(4));
        }
    }

    /** First what the device reads, then what it writes, all in memory; then perhaps something else. */
    private void chain(ReadyQueue queue) {
        int length = random.nextInt(1, 1 + (int) Math.min(queue.size(), 6));
        int readable = random.nextInt(length + 1);
        for (int i = 0; i < length; i++) {
            long at = queue.descriptors() + 16L * i;
            bench.machine.memory.write(at, 8, Bench.RAM + random.nextInt(MEMORY - 2048));
            bench.machine.memory.write(at + 8, 4, random.nextInt(2048));
            bench.machine.memory.write(at + 12, 4, (i < readable ? 0 : 2) | (i < length - 1 ? 1 : 0) | i + 1L << 16);
        }
        if (random.nextInt(4) == 0) {
            descriptor(queue.descriptors() + 16L * random.nextInt(length), MEMORY);
        }
    }

    /** The first descriptor is the header of a request of some type. */
    private void request(ReadyQueue queue) {
        long header = Bench.RAM + (random.nextInt(MEMORY - 64) & -16);
        bench.machine.memory.write(header, 4, random.nextInt(15));
        bench.machine.memory.write(header + 8, 8, random.nextInt(20) == 0 ? random.nextLong() : random.nextInt(220));
        bench.machine.memory.write(queue.descriptors(), 8, header);
        bench.machine.memory.write(queue.descriptors() + 8, 4, 16);
        bench.machine.memory.write(queue.descriptors() + 12, 4, 1 | (1L << 16));
        if (queue.size() > 2) {
            boolean in = random.nextBoolean();
            bench.machine.memory.write(queue.descriptors() + 16 + 8, 4, 512L * random.nextInt(4));
            bench.machine.memory.write(queue.descriptors() + 16 + 12, 4, (in ? 3 : 1) | 2L << 16);
            bench.machine.memory.write(queue.descriptors() + 32 + 8, 4, 1);
            bench.machine.memory.write(queue.descriptors() + 32 + 12, 4, 2);
        }
    }
}
