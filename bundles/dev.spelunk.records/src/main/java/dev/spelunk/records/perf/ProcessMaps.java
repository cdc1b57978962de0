// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Processes, their threads and names, and what was mapped in them, as the events of a perf.data file tell it. */
public final class ProcessMaps {
    /** The process of what is mapped in kernel space. */
    public static final int KERNEL = -1;

    private static final int TYPE_MMAP = 1;
    private static final int TYPE_COMM = 3;
    private static final int TYPE_FORK = 7;
    private static final int TYPE_MMAP2 = 10;
    private static final int MISC_CPUMODE = 7;
    private static final int MISC_KERNEL = 1;
    private static final int MISC_MMAP_BUILD_ID = 1 << 14;
    private static final int BUILD_ID_BYTES = 20;

    private static final long SAMPLE_TID = 1 << 1;
    private static final long SAMPLE_TIME = 1 << 2;
    private static final long SAMPLE_ID = 1 << 6;
    private static final long SAMPLE_CPU = 1 << 7;
    private static final long SAMPLE_STREAM_ID = 1 << 9;
    private static final long SAMPLE_IDENTIFIER = 1 << 16;
    private static final long TRAILING =
            SAMPLE_TID | SAMPLE_TIME | SAMPLE_ID | SAMPLE_CPU | SAMPLE_STREAM_ID | SAMPLE_IDENTIFIER;

    /**
     * A file that is mapped.
     *
     * @param address of its first byte
     * @param size in bytes
     * @param fileOffset what of the file is at the address
     * @param file its name on the profiled machine
     * @param buildId of the file; empty when it is not told
     */
    public record Mapping(long address, long size, long fileOffset, String file, byte[] buildId) {
        boolean holds(long at) {
            return Long.compareUnsigned(at - address, size) < 0;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Mapping that
                    && address == that.address
                    && size == that.size
                    && fileOffset == that.fileOffset
                    && file.equals(that.file)
                    && Arrays.equals(buildId, that.buildId);
        }

        @Override
        public int hashCode() {
            return Objects.hash(address, size, fileOffset, file, Arrays.hashCode(buildId));
        }
    }

    /** A process maps a file, or begins with what its parent has mapped when there is no mapping; and when. */
    private record Change(long time, int process, int parent, Mapping mapping) {}

    /** What a process has mapped last, and before that; a process and its children have the same before they part. */
    private record Mapped(Mapping mapping, Mapped before) {}

    /** In the order of the file, which is that of time for each CPU only. */
    private final List<Change> changes = new ArrayList<>();
    /** By process; null until it is asked for. */
    private Map<Integer, Mapped> latest;
    /** Of the processes that were asked for, the latest first. */
    private final Map<Integer, List<Mapping>> byProcess = new HashMap<>();

    private final Map<Integer, Integer> processes = new HashMap<>();
    private final Map<Integer, String> names = new HashMap<>();
    private final Map<Integer, Long> named = new HashMap<>();
    private long sampleType;

    /** What every event has at its end (sample_id_all). */
    void sampleType(long type) {
        sampleType = type & TRAILING;
    }

    /** Takes an event in, from its type on; of which there are many kinds that say nothing here. */
    void event(int type, ByteBuffer event) {
        int misc = event.getShort(4) & 0xffff;
        int size = event.limit() - Long.BYTES * Long.bitCount(sampleType);
        if (type == TYPE_COMM && size >= 16) {
            comm(event.getInt(8), event.getInt(12), text(event, 16, size), time(event, size));
        } else if (type == TYPE_FORK && size >= 20) {
            fork(event, time(event, size));
        } else if (type == TYPE_MMAP && size > 40) {
            mapped(event, misc, event.getInt(8), 40, size, new byte[0]);
        } else if (type == TYPE_MMAP2 && size > 72) {
            byte[] buildId = {};
            if ((misc & MISC_MMAP_BUILD_ID) != 0) {
                buildId = new byte[Math.min(event.get(40) & 0xff, BUILD_ID_BYTES)];
                event.get(44, buildId);
            }
            mapped(event, misc, event.getInt(8), 72, size, buildId);
        }
    }

