// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.profiling;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.state.SpuState;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Collects the rules of a machine's profiling features. Feature sets contribute to it one after the other.
 *
 * <p>A feature adds ID bits, {@linkplain #events events}, {@linkplain #packet packets}, {@linkplain #filter
 * filters}, {@linkplain #collector what it collects}, {@linkplain #registers registers}, {@linkplain #refine
 * fields of registers}, {@linkplain #feedCounter PMU events}, and replaces how buffer management events are
 * routed and what the buffer's pointers mean.
 */
public final class ProfilingRulesBuilder {
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
    /** A stopped buffer freezes the cycle counter too, where PMCR_EL0.{FZS, DP} = {1, 1} (DDI 0487, D13.5.2). */
    public boolean freezesCycleCounter;
    /** How buffer management events are recorded and signalled. */
    public ManagementEventRouting routing;
    /** What the buffer's pointers mean. */
    public BufferTranslation translation;

    private final SortedMap<Integer, PacketEncoder> encoders = new TreeMap<>();
    private final SortedMap<String, SampleFilter> filters = new TreeMap<>();
    private final SortedMap<Integer, PmuEvent> pmuEvents = new TreeMap<>();
    private final List<RegisterBank> registers = new ArrayList<>();
    private final SortedMap<Integer, List<BiConsumer<RegisterDefinition.Builder, Architecture>>> refinements =
            new TreeMap<>();
    private final List<SampleCollector> collectors = new ArrayList<>();
    private final List<ProfilingRules.FeedCounter> feedCounters = new ArrayList<>();
    private int values;

    /**
     * Adds a packet, or replaces the one with the same order key.
     *
     * @param order see {@link PacketOrder}
     */
    public void packet(int order, PacketEncoder encoder) {
        encoders.put(order, encoder);
    }

    /** The packet with that order key, for who refines it; null when there is none. */
    public PacketEncoder packet(int order) {
        return encoders.get(order);
    }

    /** Adds a filter by the name of its control, or replaces the one of that name. */
    public void filter(String name, SampleFilter filter) {
        filters.put(name, filter);
    }

    /** The filter of that name, for who refines it; null when there is none. */
    public SampleFilter filter(String name) {
        return filters.get(name);
    }

    /** Adds a collector, asked after those added before. */
    public void collector(SampleCollector collector) {
        collectors.add(collector);
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

    /** Adds a PMU event, or replaces the one of that number. */
    public void pmuEvent(PmuEvent event) {
        pmuEvents.put(event.number(), event);
    }

    /**
     * Adds a PMU event that counts some of the samples, in a counter of its own.
     *
     * @param number of the event (DDI 0487, D14.3)
     * @param name its mnemonic
     */
    public void feedCounter(int number, String name, SampleCounter which) {
        pmuEvent(PmuEvent.counted(number, name));
        feedCounters.add(new ProfilingRules.FeedCounter(number, which));
    }

    /** The rules that have been collected so far; what is added later does not change them. */
    public ProfilingRules build() {
        return new ProfilingRules(this);
    }

    ProfilingExtension extension() {
        return new ProfilingExtension(
                pmsVer,
                pmsidr,
                pmbidr,
                events,
                filterableEvents,
                discardMode,
                reportsExternalAborts,
                freezesCycleCounter,
                pmuEvents);
    }

    SortedMap<Integer, PacketEncoder> encoders() {
        return encoders;
    }

    SortedMap<String, SampleFilter> filters() {
        return filters;
    }

    List<SampleCollector> collectors() {
        return collectors;
    }

    List<ProfilingRules.FeedCounter> feedCounters() {
        return feedCounters;
    }

    List<RegisterBank> registers() {
        return registers;
    }

    SortedMap<Integer, List<BiConsumer<RegisterDefinition.Builder, Architecture>>> refinements() {
        return refinements;
    }
}
