// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileDescription.Recorder;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** The feature sections behind the data of a perf.data file, which {@code perf report --header} prints. */
final class HeaderFeatures {
    private static final int BUILD_ID = 2;
    private static final int HOSTNAME = 3;
    private static final int OSRELEASE = 4;
    private static final int VERSION = 5;
    private static final int ARCH = 6;
    private static final int NRCPUS = 7;
    private static final int CPUDESC = 8;
    private static final int CPUID = 9;
    private static final int TOTAL_MEM = 10;
    private static final int CMDLINE = 11;
    private static final int EVENT_DESC = 12;
    private static final int CPU_TOPOLOGY = 13;
    private static final int NUMA_TOPOLOGY = 14;
    private static final int PMU_MAPPINGS = 16;
    private static final int AUXTRACE = 18;
    private static final int SAMPLE_TIME = 21;
    private static final int MEM_TOPOLOGY = 22;
    /** Bytes of a block of memory of Linux on arm64 with pages of 4 KiB (SECTION_SIZE_BITS). */
    private static final long MEMORY_BLOCK = 1L << 27;

    private final ProfileDescription description;
    private final PerfEvents events;

    HeaderFeatures(ProfileDescription description, PerfEvents events) {
        this.description = description;
        this.events = events;
    }

    /**
     * All sections, by the number of the feature.
     *
     * @param index of the AUXTRACE events
     * @param buildIds of programs that are mapped
     */
    Map<Integer, byte[]> all(AuxContents contents, TimeConversion time, Bytes index, Bytes buildIds) {
        Map<Integer, byte[]> features = new TreeMap<>();
        if (buildIds.size() != 0) {
            features.put(BUILD_ID, buildIds.toArray());
        }
        features.put(HOSTNAME, string("spelunk").toArray());
        features.put(OSRELEASE, string("spelunk").toArray());
        features.put(ARCH, string("aarch64").toArray());
        features.put(
                NRCPUS,
                new Bytes().u32(description.cpus()).u32(description.cpus()).toArray());
        features.put(
                CPUID,
                string("0x" + HexFormat.of().toHexDigits(description.midr())).toArray());
        features.put(EVENT_DESC, eventDescription());
        features.put(
                PMU_MAPPINGS,
                new Bytes()
                        .u32(2)
                        .u32(PerfEvents.PERF_TYPE_SOFTWARE)
                        .put(string("software").toArray())
                        .u32(PerfEvents.SPE_PMU_TYPE)
                        .put(string("arm_spe_0").toArray())
                        .toArray());
        features.put(AUXTRACE, index.toArray());
        features.put(CPU_TOPOLOGY, cpuTopology());
        recorder(features);
        if (contents.hasTimestamps()) {
            features.put(
                    SAMPLE_TIME,
                    new Bytes()
                            .u64(time.nanoseconds(contents.firstTick()))
                            .u64(time.nanoseconds(contents.lastTick()))
                            .toArray());
        }
        return features;
    }

    private void recorder(Map<Integer, byte[]> features) {
        Recorder recorder = description.recorder();
        if (recorder.version() != null) {
            features.put(VERSION, string(recorder.version()).toArray());
        }
        if (recorder.cpu() != null) {
            features.put(CPUDESC, string(recorder.cpu()).toArray());
        }
        if (!recorder.command().isEmpty()) {
            Bytes command = new Bytes().u32(recorder.command().size());
            recorder.command().forEach(word -> command.put(string(word).toArray()));
            features.put(CMDLINE, command.toArray());
        }
        if (recorder.memory() != 0) {
            long kilobytes = recorder.memory() >> 10;
            features.put(TOTAL_MEM, new Bytes().u64(kilobytes).toArray());
            // One node of all memory and CPUs; how much of it is free nobody knows.
            features.put(
                    NUMA_TOPOLOGY,
                    new Bytes()
                            .u32(1)
                            .u32(0)
                            .u64(kilobytes)
                            .u64(0)
                            .put(string(cpus()).toArray())
                            .toArray());
            features.put(MEM_TOPOLOGY, memoryTopology(recorder.memory()));
        }
    }

    /** Version, size of a block, number of nodes; of each its number, bits in its map, and the map of its blocks. */
    private byte[] memoryTopology(long memory) {
        long first = description.memoryBase() / MEMORY_BLOCK;
        long end = (description.memoryBase() + memory + MEMORY_BLOCK - 1) / MEMORY_BLOCK;
        BitSet blocks = new BitSet();
        blocks.set(Math.toIntExact(first), Math.toIntExact(end));
        Bytes b = new Bytes().u64(1).u64(MEMORY_BLOCK).u64(1).u64(0).u64(end).u64(end);
        for (long word : blocks.toLongArray()) {
            b.u64(word);
        }
        return b.toArray();
    }

    /** All CPUs as Linux lists them. */
    private String cpus() {
        return description.cpus() == 1 ? "0" : "0-" + (description.cpus() - 1);
    }

    /** Cores of one thread each in one package: sibling lists of cores and of threads, core and package of each CPU. */
    private byte[] cpuTopology() {
        Bytes b = new Bytes().u32(1).put(string(cpus()).toArray()).u32(description.cpus());
        for (int cpu = 0; cpu < description.cpus(); cpu++) {
            b.put(string(Integer.toString(cpu)).toArray());
        }
        for (int cpu = 0; cpu < description.cpus(); cpu++) {
            b.u32(cpu).u32(0);
        }
        return b.toArray();
    }

    private byte[] eventDescription() {
        Bytes b = new Bytes().u32(2).u32(PerfEvents.ATTRIBUTE_BYTES);
        b.put(PerfEvents.speAttribute())
                .u32(description.cpus())
                .put(string("arm_spe_0//").toArray());
        for (int cpu = 0; cpu < description.cpus(); cpu++) {
            b.u64(events.speId(cpu));
        }
        b.put(PerfEvents.dummyAttribute())
                .u32(description.cpus())
                .put(string("dummy:u").toArray());
        for (int cpu = 0; cpu < description.cpus(); cpu++) {
            b.u64(events.dummyId(cpu));
        }
        return b.toArray();
    }

    /** A string of the header: its length, then itself in a multiple of 64 bytes. */
    private static Bytes string(String s) {
        byte[] text = new Bytes().string(s, 64).toArray();
        return new Bytes().u32(text.length).put(text);
    }
}
