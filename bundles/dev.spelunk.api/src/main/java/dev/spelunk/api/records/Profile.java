// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A profile that is being made: a perf.data file to which records are written as they come, and the counts that its
 * summary needs. Its heap does not grow with the number of records. Records of {@link RecordOrigin#HOST} are no part of
 * it.
 */
@ProviderType
public interface Profile extends RecordSink, AutoCloseable {
    /**
     * Takes the records that a vCPU has made before, such as those of a machine that was restored.
     *
     * @throws IOException when they cannot be read
     */
    void take(int vcpu, InputStream records) throws IOException;

    /** Sets who is told, once and on any thread, when the file cannot be written: records from then on may be missing. */
    void onFailure(Consumer<IOException> told);

    /**
     * Completes the file. What could not be written before is tried again.
     *
     * @throws IOException when it cannot be written
     */
    void finish() throws IOException;

    /**
     * Why the table of records is not whole; null when it is, or none was asked for. The profile does not depend on it.
     * Call after {@link #finish}, whether or not it succeeded.
     */
    IOException tableFailure();

    /** Records that were dropped as the file could not be written. Call after {@link #finish}. */
    long dropped();

    /**
     * A readable summary: where samples fell by function, operation types, branch outcomes, events. Call after
     * {@link #finish}, whether or not it succeeded.
     *
     * @return text of several lines, ending in a line feed
     */
    String summary();

    /** What the summary says, and more, for programs. Call after {@link #finish}, whether or not it succeeded. */
    ProfileData data();

    /**
     * What {@link #data} would say of the records so far. Call while no record comes; counting goes on afterwards, beside
     * those that do.
     */
    Future<ProfileData> soFar();

    /** The first bytes that were no record, with their offset in the stream of their vCPU; null when there were none. */
    MalformedRecordException malformed();

    /** Ends it; a file that is not finished is left as it is. */
    @Override
    void close();
}
