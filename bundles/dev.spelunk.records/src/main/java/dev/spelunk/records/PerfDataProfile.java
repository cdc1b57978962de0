// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import dev.spelunk.api.records.MalformedPerfDataException;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.PerfDataOptions;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ReadProfile;
import dev.spelunk.records.data.Accumulator;
import dev.spelunk.records.data.Site;
import dev.spelunk.records.packet.RecordReader;
import dev.spelunk.records.packet.RecordScanner;
import dev.spelunk.records.packet.SampleRecord;
import dev.spelunk.records.perf.PerfDataReader;
import dev.spelunk.records.perf.PerfSymbols;
import dev.spelunk.records.summary.Summary;
import dev.spelunk.records.table.RecordTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/** Decodes the records in a perf.data file, once, for what is to be told of them. */
final class PerfDataProfile {
    /** Linux has no more. */
    private static final int MOST_CPUS = 1 << 14;

    private final PerfDataReader file;
    private final PerfSymbols symbols;
    private final ProfileDescription description;
    private final Accumulator data;
    private final Summary summary;
    private final RecordTable table;
    private final SampleRecord record = new SampleRecord();
    private final RecordTable.Row row = new RecordTable.Row();
    private MalformedRecordException malformed;
    private IOException tableFailure;

    private PerfDataProfile(PerfDataReader file, PerfDataOptions options, ProfileDescription description, Path table)
            throws IOException {
        this.file = file;
        this.description = description;
        symbols = new PerfSymbols(file.maps(), options.root(), options.kallsyms());
        data = new Accumulator(description, symbols);
        summary = new Summary(description, data);
        row.record = record;
        row.vcpu = -1;
        this.table = table == null ? null : new RecordTable(table, description);
    }

    /**
     * Reads a file.
     *
     * @param table gets the records too; null for none
     * @throws MalformedPerfDataException when it is no such file, or damaged
     */
    static ReadProfile read(Path path, PerfDataOptions options, Path table) throws IOException {
        try (PerfDataReader file = new PerfDataReader(path)) {
            int cpus = 1;
            for (PerfDataReader.Aux aux : file.auxes()) {
                if (aux.cpu() >= MOST_CPUS) {
                    throw new MalformedPerfDataException(path + ": it has AUX data of CPU " + aux.cpu());
                }
                cpus = Math.max(cpus, aux.cpu() + 1);
            }
            ProfileDescription description =
                    new ProfileDescription(null, cpus, file.midr(), file.frequency(), List.of());
            PerfDataProfile profile = new PerfDataProfile(file, options, description, table);
            return profile.read();
        }
    }

    private ReadProfile read() throws IOException {
        try {
            for (PerfDataReader.Aux aux : file.auxes()) {
                read(aux);
            }
            if (table != null && tableFailure == null) {
                finishTable();
            }
            return new ReadProfile(description, summary.text(), data.result(), malformed, tableFailure);
        } finally {
            if (table != null) {
                table.close();
            }
        }
    }

    private void read(PerfDataReader.Aux aux) throws IOException {
        int cpu = Math.max(aux.cpu(), 0);
        try (InputStream bytes = file.open(aux)) {
            RecordScanner scanner = new RecordScanner(new RecordReader(bytes), (from, to, why) -> {});
            while (scanner.next(record)) {
                int space = symbols.space(record, aux.thread());
                Site site = data.add(record, cpu, space);
                summary.add(record, cpu);
                if (table != null) {
                    row.cpu = aux.cpu();
                    row.position = aux.position() + record.offset;
                    row.function = site == null ? null : data.function(site);
                    row.task = symbols.task(record, aux.thread());
                    add();
                }
            }
            summary.bytes(aux.size(), scanner.skippedBytes());
            malformed = malformed == null ? scanner.malformed() : malformed;
        }
    }

    private void add() {
        if (tableFailure == null) {
            try {
                table.add(row);
            } catch (IOException e) {
                tableFailure = e;
            }
        }
    }

    private void finishTable() {
        try {
            table.finish();
        } catch (IOException e) {
            tableFailure = e;
        }
    }
}
