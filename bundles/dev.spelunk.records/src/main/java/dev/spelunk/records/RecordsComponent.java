// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.records.perf.PerfDataFile;
import dev.spelunk.records.summary.Summary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.osgi.service.component.annotations.Component;

/** Publishes the decoder, the summary and the perf.data writer. */
@Component
public final class RecordsComponent implements ProfileWriter {
    @Override
    public void perfData(Path file, ProfileDescription description, byte[] records) throws IOException {
        PerfDataFile.write(file, description, records);
    }

    @Override
    public String summary(ProfileDescription description, byte[] records) {
        return Summary.of(description, records);
    }

    @Override
    public void decode(InputStream records, Appendable out) throws IOException, MalformedRecordException {
        RecordDecoder.print(records, out);
    }

    @Override
    public long count(byte[] records) throws MalformedRecordException {
        return RecordDecoder.count(records);
    }
}
