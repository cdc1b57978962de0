// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.platform;

import dev.spelunk.api.state.BusTarget;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One device of a machine: registers on the bus, interrupt lines, a node of the device tree. It says when it must be told
 * of the time ({@code DeviceContext.deadline}), and says so anew whenever that changes: nobody asks.
 */
@ConsumerType
public interface Device extends BusTarget {
    /** First address of its registers; -1 when it has none on the bus. */
    long base();

    /** Size of its registers in bytes. */
    long size();

    /**
     * Brings lines up to date with the PE's time and registers, and says the device's deadline anew. Called at the
     * deadline that the device has said for the PE, when a register changed that deadlines are derived from
     * ({@code PeState.CHANGED_TIMERS}: also when a swap or a restore takes away what was derived), and after time has
     * passed for a PE that waits.
     */
    void advance(int pe);

    /**
     * Is told that the PE begins or ends to wait in WFI or WFE ({@code PeState.waiting}), before its time passes. A
     * deadline at an executed operation does not come while it waits.
     */
    default void waitingChanged(int pe) {
        // Most deadlines come whether the PE waits or not.
    }

    /**
     * Is told, before the PE's next operation, that something changed that {@code PeState.changed} reports: its
     * Exception level, registers, events.
     */
    default void changed(int pe) {
        // Most devices live on deadlines alone.
    }

    /** Adds the device's nodes. */
    void describe(DeviceTree tree);
}
