// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.problems.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guests that load, and every way in which a file is none. */
class GuestImageTest {
    private static final long BASE = 0x4000_0000L;
    private static final long SIZE = 16 << 20;

    @TempDir
    private Path folder;

    /** A well-formed ELF with one executable segment. */
    private static ByteBuffer elf(long virtual, long physical, long entry, int codeSize) {
        ByteBuffer b = ByteBuffer.allocate(120 + codeSize).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1).put(6, (byte) 1);
        b.putShort(16, (short) 2).putShort(18, (short) 183).putInt(20, 1);
        b.putLong(24, entry)
                .putLong(32, 64)
                .putShort(52, (short) 64)
                .putShort(54, (short) 56)
                .putShort(56, (short) 1);
        b.putInt(64, 1).putInt(68, 5).putLong(72, 120).putLong(80, virtual).putLong(88, physical);
        b.putLong(96, codeSize).putLong(104, codeSize);
        return b;
    }

    private GuestImage read(ByteBuffer content) throws IOException {
        return read(content.array());
    }

    private GuestImage read(byte[] content) throws IOException {
        return GuestImage.read(Files.write(folder.resolve("guest"), content), BASE, SIZE, -1);
    }

    private void refused(byte[] content, String because) {
        assertThatThrownBy(() -> read(content))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("guest")
                .hasMessageContaining(because);
    }

    @Test
    void loadsSegmentsAtTheirPhysicalAddress() throws IOException {
        GuestImage image = read(elf(BASE + 0x1000, BASE + 0x1000, BASE + 0x1004, 8));
        assertThat(image.entry).isEqualTo(BASE + 0x1004);
        assertThat(image.loads).singleElement().satisfies(load -> {
            assertThat(load.address()).isEqualTo(BASE + 0x1000);
            assertThat(load.fileOffset()).isEqualTo(120);
            assertThat(load.fileSize()).isEqualTo(8);
        });
        assertThat(image.end()).isEqualTo(BASE + 0x1008);
    }

    @Test
    void entersAtThePhysicalAddressOfAVirtualEntryPoint() throws IOException {
        GuestImage image = read(elf(0xffffff8040001000L, BASE + 0x1000, 0xffffff8040001004L, 8));
        assertThat(image.entry).isEqualTo(BASE + 0x1004);
        assertThat(image.segments).singleElement().satisfies(s -> assertThat(s.el())
                .isEqualTo(1));
    }

    @Test
    void keepsAPhysicalEntryPointOfAGuestThatIsLinkedHigh() throws IOException {
        assertThat(read(elf(0xffffff8040001000L, BASE + 0x1000, BASE + 0x1000, 8)).entry)
                .isEqualTo(BASE + 0x1000);
    }

    @Test
    void readsTheLinuxBootHeader() throws IOException {
        ByteBuffer b = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        b.putLong(8, 0x10000).putLong(16, 0x8000).putInt(56, 0x644d5241);
        GuestImage image = read(b);
        assertThat(image.entry).isEqualTo(BASE + 0x10000);
        assertThat(image.end()).isEqualTo(BASE + 0x18000);
    }

    @Test
    void anImageWithoutSizeHasTheOldTextOffset() throws IOException {
        ByteBuffer b = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(56, 0x644d5241);
        assertThat(read(b).entry).isEqualTo(BASE + 0x80000);
    }

    private static byte[] image(int size) {
        ByteBuffer b = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        b.putLong(16, 2L * size).putInt(56, 0x644d5241);
        return b.array();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    @Test
    void readsACompressedImage() throws IOException {
        byte[] plain = image(8192);
        plain[5000] = 42;
        GuestImage image = read(gzip(plain));
        assertThat(image.content).isEqualTo(plain);
        assertThat(image.end()).isEqualTo(BASE + 2 * 8192);
    }

    @Test
    void refusesDamagedCompressedImages() throws IOException {
        byte[] compressed = gzip(image(8192));
        for (int n = 2; n < compressed.length; n++) {
            refused(java.util.Arrays.copyOf(compressed, n), "truncated");
        }
        compressed[compressed.length - 6] ^= 1;
        refused(compressed, "damaged");
        refused(gzip(new byte[(int) SIZE + 1]), "larger than the 16 MiB of memory");
    }

    @Test
    void refusesAnImageWhoseSectionsAreCutOff() throws IOException {
        ByteBuffer b = ByteBuffer.wrap(image(8192)).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(60, 64).putInt(64, 0x4550).putShort(70, (short) 1).putShort(84, (short) 16);
        int section = 64 + 24 + 16;
        b.putInt(section + 16, 4096).putInt(section + 20, 4096);
        assertThat(read(b).end()).isEqualTo(BASE + 2 * 8192);
        refused(java.util.Arrays.copyOf(b.array(), 8191), "truncated: its sections need 0x2000 bytes");
        b.putInt(section + 16, -1);
        refused(b.array(), "truncated");
        b.putInt(60, -1);
        assertThat(read(b).end()).isEqualTo(BASE + 2 * 8192);
    }

    @Test
    void refusesWhatIsNoGuest() {
        assertThatThrownBy(() -> GuestImage.read(folder.resolve("absent"), BASE, SIZE, -1))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> GuestImage.read(folder, BASE, SIZE, -1))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("not a regular file");
        refused(new byte[0], "neither an ELF");
        refused("#!/bin/sh\n".getBytes(), "neither an ELF");
    }

    @Test
    void refusesOtherElfFiles() {
        refused(elf(BASE, BASE, BASE, 8).put(4, (byte) 1).array(), "not a 64-bit ELF");
        refused(elf(BASE, BASE, BASE, 8).put(5, (byte) 2).array(), "not a little-endian");
        refused(elf(BASE, BASE, BASE, 8).putShort(18, (short) 62).array(), "wrong machine 62");
        refused(elf(BASE, BASE, BASE, 8).putShort(16, (short) 1).array(), "not an executable");
        refused(elf(BASE, BASE, BASE, 8).putShort(56, (short) 0).array(), "no program headers");
    }

    @Test
    void refusesTruncatedFiles() {
        byte[] whole = elf(BASE, BASE, BASE, 8).array();
        for (int n = 4; n < whole.length; n++) {
            byte[] part = java.util.Arrays.copyOf(whole, n);
            refused(part, "truncated");
        }
    }

    @Test
    void refusesSegmentsOutsideMemory() {
        refused(elf(0, 0, 0, 8).array(), "outside RAM");
        refused(elf(BASE, BASE + SIZE - 4, BASE, 8).array(), "outside RAM");
        refused(elf(BASE, BASE, BASE, 8).putLong(104, Long.MAX_VALUE).array(), "outside RAM");
        refused(elf(BASE, BASE, BASE, 8).putLong(104, -1).array(), "outside RAM");
        refused(elf(BASE, BASE, BASE, 8).putLong(96, 9).array(), "truncated");
        refused(elf(BASE, BASE, BASE, 8).putLong(104, 4).array(), "larger in the file");
    }

    @Test
    void randomDamageEndsInOneMessage() throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 5000; i++) {
            byte[] content = elf(BASE, BASE, BASE, 64).array();
            for (int n = 0; n < 4; n++) {
                content[4 + random.nextInt(content.length - 4)] = (byte) random.nextInt();
            }
            try {
                read(content);
            } catch (BadInputException e) {
                assertThat(e.getMessage()).doesNotContain("\n");
            }
        }
    }
}
