// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** perf.data files event by event, as perf's own {@code perf.data-file-format.txt} has them. */
final class PerfDataBuilder {
    static final int USER = 2;
    static final int KERNEL = 1;
    static final int BUILD_ID = 1 << 14;
    /** PERF_SAMPLE_TID, TIME and CPU. */
    static final long TID_TIME_CPU = 0x86;

    private static final int HEADER = 104;
    private static final int ATTRIBUTE = 136;
    private final ByteArrayOutputStream events = new ByteArrayOutputStream();
    private long sampleType = TID_TIME_CPU;
    private String cpuid;

    PerfDataBuilder sampleType(long type) {
        sampleType = type;
        return this;
    }

    /** The feature CPUID; null for a file without it. */
    PerfDataBuilder cpuid(String text) {
        cpuid = text;
        return this;
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    static byte[] words(long... words) {
        ByteBuffer b = buffer(8 * words.length);
        for (long word : words) {
            b.putLong(word);
        }
        return b.array();
    }

    static byte[] ints(int... words) {
        ByteBuffer b = buffer(4 * words.length);
        for (int word : words) {
            b.putInt(word);
        }
        return b.array();
    }

    /** Any event. */
    PerfDataBuilder event(int type, int misc, byte[]... body) {
        int size = 8;
        for (byte[] part : body) {
            size += part.length;
        }
        events.writeBytes(buffer(8)
                .putInt(type)
                .putShort((short) misc)
                .putShort((short) size)
                .array());
        for (byte[] part : body) {
            events.writeBytes(part);
        }
        return this;
    }

    PerfDataBuilder raw(byte[] bytes) {
        events.writeBytes(bytes);
        return this;
    }

    /** What follows an event where all have the identification of a sample. */
    private byte[] trailer(int thread, long time) {
        ByteBuffer b = buffer(8 * Long.bitCount(sampleType));
        if ((sampleType & 2) != 0) {
            b.putInt(thread).putInt(thread);
        }
        if ((sampleType & 4) != 0) {
            b.putLong(time);
        }
        return b.array();
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return buffer(bytes.length + 8 & -8).put(bytes).array();
    }

    /** PERF_RECORD_AUXTRACE_INFO of SPE in its first form. */
    PerfDataBuilder spe() {
        return event(70, 0, ints(4, 0), words(8, 0));
    }

    /** PERF_RECORD_AUXTRACE_INFO of SPE in its second form, with a word for each CPU's MIDR_EL1. */
    PerfDataBuilder spe(int headWords, long midr) {
        ByteBuffer head = buffer(8 * headWords);
        head.putLong(2).putLong(headWords);
        return event(70, 0, ints(4, 0), head.array(), words(0x41, 0, 3, midr, 1, 2));
    }

    PerfDataBuilder clock(long shift, long multiplier) {
        return event(79, 0, words(shift, multiplier, 0));
    }

    PerfDataBuilder comm(int process, int thread, String name, long time) {
        return event(3, 0, ints(process, thread), text(name), trailer(thread, time));
    }

    PerfDataBuilder fork(int process, int parent, int thread, int parentThread, long time) {
        return event(7, 0, ints(process, parent, thread, parentThread), words(time), trailer(parentThread, time));
    }

    PerfDataBuilder mmap(int process, long address, long size, long offset, String file, int misc, long time) {
        return event(1, misc, ints(process, process), words(address, size, offset), text(file), trailer(process, time));
    }

    /** @param id a build id; null for the device and inode of the file */
    PerfDataBuilder mmap2(int process, long address, long size, long offset, String file, byte[] id, long time) {
        ByteBuffer which = buffer(24);
        if (id != null) {
            which.put((byte) id.length).put(new byte[3]).put(id);
        }
        return event(
                10,
                USER | (id == null ? 0 : BUILD_ID),
                ints(process, process),
                words(address, size, offset),
                which.array(),
                ints(5, 2),
                text(file),
                trailer(process, time));
    }

    PerfDataBuilder aux(int cpu, int thread, long position, byte[] records) {
        return event(71, 0, words(records.length, position, 0), ints(0, thread, cpu, 0))
                .raw(records);
    }

    byte[] bytes() {
        byte[] data = events.toByteArray();
        byte[] text = cpuid == null ? new byte[0] : (cpuid + "\0").getBytes(StandardCharsets.US_ASCII);
        int begin = HEADER + ATTRIBUTE;
        int end = begin + data.length;
        ByteBuffer b = buffer(end + (cpuid == null ? 0 : 16 + 4 + text.length));
        b.put("PERFILE2".getBytes(StandardCharsets.US_ASCII)).putLong(HEADER).putLong(ATTRIBUTE);
        b.putLong(HEADER).putLong(ATTRIBUTE).putLong(begin).putLong(data.length);
        b.putLong(72, cpuid == null ? 0 : 1 << 9);
        b.putInt(HEADER, 8).putInt(HEADER + 4, ATTRIBUTE - 16).putLong(HEADER + 24, sampleType);
        b.position(begin).put(data);
        if (cpuid != null) {
            b.putLong(end + 16).putLong(4 + text.length).putInt(text.length).put(text);
        }
        return b.array();
    }
}
