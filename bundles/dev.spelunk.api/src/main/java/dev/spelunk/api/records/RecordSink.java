// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Whiteboard service: gets each sample record that reached a profiling buffer, in the order in which they were written.
 * It is called on the thread that runs the machine, which waits for it.
 */
@ConsumerType
public interface RecordSink {
    /**
     * Takes a record.
     *
     * @param origin where it comes from; valid during the call only
     * @param data holds the record with its padding; valid during the call only
     * @param offset of its first byte
     * @param length in bytes, with its padding
     */
    void record(RecordOrigin origin, byte[] data, int offset, int length);
}
