// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import dev.spelunk.api.records.DecodeOptions;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.PerfDataOptions;
import dev.spelunk.api.records.Profile;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.api.records.ReadProfile;
import dev.spelunk.records.perf.PerfDataFile;
import dev.spelunk.records.perf.PerfDataReader;
import dev.spelunk.records.table.RecordTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.osgi.service.component.annotations.Component;

/** Publishes the decoder, the summary and the perf.data writer. */
@Component
public final class RecordsComponent implements ProfileWriter {
    @Override
    public Profile begin(Path file, Path table, ProfileDescription description) throws IOException {
        PerfDataFile perfData = file == null ? null : new PerfDataFile(file, description);
        try {
            return new ProfileRecorder(
                    perfData, table == null ? null : new RecordTable(table, description), description);
        } catch (IOException e) {
            if (perfData != null) {
                perfData.close();
            }
            throw e;
        }
    }

    @Override
    public boolean isPerfData(Path file) throws IOException {
        return PerfDataReader.isPerfData(file);
    }

    @Override
    public ReadProfile read(Path perfData, PerfDataOptions options, Path table) throws IOException {
        return PerfDataProfile.read(perfData, options, table);
    }

    @Override
    public DecodeOptions.Outcome decode(InputStream records, Appendable out, DecodeOptions options)
            throws IOException, MalformedRecordException {
        return options.strict()
                ? RecordDecoder.printStrictly(records, out, options.midr())
                : RecordDecoder.print(records, out, options.midr());
    }

    @Override
    public long count(InputStream records) throws IOException, MalformedRecordException {
        return RecordDecoder.count(records);
    }
}
