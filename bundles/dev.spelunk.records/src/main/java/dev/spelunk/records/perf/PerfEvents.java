// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;

/**
 * The events of a perf.data file, byte for byte as {@code include/uapi/linux/perf_event.h} and perf's
 * {@code perf/event.h} lay them out. Kernel events end in the sample identifier that
 * {@link #SAMPLE_TYPE} selects (sample_id_all).
 */
final class PerfEvents {
    /** PMU type of arm_spe_0; the number is local to a file, PMU_MAPPINGS names it. */
    static final int SPE_PMU_TYPE = 8;

    static final int PERF_TYPE_SOFTWARE = 1;
    static final int PERF_COUNT_SW_DUMMY = 9;

    /** IP, TID, TIME, CPU, PERIOD and IDENTIFIER. */
    static final long SAMPLE_TYPE = 1 | 1 << 1 | 1 << 2 | 1 << 7 | 1 << 8 | 1 << 16;
    /** PERF_FORMAT_ID. */
    private static final long READ_FORMAT = 1 << 2;
    /** Bits of the attribute's flag word. */
    static final long EXCLUDE_KERNEL = 1 << 5;

    static final long MMAP = 1 << 8;
    static final long COMM = 1 << 9;
    static final long TASK = 1 << 13;
    static final long SAMPLE_ID_ALL = 1 << 18;
    static final long MMAP2 = 1 << 23;
    static final long COMM_EXEC = 1 << 24;
    /** PERF_ATTR_SIZE_VER5, which every perf since 4.1 reads. */
    static final int ATTRIBUTE_BYTES = 112;

    private static final int RECORD_MMAP = 1;
    private static final int RECORD_COMM = 3;
    private static final int RECORD_MMAP2 = 10;
    private static final int RECORD_AUX = 11;
    private static final int RECORD_ITRACE_START = 12;
    private static final int RECORD_FINISHED_ROUND = 68;
    private static final int RECORD_AUXTRACE_INFO = 70;
    private static final int RECORD_AUXTRACE = 71;
    private static final int RECORD_TIME_CONV = 79;

    private static final int MISC_KERNEL = 1;
    private static final int MISC_USER = 2;
    /** PERF_RECORD_MISC_MMAP_BUILD_ID: a build id is in the place of device and inode. */
    private static final int MISC_MMAP_BUILD_ID = 1 << 14;
    /** PERF_RECORD_MISC_BUILD_ID_SIZE: the size of the build id stands behind it. */
    private static final int MISC_BUILD_ID_SIZE = 1 << 15;
    /** Bytes of a build id that perf has room for. */
    private static final int BUILD_ID_BYTES = 20;
    /** perf pads file names in the table of build ids to this. */
    private static final int BUILD_ID_NAME_ALIGNMENT = 64;
    /** What perf calls the kernel's own mapping. */
    private static final String KERNEL = "[kernel.kallsyms]_text";
    /**
     * Where the kernel's own mapping is. perf takes all from there on for kernel space, where addresses have a top byte of 0xff
     * for it: no code is here.
     */
    private static final long NOWHERE = 1L << 63;

    private static final long NOWHERE_BYTES = 0x8000;

    private static final int AUXTRACE_ARM_SPE = 4;
    /** PERF_AUX_FLAG_TRUNCATED. */
    static final long AUX_TRUNCATED = 1;
    /** PERF_AUX_FLAG_PARTIAL. */
    static final long AUX_PARTIAL = 4;
    /** PERF_AUX_FLAG_COLLISION. */
    static final long AUX_COLLISION = 8;

    private static final int METADATA_HEAD_WORDS = 4;
    private static final long METADATA_CPU_MAGIC = 0x1010_1010_1010_1010L;
    private static final int METADATA_CPU_WORDS = 3;

    /** Size of an AUXTRACE event without the data behind it. */
    static final int AUXTRACE_BYTES = 48;

