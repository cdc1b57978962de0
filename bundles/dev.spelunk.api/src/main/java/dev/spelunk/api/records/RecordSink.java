// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

import org.osgi.annotation.versioning.ConsumerType;

/** Whiteboard service: gets each sample record that reached the profiling buffer, in order. */
@ConsumerType
public interface RecordSink {
    /**
     * @param pe index of the PE
     * @param cycles virtual time of its last byte
     * @param data holds the record with its padding; valid during the call only
     */
    void record(int pe, long cycles, byte[] data, int offset, int length);
}
