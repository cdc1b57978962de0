// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Snapshots;
import dev.spelunk.api.records.Profile;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.records.RecordsComponent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.List;

/** Bytes of a profiling buffer on their way to perf.data: the file is whole, whatever they are. */
class ProfileFuzzTest {
    private static final long MAGIC = 0x32454C4946524550L;
    private final RecordsComponent component = new RecordsComponent();
    private final Scratch guest = new Scratch("guest");
    private final Scratch file = new Scratch("perf.data");
    private final ProfileDescription description;

    ProfileFuzzTest() {
        guest.with(new Program().image(false));
        try (Machine machine =
                Machines.compose(guest.path(), new Machines.Setup("none", 1, false, 1), Snapshots.NONE)) {
            description = machine.profile()
                    .by(new ProfileDescription.Recorder("Spelunk", "fuzz", List.of("fuzz"), Machines.MEMORY, 2));
        }
    }

    @FuzzTest
    void fuzz(byte[] data) throws IOException {
        try (Profile profile = component.begin(file.path(), description)) {
            profile.take(0, new ByteArrayInputStream(data));
            profile.finish();
            profile.summary();
            ByteBuffer written =
                    ByteBuffer.wrap(Files.readAllBytes(file.path())).order(ByteOrder.LITTLE_ENDIAN);
            long end = written.getLong(40) + written.getLong(48);
            if (written.getLong(0) != MAGIC || end > written.limit()) {
                throw new AssertionError("no perf.data: data up to " + end + " of " + written.limit());
            }
        }
    }
}
