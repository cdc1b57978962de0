// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.platform.GuestMemory;
import dev.spelunk.api.state.PhysicalMemory;
import java.util.function.Supplier;

/**
 * The guest's memory for its devices. Those of a VM are its user space's, and reach it where the memslot's pages
 * are at that moment, page by page.
 */
final class DeviceMemory implements GuestMemory {
    private static final long PAGE = 0x1000;

    private final PhysicalMemory memory;
    private final long base;
    private final long size;
    private final Supplier<VirtualMachine> vm;
    private final byte[] number = new byte[Long.BYTES];

    /**
     * @param base guest address of the first byte
     * @param vm gives the VM whose memory it is, or null when guest addresses are physical
     */
    DeviceMemory(PhysicalMemory memory, long base, long size, Supplier<VirtualMachine> vm) {
        this.memory = memory;
        this.base = base;
        this.size = size;
        this.vm = vm;
    }

    @Override
    public boolean contains(long address, long length) {
        return Long.compareUnsigned(address - base, size) <= 0
                && length >= 0
                && Long.compareUnsigned(length, size - (address - base)) <= 0;
    }

    private void check(long address, long length) {
        if (!contains(address, length)) {
            throw new IndexOutOfBoundsException(
                    String.format("0x%x bytes at 0x%x are not the guest's", length, address));
        }
    }

    private long physical(long address, boolean write) {
        VirtualMachine machine = vm.get();
        long physical = machine == null ? address : machine.hostAddress(address, write);
        if (physical < 0) {
            throw new IndexOutOfBoundsException(String.format("no memslot backs 0x%x", address));
        }
        return physical;
    }

    private static int inPage(long address, int length) {
        return (int) Math.min(length, PAGE - (address & PAGE - 1));
    }

    @Override
    public void read(long address, byte[] to, int at, int length) {
        check(address, length);
        for (int done = 0; done < length; ) {
            int n = inPage(address + done, length - done);
            System.arraycopy(memory.ram, (int) (physical(address + done, false) - memory.base), to, at + done, n);
            done += n;
        }
    }

    @Override
    public void write(long address, byte[] from, int at, int length) {
        check(address, length);
        for (int done = 0; done < length; ) {
            int n = inPage(address + done, length - done);
            memory.copyIn(physical(address + done, true), from, at + done, n);
            done += n;
        }
    }

    @Override
    public long read(long address, int bytes) {
        PhysicalMemory.put64(number, 0, 0);
        read(address, number, 0, bytes);
        return PhysicalMemory.get64(number, 0);
    }

    @Override
    public void write(long address, int bytes, long value) {
        PhysicalMemory.put64(number, 0, value);
        write(address, number, 0, bytes);
    }
}
