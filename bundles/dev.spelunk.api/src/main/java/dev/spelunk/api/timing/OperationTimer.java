// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.timing;

import dev.spelunk.api.state.Operation;
import org.osgi.annotation.versioning.ProviderType;

/** Gives sampled operations of one PE their latencies and events. What it does not model it leaves alone. */
@ProviderType
public interface OperationTimer {
    /** Operations before a sampled one that must be executed in observed form too; 0 for none. */
    int warmingWindow();

    /** An operation of the warming window has been executed. */
    void warm(Operation operation);

    /** Sets total, issue and translation latency (cycles), event bits and data source of a sampled operation. */
    void time(Operation operation);

    /** Drops everything derived. */
    void invalidate();
}