    private static final int PROT_READ_EXEC = 5;
    private static final int MAP_PRIVATE = 2;

    private final int cpus;

    PerfEvents(int cpus) {
        this.cpus = cpus;
    }

    /** Identifier of the SPE event on a CPU. */
    long speId(int cpu) {
        return 1L + cpu;
    }

    /** Identifier of the dummy event on a CPU. */
    long dummyId(int cpu) {
        return 1L + cpus + cpu;
    }

    static byte[] speAttribute() {
        return attribute(SPE_PMU_TYPE, 0, 0);
    }

    /** Of the event that says what is mapped. */
    static byte[] dummyAttribute() {
        return attribute(
                PERF_TYPE_SOFTWARE, PERF_COUNT_SW_DUMMY, EXCLUDE_KERNEL | MMAP | COMM | TASK | MMAP2 | COMM_EXEC);
    }

    private static byte[] attribute(int type, long config, long flags) {
        return new Bytes()
                .u32(type)
                .u32(ATTRIBUTE_BYTES)
                .u64(config)
                .u64(0)
                .u64(SAMPLE_TYPE)
                .u64(READ_FORMAT)
                .u64(SAMPLE_ID_ALL | flags)
                .zerosTo(ATTRIBUTE_BYTES)
                .toArray();
    }

    /** Must come before AUXTRACE_INFO: perf's SPE decoder copies the conversion when it reads that. */
    static byte[] timeConversion(TimeConversion conversion) {
        Bytes b =
                new Bytes().u64(conversion.shift()).u64(conversion.multiplier()).u64(0);
        // time_cycles, time_mask; cap_user_time_zero, not cap_user_time_short: the counter never wraps.
        b.u64(0).u64(-1).u8(1).u8(0).zeros(6);
        return event(RECORD_TIME_CONV, 0, b);
    }

    /**
     * The SPE metadata: in version 1 the PMU's type and that there is a buffer for each CPU; in version 2 the version, the
     * number of words of the head, the PMU's type and the number of CPUs, then for each CPU a magic number, its own
     * number, the number of words that follow, MIDR_EL1, the PMU's type and the smallest interval.
     */
    static byte[] auxtraceInfo(ProfileDescription description) {
        Bytes b = new Bytes().u32(AUXTRACE_ARM_SPE).u32(0);
        if (description.recorder().metadata() == 1) {
            return event(RECORD_AUXTRACE_INFO, 0, b.u64(SPE_PMU_TYPE).u64(1));
        }
        b.u64(2).u64(METADATA_HEAD_WORDS).u64(SPE_PMU_TYPE).u64(description.cpus());
        for (int cpu = 0; cpu < description.cpus(); cpu++) {
            b.u64(METADATA_CPU_MAGIC)
                    .u64(cpu)
                    .u64(METADATA_CPU_WORDS)
                    .u64(description.midr() & 0xffff_ffffL)
                    .u64(SPE_PMU_TYPE)
                    .u64(smallestInterval(description.pmsidr()));
        }
        return event(RECORD_AUXTRACE_INFO, 0, b);
    }

    /** PMSIDR_EL1.Interval (DDI 0487, D24.7.11), in operations; 0 for a reserved value. */
    private static int smallestInterval(long pmsidr) {
        int[] intervals = {256, 0, 512, 768, 1024, 1536, 2048, 3072, 4096};
        int field = (int) Field.valueIn(pmsidr, PMSIDR_EL1.Interval);
        return field < intervals.length ? intervals[field] : 0;
    }

    byte[] comm(int pid, String name) {
        return event(RECORD_COMM, 0, mapping(new Bytes().u32(pid).u32(pid).string(name, 8), pid));
    }

    /**
     * The mapping of a kernel that is no module: perf takes its absence for a kernel whose addresses were kept from it, and
     * warns of that. The guest's code at EL1 is in modules.
     */
    byte[] kernel() {
        Bytes b = new Bytes().u32(-1).u32(0).u64(NOWHERE).u64(NOWHERE_BYTES).u64(NOWHERE);
        return event(RECORD_MMAP, MISC_KERNEL, mapping(b.string(KERNEL, 8), -1));
    }

