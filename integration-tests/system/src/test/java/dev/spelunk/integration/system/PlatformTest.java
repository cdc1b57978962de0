// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.platform.Drive;
import dev.spelunk.api.platform.Peripherals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Guests that use what a board has beside its PEs, with and without hypervisor. */
class PlatformTest {
    private static final String TEST = "PlatformTest";
    private static final long LIMIT = 10_000_000;
    private static final int SECTOR = 512;
    private static final String TEXT = "a sector of text\n";

    /** A drive in memory. */
    private static final class MemoryDrive implements Drive {
        private final byte[] content = new byte[64 * SECTOR];

        @Override
        public long size() {
            return content.length;
        }

        @Override
        public boolean readOnly() {
            return false;
        }

        @Override
        public void read(long offset, byte[] to, int at, int length) {
            System.arraycopy(content, (int) offset, to, at, length);
        }

        @Override
        public void write(long offset, byte[] from, int at, int length) {
            System.arraycopy(from, at, content, (int) offset, length);
        }

        @Override
        public void flush() {
            throw new AssertionError("the guest does not flush");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kvm", "none"})
    @DisplayName("a driver reads and writes a virtio drive, and gets its interrupts")
    void drive(String hypervisor) throws IOException, InterruptedException {
        MemoryDrive drive = new MemoryDrive();
        byte[] text = TEXT.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, drive.content, 0, text.length);
        Machines.Run run = Machines.setup()
                .guest(Guests.built(TEST, "virtio.elf"))
                .hypervisor(hypervisor)
                .limit(LIMIT)
                .peripherals(new Peripherals(List.of(drive), false, List.of(), false))
                .run();
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        assertThat(run.console()).isEqualTo(TEXT);
        assertThat(Arrays.copyOfRange(drive.content, SECTOR, 2 * SECTOR))
                .isEqualTo(Arrays.copyOf(drive.content, SECTOR));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kvm", "none"})
    @DisplayName("SEV of one PE ends the WFE of another (DDI 0487, D1.6)")
    void events(String hypervisor) throws IOException, InterruptedException {
        Machines.Run run = Machines.setup()
                .guest(Guests.built(TEST, "events.elf"))
                .hypervisor(hypervisor)
                .cpus(2)
                .limit(LIMIT)
                .run();
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.result().exitCode()).as(run.told()).isZero();
    }
}
