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
 * @param counterFrequency CNTFRQ_EL0 in Hz: the unit of timestamps
 * @param segments what the guest file maps, by virtual address
 */
public record ProfileDescription(Path guest, int cpus, long midr, long counterFrequency, List<Segment> segments) {
    /**
     * @param address virtual address of the first byte
     * @param size in bytes
     * @param fileOffset where it is in the guest's file
     * @param el Exception level that executes it, 0 or 1
     */
    public record Segment(long address, long size, long fileOffset, int el) {}
}