    /** Code in kernel space; the page offset is what perf's own synthesised events have there, the address. */
    byte[] kernelMmap(String file, long address, long size, byte[] buildId) {
        Bytes b = new Bytes().u32(-1).u32(0).u64(address).u64(size).u64(address);
        if (buildId.length == 0) {
            return event(RECORD_MMAP, MISC_KERNEL, mapping(b.string(file, 8), -1));
        }
        mapped(b, file, buildId);
        return event(RECORD_MMAP2, MISC_KERNEL | MISC_MMAP_BUILD_ID, mapping(b, -1));
    }

    byte[] userMmap2(int pid, String file, long address, long size, long fileOffset, byte[] buildId) {
        Bytes b = new Bytes().u32(pid).u32(pid).u64(address).u64(size).u64(fileOffset);
        mapped(b, file, buildId);
        return event(RECORD_MMAP2, MISC_USER | (buildId.length == 0 ? 0 : MISC_MMAP_BUILD_ID), mapping(b, pid));
    }

    /** The file of an MMAP2 event by its build id, or else by device and inode, which are unknown. */
    private static void mapped(Bytes b, String file, byte[] buildId) {
        int size = Math.min(buildId.length, BUILD_ID_BYTES);
        if (size == 0) {
            b.zeros(4 + BUILD_ID_BYTES);
        } else {
            b.u8(size).zeros(3).put(buildId, 0, size).zeros(BUILD_ID_BYTES - size);
        }
        b.u32(PROT_READ_EXEC).u32(MAP_PRIVATE).string(file, 8);
    }

    /** A program's entry in the table of build ids in the header, which has the form of an event. */
    static byte[] buildId(String file, byte[] id) {
        int size = Math.min(id.length, BUILD_ID_BYTES);
        Bytes b = new Bytes()
                .u32(-1)
                .put(id, 0, size)
                .zeros(BUILD_ID_BYTES - size)
                .u8(size)
                .zeros(3)
                .string(file, BUILD_ID_NAME_ALIGNMENT);
        return event(0, MISC_USER | MISC_BUILD_ID_SIZE, b);
    }

    byte[] itraceStart(int pid, int cpu) {
        return event(RECORD_ITRACE_START, 0, identifier(new Bytes().u32(pid).u32(pid), speId(cpu), pid, cpu, 0));
    }

    byte[] aux(long offset, long size, long flags, int pid, int cpu, long time) {
        Bytes b = new Bytes().u64(offset).u64(size).u64(flags);
        return event(RECORD_AUX, 0, identifier(b, speId(cpu), pid, cpu, time));
    }

    /** The data follow the event. */
    static byte[] auxtrace(long size, long offset, int reference, int tid, int cpu) {
        Bytes b = new Bytes()
                .u64(size)
                .u64(offset)
                .u64(reference)
                .u32(cpu)
                .u32(tid)
                .u32(cpu)
                .u32(0);
        return event(RECORD_AUXTRACE, 0, b);
    }

    static byte[] finishedRound() {
        return event(RECORD_FINISHED_ROUND, 0, new Bytes());
    }

    /** What is mapped holds from the beginning on, on every CPU. */
    private Bytes mapping(Bytes b, int pid) {
        return identifier(b, dummyId(0), pid, 0, 0);
    }

    private static Bytes identifier(Bytes b, long id, int pid, int cpu, long time) {
        return b.u32(pid).u32(pid).u64(time).u32(cpu).u32(0).u64(id);
    }

    private static byte[] event(int type, int misc, Bytes body) {
        return new Bytes()
                .u32(type)
                .u16(misc)
                .u16(8 + body.size())
                .put(body.toArray())
                .toArray();
    }
}
