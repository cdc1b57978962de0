// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.platform.virtio.Driver.Buffer;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Entropy device (virtio 1.2, 5.4)")
class EntropyDeviceTest {
    private static final long AT = Bench.RAM + 0x8_0000;

    private static Driver driver() {
        return new Driver(new Bench(new Peripherals(List.of(), false, List.of(), true)), 0).up(0, 1);
    }

    @Test
    @DisplayName("fills buffers with numbers of the machine's seed, and raises the interrupt")
    void fills() {
        Driver driver = driver();
        assertThat(driver.transfer(0, Buffer.fromDevice(AT, 13), Buffer.fromDevice(AT + 0x100, 51))
                        .written())
                .isEqualTo(64);
        byte[] first = driver.bytes(AT, 13);
        assertThat(first).isNotEqualTo(new byte[13]);
        assertThat(driver.bench.interrupt(0)).isTrue();
        driver.transfer(0, Buffer.fromDevice(AT, 13));
        assertThat(driver.bytes(AT, 13)).isNotEqualTo(first);
        Driver same = driver();
        same.transfer(0, Buffer.fromDevice(AT, 13));
        assertThat(same.bytes(AT, 13)).isEqualTo(first);
    }

    @Test
    @DisplayName("a large buffer gets as much as the device gives at once; one to read from gets nothing")
    void limits() {
        Driver driver = driver();
        assertThat(driver.transfer(0, Buffer.fromDevice(AT, 0x1_0000)).written())
                .isEqualTo(EntropyDevice.LARGEST);
        assertThat(driver.bytes(AT + EntropyDevice.LARGEST, 8)).containsOnly(0);
        assertThat(driver.transfer(0, Buffer.toDevice(AT, 16)).written()).isZero();
    }
}
