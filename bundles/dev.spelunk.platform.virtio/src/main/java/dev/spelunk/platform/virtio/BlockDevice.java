// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import dev.spelunk.api.platform.Drive;
import dev.spelunk.api.state.PhysicalMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A disk (virtio 1.2, 5.2) over a drive of the host. */
final class BlockDevice extends VirtioDevice {
    static final long F_SIZE_MAX = 1 << 1;
    static final long F_SEG_MAX = 1 << 2;
    static final long F_RO = 1 << 5;
    static final long F_BLK_SIZE = 1 << 6;
    static final long F_FLUSH = 1 << 9;
    static final long F_WRITE_ZEROES = 1 << 14;
    static final int IN = 0;
    static final int OUT = 1;
    static final int FLUSH = 4;
    static final int GET_ID = 8;
    static final int WRITE_ZEROES = 13;
    static final int OK = 0;
    static final int IOERR = 1;
    static final int UNSUPP = 2;
    static final int SECTOR = 512;
    static final int QUEUE_SIZE = 128;
    private static final int TYPE = 2;
    private static final int REQUESTS = 0;
    private static final int HEADER = 16;
    private static final int RANGE = 16;
    private static final int IDENTITY = 20;
    private static final int CONFIGURATION = 60;
    private static final int LARGEST_SEGMENT = 32 << 10;
    /** The header and the status need a descriptor each. */
    private static final int SEGMENTS = QUEUE_SIZE - 2;
    /** Most bytes of one request, a little more than a driver may ask for. */
    static final int LARGEST_TRANSFER = 4 << 20;

    private final Drive drive;
    private final byte[] identity;
    private final long sectors;
    private final byte[] configuration = new byte[CONFIGURATION];
    private final byte[] header = new byte[HEADER];
    private final byte[] buffer = new byte[64 << 10];
    private final byte[] status = new byte[1];
    /** Bytes of the current request that have been written to the driver's buffers. */
    private long written;

    BlockDevice(Drive drive, String identity) {
        this.drive = drive;
        this.identity = Arrays.copyOf(identity.getBytes(StandardCharsets.US_ASCII), IDENTITY);
        sectors = (drive.size() + SECTOR - 1) / SECTOR;
        PhysicalMemory.put64(configuration, 0, sectors);
        PhysicalMemory.put32(configuration, 8, LARGEST_SEGMENT);
        PhysicalMemory.put32(configuration, 12, SEGMENTS);
        PhysicalMemory.put32(configuration, 20, SECTOR);
        PhysicalMemory.put16(configuration, 34, 1);
        PhysicalMemory.put32(configuration, 48, LARGEST_TRANSFER / SECTOR);
        PhysicalMemory.put32(configuration, 52, 1);
    }

    @Override
    int type() {
        return TYPE;
    }

    @Override
    long features() {
        return F_SIZE_MAX | F_SEG_MAX | F_BLK_SIZE | F_FLUSH | (drive.readOnly() ? F_RO : F_WRITE_ZEROES);
    }

    @Override
    int queues() {
        return 1;
    }

    @Override
    int queueSize() {
        return QUEUE_SIZE;
    }

    @Override
    byte[] configuration() {
        return configuration;
    }

    @Override
    void process(int index) {
        Virtqueue queue = transport.queue(REQUESTS);
        for (int left = queue.available(); left > 0; left--) {
            DescriptorChain chain = queue.take();
            if (chain.writable() == 0 || chain.read(header, 0, HEADER) < HEADER) {
                throw new MalformedQueueException("request without header or status");
            }
            written = 0;
            try {
                status[0] = (byte) request(chain);
            } catch (IOException e) {
                status[0] = IOERR;
            }
            chain.write(chain.writable() - 1, status, 0, 1);
            queue.giveBack(chain, written + 1);
        }
        queue.done();
    }

    private int request(DescriptorChain chain) throws IOException {
        long sector = PhysicalMemory.get64(header, 8);
        switch (PhysicalMemory.get32(header, 0)) {
            case IN:
                return in(chain, sector);
            case OUT:
                return out(chain, sector);
            case FLUSH:
                drive.flush();
                return OK;
            case GET_ID:
                written = Math.min(chain.writable() - 1, IDENTITY);
                chain.write(0, identity, 0, (int) written);
                return OK;
            case WRITE_ZEROES:
                return drive.readOnly() ? IOERR : writeZeroes(chain);
            default:
                return UNSUPP;
        }
    }

    /** Whether so many bytes from a sector on are whole sectors of the drive, and not too many. */
    private boolean valid(long sector, long bytes) {
        return bytes % SECTOR == 0
                && bytes <= LARGEST_TRANSFER
                && sector >= 0
                && sector <= sectors
                && bytes / SECTOR <= sectors - sector;
    }

    private int in(DescriptorChain chain, long sector) throws IOException {
        long length = chain.writable() - 1;
        if (!valid(sector, length)) {
            return IOERR;
        }
        while (written < length) {
            int n = (int) Math.min(buffer.length, length - written);
            drive.read(sector * SECTOR + written, buffer, 0, n);
            chain.write(written, buffer, 0, n);
            written += n;
        }
        return OK;
    }

    private int out(DescriptorChain chain, long sector) throws IOException {
        if (drive.readOnly() || !valid(sector, chain.readable())) {
            return IOERR;
        }
        long at = sector * SECTOR;
        for (int n = chain.read(buffer, 0, buffer.length); n > 0; n = chain.read(buffer, 0, buffer.length)) {
            drive.write(at, buffer, 0, n);
            at += n;
        }
        return OK;
    }

    /** One range of sectors; whether the host may give the room back (the unmap flag) is its own affair. */
    private int writeZeroes(DescriptorChain chain) throws IOException {
        if (chain.readable() != RANGE) {
            return IOERR;
        }
        chain.read(header, 0, RANGE);
        long sector = PhysicalMemory.get64(header, 0);
        long length = (PhysicalMemory.get32(header, 8) & 0xFFFF_FFFFL) * SECTOR;
        if ((PhysicalMemory.get32(header, 12) & ~1) != 0) {
            return UNSUPP;
        }
        if (!valid(sector, length)) {
            return IOERR;
        }
        Arrays.fill(buffer, (byte) 0);
        for (long done = 0; done < length; done += buffer.length) {
            drive.write(sector * SECTOR + done, buffer, 0, (int) Math.min(buffer.length, length - done));
        }
        return OK;
    }
}
