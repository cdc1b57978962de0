// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.platform.Device;
import dev.spelunk.api.platform.DeviceTree;
import dev.spelunk.api.platform.Drive;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.api.problems.BadInputException;
import java.util.ArrayList;
import java.util.List;

/**
 * The virtio devices of a machine, one after the other where QEMU's {@code virt} board has its 32 virtio-mmio
 * transports, with the interrupts that they have there: first the drives, then the console, then the source of
 * entropy.
 */
final class VirtioSlots implements Device {
    static final long BASE = 0x0A00_0000L;
    static final int SLOT_SIZE = 0x200;
    /** INTID of the first slot's interrupt, SPI 16. */
    static final int FIRST_INTID = 48;

    private static final int SLOTS = 32;
    private static final int SPI = 0;
    private static final int FIRST_SPI = 32;
    private static final int EDGE_RISING = 1;

    private final List<MmioTransport> transports = new ArrayList<>();
    /** Null when there is none. */
    private final ConsoleDevice console;

    VirtioSlots(DeviceContext context) {
        Peripherals peripherals = context.peripherals();
        boolean hasConsole = peripherals.console() || !peripherals.ports().isEmpty();
        int others = (hasConsole ? 1 : 0) + (peripherals.entropy() ? 1 : 0);
        if (peripherals.drives().size() > SLOTS - others) {
            throw new BadInputException("a machine has room for " + (SLOTS - others) + " drives, not for "
                    + peripherals.drives().size());
        }
        int number = 0;
        for (Drive drive : peripherals.drives()) {
            add(context, new BlockDevice(drive, "drive" + number++));
        }
        console = hasConsole ? new ConsoleDevice(context) : null;
        if (console != null) {
            add(context, console);
        }
        if (peripherals.entropy()) {
            add(context, new EntropyDevice(context.machine().random("virtio entropy")));
        }
    }

    private void add(DeviceContext context, VirtioDevice device) {
        transports.add(new MmioTransport(context, device, transports.size()));
    }

    boolean empty() {
        return transports.isEmpty();
    }

    @Override
    public long base() {
        return BASE;
    }

    @Override
    public long size() {
        return (long) SLOT_SIZE * transports.size();
    }

    @Override
    public void advance(int pe) {
        if (console != null) {
            console.advance();
            console.sayDeadline();
        }
    }

    @Override
    public void waitingChanged(int pe) {
        if (console != null) {
            console.sayDeadline();
        }
    }

    @Override
    public long read(long offset, int size) {
        return transports.get((int) offset / SLOT_SIZE).read((int) offset % SLOT_SIZE, size);
    }

    @Override
    public void write(long offset, int size, long value) {
        transports.get((int) offset / SLOT_SIZE).write((int) offset % SLOT_SIZE, size, value);
        if (console != null) {
            console.sayDeadline();
        }
    }

    @Override
    public void describe(DeviceTree tree) {
        for (int slot = 0; slot < transports.size(); slot++) {
            long base = BASE + (long) slot * SLOT_SIZE;
            tree.node(String.format("virtio_mmio@%x", base))
                    .flag("dma-coherent")
                    .cells("interrupts", SPI, FIRST_INTID - FIRST_SPI + slot, EDGE_RISING)
                    .cells64("reg", base, SLOT_SIZE)
                    .strings("compatible", "virtio,mmio");
        }
    }
}
