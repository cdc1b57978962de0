// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import dev.spelunk.api.records.Profile;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.RecordOptions;
import dev.spelunk.api.records.RecordOrigin;
import dev.spelunk.api.records.RecordStream;
import dev.spelunk.machine.records.RecordLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/**
 * A program of its own: makes millions of records of two vCPUs, without a guest, and passes them through the machine's
 * log, the profile and the table as a run does. It prints the profile's summary.
 */
final class RecordFlood {
    private RecordFlood() {}

    /** @param arguments the folder for the files, and the number of records */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        long count = Long.parseLong(arguments[1]);
        ProfileDescription description = new ProfileDescription(null, 2, 0, 1_000_000_000, List.of());
        RecordOptions options =
                new RecordOptions(true, vcpu -> folder.resolve("records." + vcpu + ".bin"), Long.MAX_VALUE);
        try (RecordLog log = new RecordLog(2, options);
                Profile profile = new RecordsComponent()
                        .begin(folder.resolve("perf.data"), folder.resolve("records.parquet"), description)) {
            log.add(profile);
            flood(log, count);
            for (RecordStream stream : log.guests()) {
                stream.flush();
            }
            profile.finish();
            if (profile.tableFailure() != null) {
                throw profile.tableFailure();
            }
            System.out.print(profile.summary());
        }
    }

    private static void flood(RecordLog log, long count) {
        byte[] record = new RecordBuilder()
                .counter(0, 7)
                .pc(0x40000000, 1)
                .operation(1, 0)
                .events(2, 2)
                .timestamp(0)
                .align(5)
                .bytes();
        ByteBuffer fields = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        int pcAt = 4;
        int timestampAt = 4 + 8 + 2 + 3 + 1;
        RecordOrigin origin = new RecordOrigin();
        long pc = fields.getLong(pcAt);
        for (long i = 0; i < count; i++) {
            origin.vcpu = i % 3 == 0 ? 1 : 0;
            origin.cycles = i;
            fields.putLong(pcAt, pc + (i & 0xffff) * 4);
            fields.putLong(timestampAt, i);
            log.record(origin, record, 0, record.length);
        }
    }
}
