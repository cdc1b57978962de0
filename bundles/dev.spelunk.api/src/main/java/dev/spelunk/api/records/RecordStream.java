// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

import java.io.IOException;
import java.io.InputStream;
import org.osgi.annotation.versioning.ProviderType;

/** The sample records of one vCPU so far, in order. To be read while the machine is paused or its run is over. */
@ProviderType
public interface RecordStream {
    /** Index of the vCPU, or {@link RecordOrigin#HOST}. */
    int vcpu();

    /** Number of records. */
    long records();

    /** Their bytes, with padding. */
    long bytes();

    /**
     * Opens the records, from the first one on.
     *
     * @throws IOException when the host does not give them back
     */
    InputStream open() throws IOException;

    /**
     * Writes what is still in memory to the stream's file, which is made if there is none.
     *
     * @throws IOException when the host cannot; the file then holds whole records still
     */
    void flush() throws IOException;
}
