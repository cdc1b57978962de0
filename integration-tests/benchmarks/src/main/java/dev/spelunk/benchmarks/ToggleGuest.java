// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.benchmarks;

import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A guest that turns its MMU on, and from then on does nothing but enable and disable a profiling buffer of one
 * page: three instructions, of which two trap. An image with the Linux arm64 boot header.
 */
final class ToggleGuest {
    /** Instructions of the loop. */
    static final int LOOP = 3;
    /** Accesses of the loop that trap to the hypervisor and return. */
    static final int ROUND_TRIPS = 2;

    private static final int HEADER = 64;
    private static final int TABLE = 0x1000;
    private static final int SIZE = 0x2000;
    /** Where a loader puts an image whose text_offset is 0: at the start of RAM, or 2 MiB above it. */
    private static final long BUFFER = 0x4100_0000L;

    private static final long PAGE = 0x1000;
    /** Block of 1 GiB, valid, AttrIndx 0, Inner Shareable, AF. */
    private static final long BLOCK = 1 | 3 << 8 | 1 << 10;
    /** 39-bit addresses of 4 KiB pages in both halves. */
    private static final long TCR = 25L | 25L << 16 | 2L << 30 | 1L << 32;

    private static final long MAIR = 0xFF;
    private static final long SCTLR_M_C_I = 1 | 1 << 2 | 1 << 12;

    private final ByteBuffer image = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);

    private ToggleGuest() {
        image.putInt(0, 0x1400_0000 | HEADER / 4);
        image.putLong(16, SIZE);
        image.putLong(24, 0b1010);
        image.putInt(56, 0x644D_5241);
        // Gigabyte 0 has devices, gigabyte 1 the RAM: one to one.
        image.putLong(TABLE + 8, 0x4000_0000L | BLOCK);
        image.position(HEADER);
        address(1, TABLE);
        system(SystemRegister.TTBR0_EL1, 1);
        move(1, TCR);
        system(SystemRegister.TCR_EL1, 1);
        move(1, MAIR);
        system(SystemRegister.MAIR_EL1, 1);
        instructionBarrier();
        move(1, SCTLR_M_C_I);
        system(SystemRegister.SCTLR_EL1, 1);
        instructionBarrier();
        move(1, BUFFER);
        system(SystemRegister.PMBPTR_EL1, 1);
        move(1, BUFFER + PAGE + 1);
        move(2, BUFFER + PAGE);
        system(SystemRegister.PMBLIMITR_EL1, 1);
        system(SystemRegister.PMBLIMITR_EL1, 2);
        // B .-8
        image.putInt(0x1400_0000 | -2 & 0x3FF_FFFF);
    }

    /** ADR Xd, to an offset in the image. */
    private void address(int register, int offset) {
        int distance = offset - image.position();
        image.putInt(0x1000_0000 | (distance & 3) << 29 | (distance >> 2 & 0x7_FFFF) << 5 | register);
    }

    /** MOVZ and three MOVK. */
    private void move(int register, long value) {
        for (int half = 0; half < 4; half++) {
            int immediate = (int) (value >>> 16 * half) & 0xFFFF;
            image.putInt((half == 0 ? 0xD280_0000 : 0xF280_0000) | half << 21 | immediate << 5 | register);
        }
    }

    /** MSR. */
    private void system(int encoding, int register) {
        image.putInt(0xD500_0000
                | Encoding.op0(encoding) << 19
                | Encoding.op1(encoding) << 16
                | Encoding.crn(encoding) << 12
                | Encoding.crm(encoding) << 8
                | Encoding.op2(encoding) << 5
                | register);
    }

    private void instructionBarrier() {
        image.putInt(0xD503_3FDF);
    }

    /** Writes the image into a temporary file. */
    static Path write() {
        try {
            Path file = Files.createTempFile("toggle-", ".bin");
            file.toFile().deleteOnExit();
            Files.write(file, new ToggleGuest().image.array());
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
