// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.platform;

import dev.spelunk.api.state.BusTarget;
import org.osgi.annotation.versioning.ConsumerType;

/** One device of a machine: registers on the bus, interrupt lines, deadlines, a node of the device tree. */
@ConsumerType
public interface Device extends BusTarget {
    /** First address of its registers; -1 when it has none on the bus. */
    long base();

    /** Size of its registers in bytes. */
    long size();

    /** Virtual time in cycles of the PE at which {@link #advance} must be called; Long.MAX_VALUE for never. */
    long deadline(int pe);

    /** Brings lines up to date with the PE's time and registers. */
    void advance(int pe);

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
