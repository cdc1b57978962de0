// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spelunk.api.records.MalformedPerfDataException;
import dev.spelunk.api.records.PerfDataOptions;
import dev.spelunk.api.records.ReadProfile;
import dev.spelunk.records.RecordsComponent;
import java.io.IOException;

/** Files of perf, with what was mapped where and the records in them: read, named and put into a table, or refused. */
class PerfDataFuzzTest {
    private final RecordsComponent component = new RecordsComponent();
    private final Scratch file = new Scratch("perf.data");
    private final Scratch table = new Scratch("records.parquet");

    @FuzzTest
    void fuzz(byte[] data) throws IOException {
        file.with(data);
        if (component.isPerfData(file.path()) && data.length < 8) {
            throw new AssertionError("a file without a magic number is taken for perf's");
        }
        try {
            ReadProfile profile =
                    component.read(file.path(), new PerfDataOptions(file.path().getParent(), null), table.path());
            if (profile.summary().isBlank()) {
                throw new AssertionError("nothing is said of the records");
            }
            if (profile.tableFailure() != null) {
                throw profile.tableFailure();
            }
        } catch (MalformedPerfDataException e) {
            Messages.check(e.getMessage(), file.path());
        }
    }
}
