// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import static dev.spelunk.platform.virtio.MmioTransport.F_EVENT_IDX;
import static dev.spelunk.platform.virtio.MmioTransport.F_INDIRECT_DESC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.platform.virtio.Driver.Buffer;
import dev.spelunk.platform.virtio.Driver.Used;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Split virtqueues (virtio 1.2, 2.7)")
class VirtqueueTest {
    private static final long AT = Bench.RAM + 0x8_0000;
    private static final long TABLE = Bench.RAM + 0x9_0000;
    private static final int NEXT = 1;
    private static final int WRITE = 2;
    private static final int INDIRECT = 4;
    private final Bench bench = new Bench(new Peripherals(List.of(), false, List.of(), true));
    private final Driver driver = new Driver(bench, 0);

    @Test
    @DisplayName("chains come back in order, with what was written")
    void order() {
        driver.up(0, 1);
        int first = driver.add(0, Buffer.fromDevice(AT, 3), Buffer.fromDevice(AT + 0x100, 5));
        int second = driver.add(0, Buffer.fromDevice(AT + 0x200, 1));
        driver.notify(0);
        assertThat(driver.usedFrom(0, 0)).containsExactly(new Used(first, 8), new Used(second, 1));
        assertThat(driver.bytes(AT + 3, 1)).containsExactly(0);
    }

    @Test
    @DisplayName("indices go round at 65536")
    void wrapAround() {
        driver.up(0, 1);
        for (int i = 0; i < 65_540; i++) {
            driver.transfer(0, Buffer.fromDevice(AT, 1));
        }
        assertThat(driver.usedIndex(0)).isEqualTo(4);
    }

    @Test
    @DisplayName("an indirect table stands for its descriptors")
    void indirect() {
        driver.up(F_INDIRECT_DESC, 1);
        driver.chain(TABLE, 0, Buffer.fromDevice(AT, 16), Buffer.fromDevice(AT + 0x100, 16));
        driver.descriptor(driver.table(0), 5, TABLE, 32, INDIRECT, 0);
        driver.offer(0, 5);
        driver.notify(0);
        assertThat(driver.usedFrom(0, 0)).containsExactly(new Used(5, 32));
    }

    @Test
    @DisplayName("the driver's flag keeps interrupts away")
    void noInterrupt() {
        driver.up(0, 1);
        driver.flags(0, 1);
        driver.transfer(0, Buffer.fromDevice(AT, 1));
        assertThat(bench.interrupt(0)).isFalse();
        driver.flags(0, 0);
        driver.notify(0);
        assertThat(bench.interrupt(0)).isFalse();
        driver.transfer(0, Buffer.fromDevice(AT, 1));
        assertThat(bench.interrupt(0)).isTrue();
    }

    @Test
    @DisplayName(
            "with event indices the interrupt comes when the driver's index has been passed, and the flag counts for nothing")
    void usedEvent() {
        driver.up(F_EVENT_IDX, 1);
        driver.flags(0, 1);
        driver.usedEvent(0, 2);
        driver.transfer(0, Buffer.fromDevice(AT, 1));
        driver.transfer(0, Buffer.fromDevice(AT, 1));
        assertThat(bench.interrupt(0)).isFalse();
        driver.transfer(0, Buffer.fromDevice(AT, 1));
        assertThat(bench.interrupt(0)).isTrue();
        driver.acknowledge();
        driver.transfer(0, Buffer.fromDevice(AT, 1));
        assertThat(bench.interrupt(0)).isFalse();
    }

    @Test
    @DisplayName("with event indices the device asks for a notification of the next chain")
    void availableEvent() {
        driver.up(F_EVENT_IDX, 1);
        driver.add(0, Buffer.fromDevice(AT, 1));
        driver.add(0, Buffer.fromDevice(AT, 1));
        driver.notify(0);
        assertThat(driver.availableEvent(0)).isEqualTo(2);
    }

    @Test
    @DisplayName("a buffer of no bytes is passed over")
    void emptyBuffer() {
        driver.up(0, 1);
        assertThat(driver.transfer(0, Buffer.toDevice(0, 0), Buffer.fromDevice(AT, 0), Buffer.fromDevice(AT, 4))
                        .written())
                .isEqualTo(4);
    }

