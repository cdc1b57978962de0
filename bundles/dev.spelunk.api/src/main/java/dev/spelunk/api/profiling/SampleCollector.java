// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.profiling;

import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Collects what a profiling feature knows of a sampled operation beside what the PE, the timing model and the
 * SPU say: events, and values for its packets at an index that {@link ProfilingRulesBuilder#value} gave. A collector
 * keeps nothing of its own between calls: what it must remember is in {@code pe.spu.values}, at its index.
 */
@ConsumerType
public interface SampleCollector {
    /**
     * How many operations before each sampled one {@link #observe} is to see. They are executed in observed
     * form, which is slow: 0 where nothing is to be seen.
     */
    default int window() {
        return 0;
    }

    /** One operation of the window, after it was executed; {@code pe.executed} counts it. */
    default void observe(PeContext context, Operation operation) {}

    /** The operation has become the sample: its contexts and timestamp are collected, its filters not yet asked. */
    void collect(PeContext context, Operation sample);
}
