// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import static dev.spelunk.platform.virtio.MmioTransport.ACKNOWLEDGE;
import static dev.spelunk.platform.virtio.MmioTransport.DEVICE_NEEDS_RESET;
import static dev.spelunk.platform.virtio.MmioTransport.DRIVER;
import static dev.spelunk.platform.virtio.MmioTransport.DRIVER_OK;
import static dev.spelunk.platform.virtio.MmioTransport.FEATURES_OK;
import static dev.spelunk.platform.virtio.MmioTransport.F_EVENT_IDX;
import static dev.spelunk.platform.virtio.MmioTransport.F_INDIRECT_DESC;
import static dev.spelunk.platform.virtio.MmioTransport.F_VERSION_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.platform.DeviceTree;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.platform.virtio.Driver.Buffer;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("virtio over MMIO (virtio 1.2, 4.2)")
class MmioTransportTest {
    private static final int DATA = 0x8_0000;
    private static final long AT = Bench.RAM + DATA;
    private final Bench bench = new Bench(new Peripherals(List.of(), false, List.of(), true));
    private final Driver driver = new Driver(bench, 0);

    @Test
    @DisplayName("tells what it is: magic value, version 2, type of the device, vendor")
    void identification() {
        assertThat(driver.register(MmioTransport.MAGIC_VALUE)).isEqualTo(0x74726976);
        assertThat(driver.register(MmioTransport.VERSION)).isEqualTo(2);
        assertThat(driver.register(MmioTransport.DEVICE_ID)).isEqualTo(4);
        assertThat(driver.register(MmioTransport.CONFIG_GENERATION)).isZero();
    }

    @Test
    @DisplayName("there are no shared memory regions: their length and base are all ones")
    void sharedMemory() {
        for (int offset = MmioTransport.SHM_LEN_LOW; offset <= MmioTransport.SHM_BASE_HIGH; offset += 4) {
            assertThat(driver.register(offset)).isEqualTo(0xFFFF_FFFFL);
        }
    }

    @Test
    @DisplayName("offers indirect descriptors, event indices and version 1; nothing in other words of features")
    void features() {
        assertThat(driver.offered()).isEqualTo(F_INDIRECT_DESC | F_EVENT_IDX | F_VERSION_1);
        driver.register(MmioTransport.DEVICE_FEATURES_SEL, 2);
        assertThat(driver.register(MmioTransport.DEVICE_FEATURES)).isZero();
    }

    @ParameterizedTest(name = "{0}, FEATURES_OK stays: {1}")
    @CsvSource({
        "100000000, true",
        "130000000, true",
        "0, false",
        "30000000, false",
        "100000001, false",
        "8000000100000000, false"
    })
    @DisplayName("refuses a driver without VERSION_1 and one that accepts what was not offered")
    void negotiation(String features, boolean accepted) {
        driver.negotiate(Long.parseUnsignedLong(features, 16));
        assertThat((driver.status() & FEATURES_OK) != 0).isEqualTo(accepted);
    }

    @Test
    @DisplayName("a driver cannot change its features behind FEATURES_OK")
    void featuresAreFixed() {
        driver.up(F_EVENT_IDX, 1);
        driver.register(MmioTransport.DRIVER_FEATURES_SEL, 0);
        driver.register(MmioTransport.DRIVER_FEATURES, 0);
        driver.usedEvent(0, 100);
        driver.transfer(0, Buffer.fromDevice(AT, 8));
        assertThat(bench.interrupt(0)).isFalse();
    }

    @Test
    @DisplayName("a queue that is not there has a largest size of 0, and nothing can be set in it")
    void absentQueue() {
        assertThat(driver.register(MmioTransport.QUEUE_NUM_MAX)).isEqualTo(8);
        for (long select : new long[] {1, 0x7FFF_FFFFL, 0xFFFF_FFFFL}) {
            driver.register(MmioTransport.QUEUE_SEL, select);
            driver.register(MmioTransport.QUEUE_READY, 1);
            assertThat(driver.register(MmioTransport.QUEUE_NUM_MAX)).isZero();
            assertThat(driver.register(MmioTransport.QUEUE_READY)).isZero();
        }
        assertThat(driver.needsReset()).isFalse();
    }

