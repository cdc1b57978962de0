// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.profiling;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.state.SpuState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * The composed rules of a machine's profiling features. Feature sets contribute to it one after the other;
 * the SPU core asks it and knows no version. Not changed once composed.
 *
 * <p>A feature adds ID bits, {@linkplain #events events}, {@linkplain #packet packets}, {@linkplain #filter
 * filters}, {@linkplain #collector what it collects}, {@linkplain #registers registers}, {@linkplain #refine
 * fields of registers}, {@linkplain #feedCounter PMU events}, and replaces how buffer management events are
 * routed and what the buffer's pointers mean.
 */
public final class ProfilingRules {
    /** Order keys of packets in a record: contexts, counters, addresses, data source, type, events, end. */
    public static final int CONTEXT_EL1 = 100;

    public static final int CONTEXT_EL2 = 110;
    /** The counter packet with index n has the key COUNTER + n; 6, 7 and 16 to 31 are IMPLEMENTATION DEFINED. */
    public static final int COUNTER = 200;
    /** The address packet with index n has the key ADDRESS + n; 6, 7 and 16 to 31 are IMPLEMENTATION DEFINED. */
    public static final int ADDRESS = 300;

    public static final int DATA_SOURCE = 400;
    public static final int OPERATION_TYPE = 500;
    public static final int EVENTS = 600;
    public static final int TIMESTAMP_OR_END = 900;

    /** ID_AA64DFR0_EL1.PMSVer. */
    public int pmsVer;
    /** PMSIDR_EL1. */
    public long pmsidr;
    /** PMBIDR_EL1 without what depends on who reads it. */
    public long pmbidr;
    /** Events that a record may show. */
    public long events;
    /** Bits of the Events packet that the composed versions allow: architected ones and the IMPLEMENTATION DEFINED. */
    public long allowedEvents;
    /** Bits of PMSEVFR_EL1 that exist (DDI 0487, D24.7.11). */
    public long filterableEvents;
    /** Discard mode, PMBLIMITR_EL1.FM = 0b10, exists. */
    public boolean discardMode;
    /** External aborts on the SPU's data writes are reported to the SPU (before FEAT_SPEv1p3). */
    public boolean reportsExternalAborts = true;
    /** How buffer management events are recorded and signalled. */
    public ManagementEventRouting routing;
    /** What the buffer's pointers mean. */
    public BufferTranslation translation;

    private final SortedMap<Integer, PacketEncoder> encoders = new TreeMap<>();
    private final SortedMap<String, SampleFilter> filters = new TreeMap<>();
    private final SortedMap<Integer, Integer> pmuEvents = new TreeMap<>();
    private final List<RegisterBank> registers = new ArrayList<>();
    private final SortedMap<Integer, List<BiConsumer<RegisterDefinition.Builder, Architecture>>> refinements =
            new TreeMap<>();
    private PacketEncoder[] encoderArray = {};
    private SampleFilter[] filterArray = {};
    private SampleCollector[] collectors = {};
    private SampleCounter[] feedCounters = {};
    private int[] feedCounterIndices = {};
    private int values;
    private int window;

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

    /** The filter of that name, for who refines it; null when there is none. */
    public SampleFilter filter(String name) {
        return filters.get(name);
    }

    /** Adds a collector, asked after those added before. */
    public void collector(SampleCollector collector) {
        collectors = Arrays.copyOf(collectors, collectors.length + 1);
        collectors[collectors.length - 1] = collector;
        window = Math.max(window, collector.window());
    }

    /**
     * Gives the caller an index of {@code Operation.values}, which go with the sample, and of
     * {@code SpuState.values}, which stay between samples.
     *
     * @throws BadInputException when the composed features want more of them than there are
     */
    public int value() {
        if (values == SpuState.VALUES) {
            throw new BadInputException("the composed profiling features collect more than " + SpuState.VALUES
                    + " values for a sample: leave one out");
        }
        return values++;
    }

    /**
     * Adds an event of the Events packet, with its bits of PMSEVFR_EL1 and PMSNEVFR_EL1.
     *
     * @param bit 12 to 15 and 48 to 63 are IMPLEMENTATION DEFINED, before FEAT_SPEv1p4 also 24 to 31
     */
    public void event(int bit) {
        events |= 1L << bit;
        filterableEvents |= 1L << bit;
    }

    /** Adds registers that exist with this feature only. */
    public void registers(RegisterBank bank) {
        registers.add(bank);
    }

    /**
     * Adds to the definition of a register that the SPU brings: fields, a trap rule, hooks. Those of features
     * that come later see what those before did.
     *
     * @param encoding one of {@link dev.spelunk.api.registers.SystemRegister}
     */
    public void refine(int encoding, BiConsumer<RegisterDefinition.Builder, Architecture> refinement) {
        refinements.computeIfAbsent(encoding, e -> new ArrayList<>()).add(refinement);
    }

    /**
     * Adds a PMU event that the SPU counts itself.
     *
     * @param number of the event (DDI 0487, D14.3)
     * @param counter index of {@code SpuState.counters}
     */
    public void pmuEvent(int number, int counter) {
        pmuEvents.put(number, counter);
    }

    /** Adds a PMU event that counts some of the samples; otherwise as {@link #pmuEvent}. */
    public void feedCounter(int number, int counter, SampleCounter which) {
        pmuEvent(number, counter);
        int n = feedCounters.length;
        feedCounters = Arrays.copyOf(feedCounters, n + 1);
        feedCounters[n] = which;
        feedCounterIndices = Arrays.copyOf(feedCounterIndices, n + 1);
        feedCounterIndices[n] = counter;
    }

    /** Applies what features added to a register of the SPU. */
    public RegisterDefinition.Builder refined(
            int encoding, RegisterDefinition.Builder register, Architecture architecture) {
        refinements.getOrDefault(encoding, List.of()).forEach(r -> r.accept(register, architecture));
        return register;
    }

    /** The encoders in record order. Not to be changed. */
    public PacketEncoder[] encoders() {
        return encoderArray;
    }

    /** The filters in name order. Not to be changed. */
    public SampleFilter[] filters() {
        return filterArray;
    }

    /** The collectors in the order in which they were added. Not to be changed. */
    public SampleCollector[] collectors() {
        return collectors;
    }

    /** Operations before a sampled one that some collector wants to see. */
    public int window() {
        return window;
    }

    /** What counts samples, in the order of {@link #feedCounterIndices}. Not to be changed. */
    public SampleCounter[] feedCounters() {
        return feedCounters;
    }

    /** Index of {@code SpuState.counters} for each of {@link #feedCounters}. Not to be changed. */
    public int[] feedCounterIndices() {
        return feedCounterIndices;
    }

    /** PMU events that the SPU counts, by number, with their index of {@code SpuState.counters}. */
    public Map<Integer, Integer> pmuEvents() {
        return Collections.unmodifiableSortedMap(pmuEvents);
    }

    /** Registers that features added, where they exist in that architecture. */
    public List<RegisterDefinition> registers(Architecture architecture) {
        List<RegisterDefinition> all = new ArrayList<>();
        registers.forEach(bank -> all.addAll(bank.registers(architecture)));
        return all;
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

    /** PMSIDR_EL1.ERnd: the random part of an interval is counted beside the next one. */
    public boolean eRnd() {
        return (pmsidr >>> 5 & 1) != 0;
    }
}
