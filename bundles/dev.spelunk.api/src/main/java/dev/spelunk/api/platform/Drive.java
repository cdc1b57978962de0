// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.platform;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a host keeps of one disk of the guest. A device calls it while the guest waits, at the operation that
 * asks for the transfer, so that how long the host takes is nothing that a guest can see.
 */
@ConsumerType
public interface Drive {
    /** Size in bytes, above 0. The guest sees whole sectors of 512 bytes; the rest of the last one reads zero. */
    long size();

    boolean readOnly();

    /** Reads bytes; those behind the end are 0. */
    void read(long offset, byte[] to, int at, int length) throws IOException;

    /** Writes bytes. Not called when it is {@link #readOnly}. */
    void write(long offset, byte[] from, int at, int length) throws IOException;

    /** Returns when everything written is on the host's disk. */
    void flush() throws IOException;
}
