// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

import org.osgi.annotation.versioning.ConsumerType;

/** Is told of accesses on a {@link Bus}, on the thread that runs the machine. */
@ConsumerType
public interface BusListener {
    /** A device has been read; value is what it gave, zero-extended. */
    void read(long address, int size, long value);

    /** A device is being written the low size bytes of value. */
    void written(long address, int size, long value);

    /** An access has ended in an External abort: nothing is there, or the device refuses it. */
    void aborted(long address, int size, boolean write);
}
