// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.timing;

import dev.spelunk.api.state.Operation;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Gives sampled operations of one PE their latencies and events. What it does not model it leaves alone.
 *
 * <p>A model with state that past operations change (caches, predictors) sees only the operations of a window
 * before each sample, so that all others run at full speed. The run loop asks for the window before each
 * stretch of operations; it may grow and shrink.
 */
@ProviderType
public interface OperationTimer {
    /** Value of {@link #warmingWindow}: every operation, whether profiling is enabled or not. */
    int EVERY_OPERATION = Integer.MAX_VALUE;

    /**
     * Operations before a sampled one that must be executed in observed form too; 0 for none,
     * {@link #EVERY_OPERATION} for all.
     */
    int warmingWindow();

    /** An operation of the warming window has been executed. */
    void warm(Operation operation);

    /** Sets total, issue and translation latency (cycles), event bits and data source of a sampled operation. */
    void time(Operation operation);

    /** What people who read the profile should know of how the latencies came about, one sentence each. */
    default List<String> report() {
        return List.of();
    }

    /** Drops everything derived. */
    void invalidate();
}
