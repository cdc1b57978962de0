// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.spu;

import dev.spelunk.api.registers.RegisterDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The composed rules of a machine's profiling features. Feature sets contribute to it one after the other;
 * the SPU core asks it and knows no version. Not changed once composed.
 */
public final class ProfilingRules {
    /** Order keys of packets in a record: contexts, counters, addresses, data source, type, events, end. */
    public static final int CONTEXT_EL1 = 100;
    public static final int CONTEXT_EL2 = 110;
    public static final int COUNTER = 200;
    public static final int ADDRESS = 300;
    public static final int DATA_SOURCE = 400;
    public static final int OPERATION_TYPE = 500;
    public static final int EVENTS = 600;
    public static final int TIMESTAMP_OR_END = 900;

    /** ID_AA64DFR0_EL1.PMSVer. */
    public int pmsVer;
    /** PMSIDR_EL1. */
    public long pmsidr;
    /** PMBIDR_EL1 without P. */
    public long pmbidr;
    /** Events that a record may show. */
    public long events;
    /** Bits of PMSEVFR_EL1 that exist (DDI 0487, D24.7.11). */
    public long filterableEvents;
    /** Writable bits of PMSFCR_EL1. */
    public long filterControls;
    /** Discard mode, PMBLIMITR_EL1.FM = 0b10, exists. */
    public boolean discardMode;
    /** External aborts on the SPU's data writes are reported to the SPU (before FEAT_SPEv1p3). */
    public boolean reportsExternalAborts = true;

    private final SortedMap<Integer, PacketEncoder> encoders = new TreeMap<>();
    private final SortedMap<String, SampleFilter> filters = new TreeMap<>();
    private final List<RegisterDefinition> registers = new ArrayList<>();
    private PacketEncoder[] encoderArray = {};
    private SampleFilter[] filterArray = {};

    /** Adds a packet, or replaces the one with the same order key. */
    public void packet(int order, PacketEncoder encoder) {
        encoders.put(order, encoder);
        encoderArray = encoders.values().toArray(PacketEncoder[]::new);
    }

    /** The packet with that order key, for who refines it; null when there is none. */
    public PacketEncoder packet(int order) {
        return encoders.get(order);
    }

    /** Adds a filter by the name of its control, or replaces the one of that name. */
    public void filter(String name, SampleFilter filter) {
        filters.put(name, filter);
        filterArray = filters.values().toArray(SampleFilter[]::new);
    }

    /** Adds a register that exists with this feature only. */
    public void register(RegisterDefinition definition) {
        registers.add(definition);
    }

    /** The encoders in record order. Not to be changed. */
    public PacketEncoder[] encoders() {
        return encoderArray;
    }

    /** The filters in name order. Not to be changed. */
    public SampleFilter[] filters() {
        return filterArray;
    }

    /** Registers that features added. */
    public Collection<RegisterDefinition> registers() {
        return Collections.unmodifiableList(registers);
    }

    /** Largest record in bytes: 1 << PMSIDR_EL1.MaxSize. */
    public int maxRecordSize() {
        return 1 << (pmsidr >>> 12 & 15);
    }

    /** Record alignment in bytes: 1 << PMBIDR_EL1.Align. */
    public int alignment() {
        return 1 << (pmbidr & 15);
    }

    /** Largest value of a counter packet: 0xFFF or 0xFFFF by PMSIDR_EL1.CountSize. */
    public int counterMaximum() {
        return (pmsidr >>> 16 & 15) == 3 ? 0xFFFF : 0xFFF;
    }
}
