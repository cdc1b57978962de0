// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/** Service: turns raw records into what people and tools read. */
@ProviderType
public interface ProfileWriter {
    /**
     * Begins a perf.data file that the stock perf reads.
     *
     * @param file is made or overwritten; it is whole when the profile is finished; null for none, when only what the
     *     records say is wanted. Files that perf needs for symbols go
     *     into a folder {@code GUEST.symbols} beside it, when the guest's own file does not serve
     * @throws IOException when it cannot be written
     */
    default Profile begin(Path file, ProfileDescription description) throws IOException {
        return begin(file, null, description);
    }

    /**
     * Begins a perf.data file and a table of the records: a file of Apache Parquet with one row for each.
     *
     * @param file as above
     * @param table is made or overwritten; it is whole when the profile is finished; null for none
     * @throws IOException when one of them cannot be written
     */
    Profile begin(Path file, Path table, ProfileDescription description) throws IOException;

    /** Whether a file begins as a perf.data file does. @throws IOException when it cannot be read */
    boolean isPerfData(Path file) throws IOException;

    /**
     * Reads the records of SPE in a perf.data file, of perf or of {@link #begin}. Its heap does not grow with their number.
     *
     * @param table a file of Apache Parquet to be made or overwritten, with one row for each record; null for none
     * @throws MalformedPerfDataException when there are none, or the file is damaged
     * @throws IOException when a file cannot be read, or the table not be made
     */
    ReadProfile read(Path perfData, PerfDataOptions options, Path table) throws IOException;

    /**
     * Prints raw records in a layout close to that of {@code perf report -D}. Bytes that are no record are skipped up to
     * the next one, and a line says where they are and why.
     *
     * @throws MalformedRecordException when there is no record, or when the options are strict and there is something
     *     else; what is good before it is printed
     */
    DecodeOptions.Outcome decode(InputStream records, Appendable out, DecodeOptions options)
            throws IOException, MalformedRecordException;

    /** Number of records in a stream of whole records. @throws MalformedRecordException when it is not one */
    long count(InputStream records) throws IOException, MalformedRecordException;
}