    static Stream<Arguments> malformed() {
        long end = Bench.RAM + (1 << 20);
        return Stream.of(
                named("head behind the table", d -> d.offer(0, Driver.SIZE)),
                named("next behind the table", d -> one(d, AT, 8, WRITE | NEXT, Driver.SIZE)),
                named("chain that bites its tail", d -> one(d, AT, 8, WRITE | NEXT, 0)),
                named("more chains than entries", d -> d.availableIndex(0, Driver.SIZE + 1)),
                named("index that goes back", d -> d.availableIndex(0, 0xFFFF)),
                named("buffer below memory", d -> one(d, Bench.RAM - 1, 8, WRITE, 0)),
                named("buffer across the end of memory", d -> one(d, end - 4, 8, WRITE, 0)),
                named("buffer far away", d -> one(d, -8, 8, WRITE, 0)),
                named("buffer around the address space", d -> one(d, Bench.RAM, 0xFFFF_FFFFL, WRITE, 0)),
                named("read buffer outside memory", d -> one(d, 0, 8, 0, 0)),
                named("read buffer behind a written one", d -> {
                    d.descriptor(d.table(0), 1, AT, 8, 0, 0);
                    one(d, AT, 8, WRITE | NEXT, 1);
                }),
                named("indirect table with a next descriptor", d -> one(d, TABLE, 16, INDIRECT | NEXT, 1)),
                named("indirect table of no descriptors", d -> one(d, TABLE, 0, INDIRECT, 0)),
                named("indirect table of one and a half", d -> one(d, TABLE, 24, INDIRECT, 0)),
                named("indirect table too long", d -> one(d, TABLE, 16 * 1025, INDIRECT, 0)),
                named("indirect table outside memory", d -> one(d, end - 16, 32, INDIRECT, 0)),
                named("indirect table in an indirect table", d -> {
                    d.descriptor(TABLE, 0, TABLE + 64, 16, INDIRECT, 0);
                    one(d, TABLE, 16, INDIRECT, 0);
                }),
                named("next behind the indirect table", d -> {
                    d.descriptor(TABLE, 0, AT, 8, WRITE | NEXT, 2);
                    one(d, TABLE, 32, INDIRECT, 0);
                }),
                named("indirect table that bites its tail", d -> {
                    d.descriptor(TABLE, 0, AT, 8, WRITE | NEXT, 1);
                    d.descriptor(TABLE, 1, AT, 8, WRITE | NEXT, 0);
                    one(d, TABLE, 32, INDIRECT, 0);
                }),
                named("more to read than any device takes", d -> {
                    for (int i = 0; i < 8; i++) {
                        d.descriptor(TABLE, i, Bench.RAM, 1 << 20, i == 7 ? 0 : NEXT, i + 1);
                    }
                    one(d, TABLE, 128, INDIRECT, 0);
                }));
    }

    private static Arguments named(String name, Consumer<Driver> prepare) {
        return Arguments.of(name, prepare);
    }

    private static void one(Driver d, long address, long length, int flags, int next) {
        d.descriptor(d.table(0), 0, address, length, flags, next);
        d.offer(0, 0);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    @DisplayName("a driver that makes a mess of its queue finds a device that needs a reset, and goes on after it")
    void needsReset(String name, Consumer<Driver> prepare) {
        driver.up(F_INDIRECT_DESC, 1);
        prepare.accept(driver);
        driver.notify(0);
        assertThat(driver.needsReset()).isTrue();
        assertThat(driver.usedIndex(0)).isZero();
        assertThat(driver.up(F_INDIRECT_DESC, 1)
                        .transfer(0, Buffer.fromDevice(AT, 8))
                        .written())
                .isEqualTo(8);
    }

    @Test
    @DisplayName("indirect tables that were not negotiated are refused")
    void indirectNotNegotiated() {
        driver.up(0, 1);
        driver.descriptor(TABLE, 0, AT, 8, WRITE, 0);
        one(driver, TABLE, 16, INDIRECT, 0);
        driver.notify(0);
        assertThat(driver.needsReset()).isTrue();
    }

    @Test
    @DisplayName("a device that is made to write its own rings stops after as many chains as there are entries")
    void selfModifying() {
        driver.up(0, 1);
        // Whatever the device writes to the available ring's index, it has looked at it once.
        for (int i = 0; i < Driver.SIZE; i++) {
            driver.descriptor(driver.table(0), i, driver.table(0) + 0x400, 4, WRITE, 0);
            driver.offer(0, i);
        }
        bench.memory.accesses = 0;
        driver.notify(0);
        assertThat(driver.usedIndex(0)).isLessThanOrEqualTo(Driver.SIZE);
        assertThat(bench.memory.accesses).isLessThan(40 * Driver.SIZE);
    }
}
