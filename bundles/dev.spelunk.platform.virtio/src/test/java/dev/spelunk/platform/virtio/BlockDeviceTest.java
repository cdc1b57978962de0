// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.platform.virtio.Driver.Buffer;
import dev.spelunk.platform.virtio.Driver.Used;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Block device (virtio 1.2, 5.2)")
class BlockDeviceTest {
    private static final long HEADER = Bench.RAM + 0x8_0000;
    private static final long DATA = Bench.RAM + 0x9_0000;
    private static final long STATUS = Bench.RAM + 0x8_1000;
    private static final int SECTORS = 64;
    private final MemoryDrive drive = new MemoryDrive(SECTORS * 512 - 100, false);
    private final MemoryDrive fixed = new MemoryDrive(4096, true);
    private final Bench bench = new Bench(new Peripherals(List.of(drive, fixed), false, List.of(), false));
    private final Driver driver = new Driver(bench, 0);
    private final Driver fixedDriver = new Driver(bench, 1);
    private Used used;

    private int request(Driver d, int type, long sector, Buffer... data) {
        d.memory().write(HEADER, 4, type);
        d.memory().write(HEADER + 8, 8, sector);
        d.memory().write(STATUS, 1, 0xEE);
        Buffer[] all = new Buffer[data.length + 2];
        all[0] = Buffer.toDevice(HEADER, 16);
        System.arraycopy(data, 0, all, 1, data.length);
        all[all.length - 1] = Buffer.fromDevice(STATUS, 1);
        used = d.transfer(0, all);
        return (int) d.memory().read(STATUS, 1);
    }

