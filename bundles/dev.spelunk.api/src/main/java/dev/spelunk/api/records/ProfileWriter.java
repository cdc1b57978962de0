// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/** Service: turns raw records into what people and tools read. */
@ProviderType
public interface ProfileWriter {
    /** Writes a perf.data file that the stock perf reads; to a temporary file first, then moved. */
    void perfData(Path file, ProfileDescription description, byte[] records) throws IOException;

    /**
     * A readable summary: where samples fell by function, operation types, branch outcomes, events.
     *
     * @return text of several lines, ending in a line feed
     */
    String summary(ProfileDescription description, byte[] records);

    /**
     * Prints raw records in a layout close to that of {@code perf report -D}.
     *
     * @throws MalformedRecordException when the stream is not a sequence of records; what is good before it is printed
     */
    void decode(InputStream records, Appendable out) throws IOException, MalformedRecordException;

    /** Number of records in a stream of whole records. @throws MalformedRecordException when it is not one */
    long count(byte[] records) throws MalformedRecordException;
}
