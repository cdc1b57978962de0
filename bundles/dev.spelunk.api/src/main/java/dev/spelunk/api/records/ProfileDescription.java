// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

import java.nio.file.Path;
import java.util.List;

/**
 * What a profile needs beside its records.
 *
 * @param guest the guest's file on the host
 * @param cpus number of CPUs that the guest sees
 * @param midr MIDR_EL1 of the PE
 * @param pmsidr PMSIDR_EL1 of the PE
 * @param counterFrequency CNTFRQ_EL0 in Hz: the unit of timestamps
 * @param memoryBase physical address, as the guest sees it, at which its memory begins
 * @param segments what the guest file maps, by virtual address
 * @param recorder who made the profile
 */
public record ProfileDescription(
        Path guest,
        int cpus,
        long midr,
        long pmsidr,
        long counterFrequency,
        long memoryBase,
        List<Segment> segments,
        Recorder recorder) {
    /**
     * @param address virtual address of the first byte
     * @param size in bytes
     * @param fileOffset where it is in the guest's file
     * @param el Exception level that executes it, 0 or 1
     */
    public record Segment(long address, long size, long fileOffset, int el) {}

    /**
     * Who made a profile, and how. What is not known is not in the profile.
     *
     * @param version of the program; null when it is not known
     * @param cpu what the CPUs are called; null when it is not known
     * @param command the command line, word by word; empty when it is not known
     * @param memory the guest's, in bytes; 0 when it is not known
     * @param metadata version of perf's SPE metadata: 1, which every perf reads, or 2, which perf reads from 6.13 on and
     *     which tells the MIDR_EL1 of each CPU
     */
    public record Recorder(String version, String cpu, List<String> command, long memory, int metadata) {
        /** Nothing is known. */
        public static final Recorder UNKNOWN = new Recorder(null, null, List.of(), 0, 1);
    }

    /** Made by nobody in particular. */
    public ProfileDescription(Path guest, int cpus, long midr, long counterFrequency, List<Segment> segments) {
        this(guest, cpus, midr, 0, counterFrequency, 0, segments, Recorder.UNKNOWN);
    }

    /** The same, made by somebody. */
    public ProfileDescription by(Recorder maker) {
        return new ProfileDescription(guest, cpus, midr, pmsidr, counterFrequency, memoryBase, segments, maker);
    }
}