    private static byte[] pattern(int length, int seed) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 7 + seed);
        }
        return bytes;
    }

    @Test
    @DisplayName("configuration: capacity in whole sectors, limits of segments, block size; read-only drives say so")
    void configuration() {
        assertThat(bench.slots.read(0x100, 8)).isEqualTo(SECTORS);
        assertThat(driver.register(0x108)).isEqualTo(32768);
        assertThat(driver.register(0x10C)).isEqualTo(126);
        assertThat(driver.register(0x114)).isEqualTo(512);
        assertThat(bench.slots.read(0x122, 2)).isOne();
        assertThat(bench.slots.read(0x13C, 4)).isZero();
        assertThat(driver.offered() & BlockDevice.F_RO).isZero();
        assertThat(fixedDriver.offered() & (BlockDevice.F_RO | BlockDevice.F_WRITE_ZEROES))
                .isEqualTo(BlockDevice.F_RO);
    }

    @Test
    @DisplayName("writes and reads sectors, over any number of buffers")
    void writeAndRead() {
        driver.up(0, 1);
        byte[] bytes = pattern(1536, 3);
        driver.memory().write(DATA, bytes, 0, bytes.length);
        assertThat(request(driver, BlockDevice.OUT, 5, Buffer.toDevice(DATA, 100), Buffer.toDevice(DATA + 100, 1436)))
                .isZero();
        assertThat(used.written()).isOne();
        assertThat(Arrays.copyOfRange(drive.content, 5 * 512, 8 * 512)).isEqualTo(bytes);
        assertThat(request(
                        driver,
                        BlockDevice.IN,
                        6,
                        Buffer.fromDevice(DATA + 0x1000, 7),
                        Buffer.fromDevice(DATA + 0x2000, 505)))
                .isZero();
        assertThat(used.written()).isEqualTo(513);
        assertThat(driver.bytes(DATA + 0x2000, 505)).isEqualTo(Arrays.copyOfRange(bytes, 519, 1024));
    }

    @Test
    @DisplayName("the rest of the last sector reads zero")
    void lastSector() {
        driver.up(0, 1);
        Arrays.fill(drive.content, (byte) 1);
        driver.memory().write(DATA + 510, 2, 0x5555);
        assertThat(request(driver, BlockDevice.IN, SECTORS - 1, Buffer.fromDevice(DATA, 512)))
                .isZero();
        byte[] sector = driver.bytes(DATA, 512);
        assertThat(sector[411]).isOne();
        assertThat(Arrays.copyOfRange(sector, 412, 512)).containsOnly(0);
    }

    @Test
    @DisplayName("header and status may lie anywhere in the chain's buffers")
    void anyLayout() {
        driver.up(0, 1);
        Arrays.fill(drive.content, (byte) 9);
        driver.memory().write(HEADER, 8, BlockDevice.IN);
        driver.memory().write(HEADER + 8, 8, 0);
        Used whole = driver.transfer(
                0, Buffer.toDevice(HEADER, 5), Buffer.toDevice(HEADER + 5, 11), Buffer.fromDevice(DATA, 513));
        assertThat(whole.written()).isEqualTo(513);
        assertThat(driver.bytes(DATA + 511, 2)).containsExactly(9, 0);
    }

    @ParameterizedTest(name = "type {0}, sector {1}, {2} bytes: status {3}")
    @CsvSource({
        "0, 0, 512, 0",
        "0, 63, 512, 0",
        "0, 64, 512, 1",
        "0, 63, 1024, 1",
        "0, -1, 512, 1",
        "0, 9223372036854775807, 512, 1",
        "0, 0, 511, 1",
        "0, 64, 0, 0",
        "0, 65, 0, 1",
        "1, 63, 512, 0",
        "1, 64, 512, 1",
        "1, 0, 100, 1",
        "1, 36028797018963968, 512, 1",
        "11, 0, 512, 2",
        "99, 0, 512, 2",
        "-1, 0, 512, 2"
    })
    @DisplayName("transfers outside the drive or of part of a sector are errors, other types are not supported")
    void limits(int type, long sector, int length, int status) {
        driver.up(0, 1);
        assertThat(request(driver, type, sector, new Buffer(DATA, length, type != BlockDevice.OUT)))
                .isEqualTo(status);
        assertThat(driver.needsReset()).isFalse();
    }

    @Test
    @DisplayName("a request that is larger than the limits is an error")
    void tooLarge() {
        MemoryDrive large = new MemoryDrive(8 << 20, false);
        Bench other = new Bench(new Peripherals(List.of(large), false, List.of(), false));
        Driver d = new Driver(other, 0).up(0, 1);
        Buffer part = Buffer.fromDevice(Bench.RAM + 0x2_0000, 0xE_0000);
        d.memory().write(HEADER, 8, BlockDevice.IN);
        assertThat(request(d, BlockDevice.IN, 0, part, part, part, part, part)).isEqualTo(BlockDevice.IOERR);
        assertThat(request(d, BlockDevice.IN, 0, part, part, part)).isEqualTo(BlockDevice.OK);
    }

    @Test
    @DisplayName("flush reaches the host")
    void flush() {
        driver.up(BlockDevice.F_FLUSH, 1);
        assertThat(request(driver, BlockDevice.FLUSH, 0)).isZero();
        assertThat(drive.flushes).isOne();
    }

    @Test
    @DisplayName("each drive has its name")
    void identity() {
        fixedDriver.up(0, 1);
        assertThat(request(fixedDriver, BlockDevice.GET_ID, 0, Buffer.fromDevice(DATA, 20)))
                .isZero();
        assertThat(new String(fixedDriver.bytes(DATA, 7), StandardCharsets.US_ASCII))
                .isEqualTo("drive1\0");
        assertThat(request(fixedDriver, BlockDevice.GET_ID, 0, Buffer.fromDevice(DATA, 3)))
                .isZero();
        assertThat(used.written()).isEqualTo(4);
    }

    @Test
    @DisplayName("a read-only drive is not written to")
    void readOnly() {
        fixedDriver.up(0, 1);
        assertThat(request(fixedDriver, BlockDevice.OUT, 0, Buffer.toDevice(DATA, 512)))
                .isEqualTo(BlockDevice.IOERR);
        assertThat(request(fixedDriver, BlockDevice.WRITE_ZEROES, 0, Buffer.toDevice(DATA, 16)))
                .isEqualTo(BlockDevice.IOERR);
        assertThat(request(fixedDriver, BlockDevice.IN, 0, Buffer.fromDevice(DATA, 512)))
                .isZero();
    }

    @ParameterizedTest(name = "sector {0}, {1} sectors, flags {2}: status {3}")
    @CsvSource({"1, 3, 0, 0", "1, 3, 1, 0", "62, 2, 0, 0", "62, 3, 0, 1", "0, 8193, 0, 1", "-1, 1, 0, 1", "0, 1, 2, 2"})
    @DisplayName("write zeroes: one range")
    void writeZeroes(long sector, long count, int flags, int status) {
        driver.up(BlockDevice.F_WRITE_ZEROES, 1);
        Arrays.fill(drive.content, (byte) 1);
        driver.memory().write(DATA, 8, sector);
        driver.memory().write(DATA + 8, 4, count);
        driver.memory().write(DATA + 12, 4, flags);
        assertThat(request(driver, BlockDevice.WRITE_ZEROES, 0, Buffer.toDevice(DATA, 16)))
                .isEqualTo(status);
        for (int i = 0; i < drive.content.length; i++) {
            boolean zeroed = status == 0 && i / 512 >= sector && i / 512 < sector + count;
            assertThat(drive.content[i]).isEqualTo((byte) (zeroed ? 0 : 1));
        }
        assertThat(request(driver, BlockDevice.WRITE_ZEROES, 0, Buffer.toDevice(DATA, 32)))
                .isEqualTo(BlockDevice.IOERR);
    }

    @Test
    @DisplayName("what the host cannot do is an I/O error of the guest, and the next request works")
    void hostFails() {
        driver.up(0, 1);
        drive.broken = true;
        assertThat(request(driver, BlockDevice.IN, 0, Buffer.fromDevice(DATA, 512)))
                .isEqualTo(BlockDevice.IOERR);
        assertThat(request(driver, BlockDevice.OUT, 0, Buffer.toDevice(DATA, 512)))
                .isEqualTo(BlockDevice.IOERR);
        assertThat(request(driver, BlockDevice.FLUSH, 0)).isEqualTo(BlockDevice.IOERR);
        drive.broken = false;
        assertThat(request(driver, BlockDevice.IN, 0, Buffer.fromDevice(DATA, 512)))
                .isZero();
    }

    @Test
    @DisplayName("a request without room for a header or a status makes the device need a reset")
    void noHeader() {
        driver.up(0, 1);
        driver.add(0, Buffer.toDevice(HEADER, 15), Buffer.fromDevice(STATUS, 1));
        driver.notify(0);
        assertThat(driver.needsReset()).isTrue();
        driver.up(0, 1);
        driver.add(0, Buffer.toDevice(HEADER, 16));
        driver.notify(0);
        assertThat(driver.needsReset()).isTrue();
    }
}