    @Test
    @DisplayName("no buffer is used before DRIVER_OK; what was made available before is used then")
    void notBeforeDriverOk() {
        driver.negotiate(F_VERSION_1);
        driver.queue(0);
        driver.add(0, Buffer.fromDevice(AT, 8));
        driver.notify(0);
        assertThat(driver.usedIndex(0)).isZero();
        driver.go();
        assertThat(driver.usedIndex(0)).isOne();
        assertThat(bench.interrupt(0)).isTrue();
    }

    @Test
    @DisplayName("DRIVER_OK without accepted features does nothing")
    void driverOkAlone() {
        driver.negotiate(0);
        driver.queue(0);
        driver.add(0, Buffer.fromDevice(AT, 8));
        driver.register(MmioTransport.STATUS, ACKNOWLEDGE | DRIVER | DRIVER_OK);
        driver.notify(0);
        assertThat(driver.usedIndex(0)).isZero();
    }

    @Test
    @DisplayName("an interrupt stays until it is acknowledged")
    void interrupt() {
        driver.up(0, 1).transfer(0, Buffer.fromDevice(AT, 8));
        assertThat(bench.interrupt(0)).isTrue();
        assertThat(driver.register(MmioTransport.INTERRUPT_STATUS)).isEqualTo(MmioTransport.USED_BUFFER);
        driver.register(MmioTransport.INTERRUPT_ACK, 2);
        assertThat(bench.interrupt(0)).isTrue();
        driver.register(MmioTransport.INTERRUPT_ACK, 1);
        assertThat(bench.interrupt(0)).isFalse();
        assertThat(driver.register(MmioTransport.INTERRUPT_STATUS)).isZero();
    }

    @Test
    @DisplayName("what is still to be acknowledged is another edge")
    void anotherEdge() {
        driver.up(0, 1).transfer(0, Buffer.fromDevice(AT, 8));
        driver.availableIndex(0, 0x4000);
        driver.notify(0);
        assertThat(bench.rises()).hasSize(1);
        driver.register(MmioTransport.INTERRUPT_ACK, MmioTransport.USED_BUFFER);
        assertThat(driver.register(MmioTransport.INTERRUPT_STATUS)).isEqualTo(MmioTransport.CONFIGURATION_CHANGE);
        assertThat(bench.rises()).hasSize(2);
        assertThat(bench.interrupt(0)).isTrue();
    }

    @Test
    @DisplayName("reset: status, interrupt, features and queues are as at the beginning")
    void reset() {
        driver.up(0, 1).transfer(0, Buffer.fromDevice(AT, 8));
        driver.register(MmioTransport.STATUS, 0);
        assertThat(driver.status()).isZero();
        assertThat(bench.interrupt(0)).isFalse();
        assertThat(driver.register(MmioTransport.QUEUE_READY)).isZero();
        driver.up(0, 1);
        assertThat(driver.transfer(0, Buffer.fromDevice(AT, 8)).written()).isEqualTo(8);
    }

    @ParameterizedTest(name = "size {0}, areas at +{1}, +{2}, +{3}")
    @CsvSource({
        "0, 0, 400, 800",
        "3, 0, 400, 800",
        "16, 0, 400, 800",
        "8, 8, 400, 800",
        "8, 0, 401, 800",
        "8, 0, 400, 802",
        "8, FFFF0, 400, 800",
        "8, 0, FFFFE, 800",
        "8, 0, 400, FFFFC",
        "8, -10, 400, 800",
        "8, 0, 400, 200000"
    })
    @DisplayName("a queue of an impossible size or place is not made ready, and the device needs a reset")
    void impossibleQueue(int size, String descriptors, String available, String used) {
        driver.negotiate(F_VERSION_1);
        driver.register(MmioTransport.QUEUE_NUM, size);
        driver.register(MmioTransport.QUEUE_DESC_LOW, Bench.RAM + Long.parseLong(descriptors, 16));
        driver.register(MmioTransport.QUEUE_DRIVER_LOW, Bench.RAM + Long.parseLong(available, 16));
        driver.register(MmioTransport.QUEUE_DEVICE_LOW, Bench.RAM + Long.parseLong(used, 16));
        driver.register(MmioTransport.QUEUE_READY, 1);
        assertThat(driver.register(MmioTransport.QUEUE_READY)).isZero();
        assertThat(driver.needsReset()).isTrue();
    }

