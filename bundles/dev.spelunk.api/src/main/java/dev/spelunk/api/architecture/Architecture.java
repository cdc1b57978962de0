// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.architecture;

import dev.spelunk.api.pmu.PmuEvent;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one composed machine implements: the architecture version, the features by the names of
 * DDI 0487, A2, and what its profiling extension implements. Immutable; made once for each composition.
 */
public final class Architecture {
    /** OSGi capability namespace of architecture features; never wired ({@code effective:=compose}). */
    public static final String FEATURE_NAMESPACE = "arm.feature";

    private final int version;
    private final SortedSet<String> features;
    private final ProfilingExtension profiling;
    private final SortedMap<String, Long> registerValues;
    private final SortedMap<Integer, PmuEvent> contributed;

    /**
     * @param version two digits: 82 is Armv8.2, 85 is Armv8.5
     * @param features feature names such as {@code FEAT_FGT}, {@code FEAT_EL3}
     * @param profiling what SPE implements, null when SPE is absent
     * @param registerValues values of identification registers that the variant states, by name: MIDR_EL1, …
     */
    public Architecture(
            int version, Set<String> features, ProfilingExtension profiling, Map<String, Long> registerValues) {
        this(version, features, profiling, registerValues, new TreeMap<>());
    }

    private Architecture(
            int version,
            Set<String> features,
            ProfilingExtension profiling,
            Map<String, Long> registerValues,
            SortedMap<Integer, PmuEvent> contributed) {
        this.contributed = contributed;
        this.version = version;
        this.features = Collections.unmodifiableSortedSet(new TreeSet<>(features));
        this.profiling = profiling;
        this.registerValues = Collections.unmodifiableSortedMap(new TreeMap<>(registerValues));
    }

    /** The version as two digits: 85 for Armv8.5. */
    public int version() {
        return version;
    }

    /** Every implemented feature, in name order. */
    public SortedSet<String> features() {
        return features;
    }

    /** Whether the feature of that name ({@code FEAT_…}) is implemented. */
    public boolean has(String feature) {
        return features.contains(feature);
    }

    /** What SPE implements; null when PMSVer is 0. */
    public ProfilingExtension profiling() {
        return profiling;
    }

    /** The value that the variant states for an identification register, or the given one. */
    public long registerValue(String name, long otherwise) {
        return registerValues.getOrDefault(name, otherwise);
    }

    /** PMCR_EL0.N: the number of event counters of the performance monitors, 6 unless the variant states PMCR_EL0. */
    public int eventCounters() {
        return (int) (registerValue("PMCR_EL0", 6 << 11) >>> 11) & 31;
    }

    /** The same architecture with PMU events that parts bring; of one number the last one counts. */
    public Architecture withPmuEvents(List<PmuEvent> events) {
        SortedMap<Integer, PmuEvent> all = new TreeMap<>(contributed);
        events.forEach(event -> all.put(event.number(), event));
        return new Architecture(version, features, profiling, registerValues, all);
    }

    /**
     * PMU events that parts bring, by number, those of SPE among them where it may be counted (FEAT_PMUv3p1). The
     * performance monitors have their own beside them.
     */
    public SortedMap<Integer, PmuEvent> pmuEvents() {
        SortedMap<Integer, PmuEvent> all = new TreeMap<>(contributed);
        if (profiling != null && has("FEAT_PMUv3p1")) {
            all.putAll(profiling.pmuEvents());
        }
        return all;
    }

    /** Whether the other one differs in its profiling extension at most. */
    public boolean equalsApartFromProfiling(Architecture other) {
        return version == other.version
                && contributed.keySet().equals(other.contributed.keySet())
                && features.equals(other.features)
                && registerValues.equals(other.registerValues);
    }

    /** The same architecture without SPE. */
    public Architecture withoutProfiling() {
        return new Architecture(version, features, null, registerValues, contributed);
    }
}