    private long time(ByteBuffer event, int size) {
        int at = size + ((sampleType & SAMPLE_TID) != 0 ? Long.BYTES : 0);
        return (sampleType & SAMPLE_TIME) != 0 ? event.getLong(at) : 0;
    }

    private void comm(int process, int thread, String name, long time) {
        processes.put(thread, process);
        if (time >= named.getOrDefault(thread, 0L)) {
            names.put(thread, name);
            named.put(thread, time);
        }
    }

    /** A new thread, or a process, which begins with what the one before it had. */
    private void fork(ByteBuffer event, long time) {
        int process = event.getInt(8);
        int parent = event.getInt(12);
        int thread = event.getInt(16);
        processes.put(thread, process);
        String name = names.get(event.limit() >= 24 ? event.getInt(20) : parent);
        if (name != null) {
            names.putIfAbsent(thread, name);
        }
        if (process != parent) {
            changes.add(new Change(time, process, parent, null));
            latest = null;
        }
    }

    private void mapped(ByteBuffer event, int misc, int process, int name, int size, byte[] buildId) {
        boolean kernel = (misc & MISC_CPUMODE) == MISC_KERNEL;
        processes.putIfAbsent(event.getInt(12), process);
        Mapping mapping =
                new Mapping(event.getLong(16), event.getLong(24), event.getLong(32), text(event, name, size), buildId);
        changes.add(new Change(time(event, size), kernel ? KERNEL : process, KERNEL, mapping));
        latest = null;
    }

    private static String text(ByteBuffer event, int from, int to) {
        return string(event.slice(from, to - from));
    }

    /** Up to a zero. */
    static String string(ByteBuffer bytes) {
        byte[] text = new byte[bytes.remaining()];
        bytes.get(text);
        int end = 0;
        while (end < text.length && text[end] != 0) {
            end++;
        }
        return new String(text, 0, end, StandardCharsets.UTF_8);
    }

    /** The process of a thread; of one that nothing is known of, the thread's own number. */
    public int process(int thread) {
        return processes.getOrDefault(thread, thread);
    }

    /** The name of a thread; null when it is not known. */
    public String name(int thread) {
        return names.get(thread);
    }

    /** The process that maps files, when there is only one; else {@link #KERNEL}. */
    public int onlyProcess() {
        List<Integer> all =
                latest().keySet().stream().filter(process -> process != KERNEL).toList();
        return all.size() == 1 ? all.get(0) : KERNEL;
    }

    /** What is mapped at an address of a process; null when nothing is. The latest mapping holds. */
    public Mapping at(int process, long address) {
        Map<Integer, Mapped> all = latest();
        List<Mapping> mappings = byProcess.get(process);
        if (mappings == null) {
            mappings = different(all.get(process));
            byProcess.put(process, mappings);
        }
        for (Mapping mapping : mappings) {
            if (mapping.holds(address)) {
                return mapping;
            }
        }
        return null;
    }

    private static List<Mapping> different(Mapped last) {
        Set<Mapping> mappings = new LinkedHashSet<>();
        for (Mapped mapped = last; mapped != null; mapped = mapped.before()) {
            mappings.add(mapped.mapping());
        }
        return List.copyOf(mappings);
    }

    private Map<Integer, Mapped> latest() {
        if (latest == null) {
            latest = new HashMap<>();
            byProcess.clear();
            List<Change> sorted = new ArrayList<>(changes);
            sorted.sort(Comparator.comparingLong(Change::time));
            for (Change change : sorted) {
                if (change.mapping() != null) {
                    latest.put(change.process(), new Mapped(change.mapping(), latest.get(change.process())));
                } else if (latest.containsKey(change.parent())) {
                    latest.put(change.process(), latest.get(change.parent()));
                }
            }
        }
        return latest;
    }
}