    @Test
    @DisplayName("an address of 64 bits behind the end of memory does not wrap around")
    void highAddress() {
        driver.negotiate(F_VERSION_1);
        driver.register(MmioTransport.QUEUE_NUM, 8);
        driver.register(MmioTransport.QUEUE_DESC_LOW, Bench.RAM);
        driver.register(MmioTransport.QUEUE_DESC_HIGH, 0xFFFF_FFFFL);
        driver.register(MmioTransport.QUEUE_READY, 1);
        assertThat(driver.needsReset()).isTrue();
    }

    @Test
    @DisplayName("a queue that is ready keeps its place until it is made unready")
    void readyQueueIsFixed() {
        driver.up(0, 1);
        driver.register(MmioTransport.QUEUE_DESC_LOW, 0);
        driver.register(MmioTransport.QUEUE_NUM, 1);
        assertThat(driver.transfer(0, Buffer.fromDevice(AT, 8)).written()).isEqualTo(8);
        driver.register(MmioTransport.QUEUE_READY, 0);
        driver.add(0, Buffer.fromDevice(AT, 8));
        driver.notify(0);
        assertThat(driver.usedIndex(0)).isOne();
    }

    @Test
    @DisplayName("DEVICE_NEEDS_RESET: interrupt for a change of configuration; only a reset clears it")
    void needsReset() {
        driver.up(0, 1);
        driver.offer(0, 200);
        driver.notify(0);
        assertThat(driver.needsReset()).isTrue();
        assertThat(driver.register(MmioTransport.INTERRUPT_STATUS)).isEqualTo(MmioTransport.CONFIGURATION_CHANGE);
        assertThat(bench.interrupt(0)).isTrue();
        driver.go();
        assertThat(driver.status() & DEVICE_NEEDS_RESET).isNotZero();
        driver.availableIndex(0, 0);
        driver.offer(0, 0);
        driver.notify(0);
        assertThat(driver.usedIndex(0)).isZero();
        assertThat(driver.up(0, 1).transfer(0, Buffer.fromDevice(AT, 8)).written())
                .isEqualTo(8);
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {1, 2, 8})
    @DisplayName("control registers are words: an access of another size does nothing")
    void wordsOnly(int size) {
        assertThat(bench.slots.read(MmioTransport.MAGIC_VALUE, size)).isZero();
        bench.slots.write(MmioTransport.STATUS, size, ACKNOWLEDGE);
        assertThat(driver.status()).isZero();
    }

    @Test
    @DisplayName("all state is the machine's: new devices go on where the old ones were")
    void swap() {
        driver.up(0, 1).transfer(0, Buffer.fromDevice(AT, 8));
        bench.renew();
        assertThat(driver.register(MmioTransport.INTERRUPT_STATUS)).isEqualTo(MmioTransport.USED_BUFFER);
        assertThat(driver.transfer(0, Buffer.fromDevice(AT, 8)).written()).isEqualTo(8);
        assertThat(driver.usedIndex(0)).isEqualTo(2);
    }

    @Test
    @DisplayName("the device tree has the slots of QEMU's virt board; what no run asks for is not there")
    void description() {
        DeviceTree tree = new DeviceTree("");
        new Bench(new Peripherals(List.of(new MemoryDrive(512, false)), false, List.of(), true)).slots.describe(tree);
        assertThat(tree.children())
                .extracting(DeviceTree::name)
                .containsExactly("virtio_mmio@a000000", "virtio_mmio@a000200");
        assertThat(tree.node("virtio_mmio@a000200").properties().get("interrupts"))
                .containsExactly(0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 1);
        assertThat(new VirtioComponent().create(new Bench(Peripherals.NONE))).isNull();
    }
}
