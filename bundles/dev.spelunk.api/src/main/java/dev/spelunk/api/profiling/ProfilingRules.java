// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.profiling;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * The composed rules of a machine's profiling features, made by a {@link ProfilingRulesBuilder}. The SPU core asks
 * them and knows no version. Immutable.
 */
public final class ProfilingRules {
    /**
     * What counts samples.
     *
     * @param event number of the PMU event
     * @param which the samples that are counted
     */
    public record FeedCounter(int event, SampleCounter which) {}

    private final ProfilingExtension extension;
    private final SortedMap<Integer, PacketEncoder> encoders;
    private final List<PacketEncoder> encodersInOrder;
    private final SortedMap<String, SampleFilter> filters;
    private final List<SampleFilter> filtersInOrder;
    private final List<SampleCollector> collectors;
    private final List<FeedCounter> feedCounters;
    private final int window;
    private final ManagementEventRouting routing;
    private final BufferTranslation translation;
    private final List<RegisterBank> registers;
    private final SortedMap<Integer, List<BiConsumer<RegisterDefinition.Builder, Architecture>>> refinements =
            new TreeMap<>();

    ProfilingRules(ProfilingRulesBuilder builder) {
        extension = builder.extension();
        encoders = Collections.unmodifiableSortedMap(new TreeMap<>(builder.encoders()));
        encodersInOrder = List.copyOf(encoders.values());
        filters = Collections.unmodifiableSortedMap(new TreeMap<>(builder.filters()));
        filtersInOrder = List.copyOf(filters.values());
        collectors = List.copyOf(builder.collectors());
        feedCounters = List.copyOf(builder.feedCounters());
        window = collectors.stream().mapToInt(SampleCollector::window).max().orElse(0);
        routing = builder.routing;
        translation = builder.translation;
        registers = List.copyOf(builder.registers());
        builder.refinements().forEach((encoding, each) -> refinements.put(encoding, List.copyOf(each)));
    }

    /** What the composed features make SPE implement. */
    public ProfilingExtension extension() {
        return extension;
    }

    /** How buffer management events are recorded and signalled. */
    public ManagementEventRouting routing() {
        return routing;
    }

    /** What the buffer's pointers mean. */
    public BufferTranslation translation() {
        return translation;
    }

    /** The packet with that order key of {@link PacketOrder}; null when there is none. */
    public PacketEncoder packet(int order) {
        return encoders.get(order);
    }

    /** The filter of that name; null when there is none. */
    public SampleFilter filter(String name) {
        return filters.get(name);
    }

    /** The encoders in record order. */
    public List<PacketEncoder> encoders() {
        return encodersInOrder;
    }

    /** The filters in name order. */
    public List<SampleFilter> filters() {
        return filtersInOrder;
    }

    /** The collectors in the order in which they were added. */
    public List<SampleCollector> collectors() {
        return collectors;
    }

    /** What counts samples, in the order in which it was added. */
    public List<FeedCounter> feedCounters() {
        return feedCounters;
    }

    /** Operations before a sampled one that some collector wants to see. */
    public int window() {
        return window;
    }

    /** Applies what features added to a register of the SPU. */
    public RegisterDefinition.Builder refined(
            int encoding, RegisterDefinition.Builder register, Architecture architecture) {
        refinements.getOrDefault(encoding, List.of()).forEach(r -> r.accept(register, architecture));
        return register;
    }

    /** Registers that features added, where they exist in that architecture. */
    public List<RegisterDefinition> registers(Architecture architecture) {
        List<RegisterDefinition> all = new ArrayList<>();
        registers.forEach(bank -> all.addAll(bank.registers(architecture)));
        return all;
    }
}
