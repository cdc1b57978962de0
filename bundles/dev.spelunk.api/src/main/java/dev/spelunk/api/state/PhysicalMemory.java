// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The physical address space of a machine: RAM as one {@code byte[]} and a bus for everything else.
 * The static accessors are the only way to RAM; their bounds check keeps a guest out of the host.
 */
public final class PhysicalMemory implements BusTarget {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int GRANULE_SHIFT = 6;

    /** First physical address of RAM. */
    public final long base;
    /** RAM; the byte of physical address pa is at index pa - base. */
    public final byte[] ram;
    /** Devices. */
    public final Bus bus = new Bus();

    /** One bit for each 64 bytes of RAM from which some PE has decoded code. */
    private final long[] code;

    private CodeHolder[] codeHolders = new CodeHolder[0];

    /**
     * @param base first physical address of RAM, a multiple of 4 KiB
     * @param size in bytes, a multiple of 4 KiB, below 2 GiB
     */
    public PhysicalMemory(long base, int size) {
        this.base = base;
        ram = new byte[size];
        code = new long[(size >>> GRANULE_SHIFT + 6) + 1];
    }

    public static int get8(byte[] b, int i) {
        return b[i] & 0xFF;
    }

    public static int get16(byte[] b, int i) {
        return (short) SHORT.get(b, i) & 0xFFFF;
    }

    public static int get32(byte[] b, int i) {
        return (int) INT.get(b, i);
    }

    public static long get64(byte[] b, int i) {
        return (long) LONG.get(b, i);
    }

    public static void put8(byte[] b, int i, int v) {
        b[i] = (byte) v;
    }

    public static void put16(byte[] b, int i, int v) {
        SHORT.set(b, i, (short) v);
    }

    public static void put32(byte[] b, int i, int v) {
        INT.set(b, i, v);
    }

    public static void put64(byte[] b, int i, long v) {
        LONG.set(b, i, v);
    }

    /** Whether size bytes at pa are RAM. */
    public boolean isRam(long pa, int size) {
        return Long.compareUnsigned(pa - base, ram.length) < 0 && pa - base + size <= ram.length;
    }

    @Override
    public long read(long pa, int size) {
        if (!isRam(pa, size)) {
            return bus.read(pa, size);
        }
        int i = (int) (pa - base);
        switch (size) {
            case 1:
                return get8(ram, i);
            case 2:
                return get16(ram, i);
            case 4:
                return get32(ram, i) & 0xFFFFFFFFL;
            default:
                return get64(ram, i);
        }
    }

    @Override
    public void write(long pa, int size, long value) {
        if (!isRam(pa, size)) {
            bus.write(pa, size, value);
            return;
        }
        int i = (int) (pa - base);
        switch (size) {
            case 1:
                put8(ram, i, (int) value);
                break;
            case 2:
                put16(ram, i, (int) value);
                break;
            case 4:
                put32(ram, i, (int) value);
                break;
            default:
                put64(ram, i, value);
                break;
        }
        written(pa, size);
    }

    /** Copies bytes into RAM. @throws IndexOutOfBoundsException when they are not all RAM */
    public void copyIn(long pa, byte[] data, int offset, int length) {
        System.arraycopy(data, offset, ram, Math.toIntExact(pa - base), length);
        written(pa, length);
    }

    /** To be called after a write to RAM that did not go through {@link #write}, unless its page holds no code. */
    public void written(long pa, int size) {
        int first = (int) (pa - base) >>> GRANULE_SHIFT;
        int last = (int) (pa - base + size - 1) >>> GRANULE_SHIFT;
        for (int g = first; g <= last; g++) {
            if ((code[g >>> 6] & 1L << g) != 0) {
                for (CodeHolder holder : codeHolders) {
                    holder.codeWritten(pa, size);
                }
                return;
            }
        }
    }

    /** Marks bytes from which code is decoded. A page that had none becomes known to every holder. */
    public void markCode(long pa, int size) {
        boolean known = holdsCode(pa);
        int first = (int) (pa - base) >>> GRANULE_SHIFT;
        int last = (int) (pa - base + size - 1) >>> GRANULE_SHIFT;
        for (int g = first; g <= last; g++) {
            code[g >>> 6] |= 1L << g;
        }
        if (!known) {
            for (CodeHolder holder : codeHolders) {
                holder.pageBecameCode(pa & ~0xFFFL);
            }
        }
    }

    /** Takes back the mark of the granules that lie wholly or partly in the range. */
    public void unmarkCode(long pa, int size) {
        int first = (int) (pa - base) >>> GRANULE_SHIFT;
        int last = (int) (pa - base + size - 1) >>> GRANULE_SHIFT;
        for (int g = first; g <= last; g++) {
            code[g >>> 6] &= ~(1L << g);
        }
    }

    /** Whether the 4 KiB page of pa holds decoded code: a page is one word of the bitmap. */
    public boolean holdsCode(long pa) {
        return code[(int) (pa - base) >>> GRANULE_SHIFT + 6] != 0;
    }

    public void addCodeHolder(CodeHolder holder) {
        codeHolders = Arrays.copyOf(codeHolders, codeHolders.length + 1);
        codeHolders[codeHolders.length - 1] = holder;
    }

    public void removeCodeHolder(CodeHolder holder) {
        codeHolders = Arrays.stream(codeHolders).filter(o -> o != holder).toArray(CodeHolder[]::new);
    }
}
