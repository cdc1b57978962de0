// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.problems.BadInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("ELF files as linkers write them")
class ElfGuestTest {
    private static final long BASE = 0x4000_0000L;
    private static final long SIZE = 16 << 20;
    private static final int EXEC = 2;
    private static final int DYN = 3;
    private static final int LOAD = 1;
    private static final int DYNAMIC = 2;
    private static final int INTERP = 3;
    private static final int NOTE = 4;
    private static final int TLS = 7;
    private static final int GNU_STACK = 0x6474e551;

    @TempDir
    private Path folder;

    /** A program header; flags are read and execute. */
    private record Header(int type, long offset, long virtual, long physical, long fileSize, long memorySize) {
        /** Bytes of the file that are loaded where they are linked. */
        static Header load(long offset, long address, long fileSize, long memorySize) {
            return new Header(LOAD, offset, address, address, fileSize, memorySize);
        }
    }

    private static ByteBuffer elf(int type, long entry, int length, Header... headers) {
        ByteBuffer b = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1).put(6, (byte) 1);
        b.putShort(16, (short) type).putShort(18, (short) 183).putInt(20, 1);
        b.putLong(24, entry).putLong(32, 64);
        b.putShort(52, (short) 64).putShort(54, (short) 56).putShort(56, (short) headers.length);
        int at = 64;
        for (Header h : headers) {
            b.putInt(at, h.type).putInt(at + 4, 5).putLong(at + 8, h.offset);
            b.putLong(at + 16, h.virtual).putLong(at + 24, h.physical);
            b.putLong(at + 32, h.fileSize).putLong(at + 40, h.memorySize);
            at += 56;
        }
        return b;
    }

    private GuestImage read(ByteBuffer elf, long loadAddress) throws IOException {
        return GuestImage.read(Files.write(folder.resolve("guest"), elf.array()), BASE, SIZE, loadAddress);
    }

    private GuestImage read(ByteBuffer elf) throws IOException {
        return read(elf, -1);
    }

    private void refused(ByteBuffer elf, long loadAddress, String... because) {
        assertThatThrownBy(() -> read(elf, loadAddress))
                .isInstanceOf(BadInputException.class)
                .hasMessageContainingAll(because);
    }

    @Test
    @DisplayName("a segment without bytes in the file may have any offset, also beyond the end")
    void bss() throws IOException {
        GuestImage image = read(elf(
                EXEC,
                BASE,
                0x1008,
                Header.load(0x1000, BASE, 8, 8),
                Header.load(0xFFFF_F000L, BASE + 0x2000, 0, 0x800),
                Header.load(-1, BASE + 0x3000, 0, 0x800)));
        assertThat(image.loads).hasSize(3);
        assertThat(image.end()).isEqualTo(BASE + 0x3800);
    }

    @Test
    @DisplayName("an empty PT_LOAD takes no memory, wherever it says it is")
    void empty() throws IOException {
        GuestImage image = read(elf(EXEC, BASE, 0x1008, Header.load(0x9000, 0, 0, 0), Header.load(0x1000, BASE, 8, 8)));
        assertThat(image.loads).hasSize(1);
    }

    @Test
    @DisplayName("notes, the TLS template, the stack and an interpreter are nothing to load")
    void otherHeaders() throws IOException {
        GuestImage image = read(elf(
                EXEC,
                BASE,
                0x1100,
                new Header(NOTE, 0x1000, 0, 0, 0x24, 0x24),
                new Header(GNU_STACK, 0, 0, 0, 0, 0),
                new Header(INTERP, 0x1010, 0x10, 0x10, 8, 8),
                Header.load(0x1000, BASE, 0x100, 0x100),
                new Header(TLS, 0x1080, BASE + 0x80, BASE + 0x80, 0x10, 0x20)));
        assertThat(image.loads).singleElement().satisfies(load -> assertThat(load.address())
                .isEqualTo(BASE));
    }

    @Test
    @DisplayName("segments may share a page and come in any order; bytes of two at one address are refused")
    void pagesAndOrder() throws IOException {
        GuestImage image = read(elf(
                EXEC,
                BASE + 0x2000,
                0x2000,
                Header.load(0x1800, BASE + 0x2800, 0x100, 0x100),
                Header.load(0x1000, BASE + 0x2000, 0x800, 0x800)));
        assertThat(image.loads).extracting(GuestImage.Load::address).containsExactly(BASE + 0x2800, BASE + 0x2000);
        refused(
                elf(
                        EXEC,
                        BASE,
                        0x2000,
                        Header.load(0x1000, BASE + 0x800, 0x100, 0x100),
                        Header.load(0x1000, BASE, 0x100, 0x801)),
                -1,
                "segments 1 and 0 overlap at 0x40000800");
    }

    @Test
    @DisplayName("an entry point outside all segments is named")
    void entry() throws IOException {
        refused(elf(EXEC, 0, 0x1008, Header.load(0x1000, BASE, 8, 8)), -1, "entry point 0x0 is in none");
        refused(elf(EXEC, BASE + 8, 0x1008, Header.load(0x1000, BASE, 8, 8)), -1, "entry point 0x40000008");
        ByteBuffer high =
                elf(EXEC, 0xffff_8000_0000_0004L, 0x1008, new Header(LOAD, 0x1000, 0xffff_8000_0000_0000L, BASE, 8, 8));
        assertThat(read(high).entry).isEqualTo(BASE + 4);
    }

    @Test
    @DisplayName("where every p_paddr is 0, p_vaddr is meant")
    void noPhysicalAddresses() throws IOException {
        GuestImage image = read(elf(
                EXEC,
                BASE + 0x1000,
                0x1010,
                new Header(LOAD, 0x1000, BASE + 0x1000, 0, 8, 8),
                new Header(LOAD, 0x1008, BASE + 0x2000, 0, 8, 8)));
        assertThat(image.loads).extracting(GuestImage.Load::address).containsExactly(BASE + 0x1000, BASE + 0x2000);
        assertThat(image.entry).isEqualTo(BASE + 0x1000);
        refused(
                elf(
                        EXEC,
                        BASE,
                        0x1010,
                        new Header(LOAD, 0x1000, BASE, BASE, 8, 8),
                        new Header(LOAD, 0x1008, BASE + 8, 0, 8, 8)),
                -1,
                "outside RAM");
    }

    /** A PIE linked at 0 with a word at 0x1000 that holds the address 0x1004, and its dynamic section at 0x1100. */
    private static ByteBuffer pie(long relocation, long tag) {
        ByteBuffer b = elf(
                DYN,
                0x1008,
                0x1200,
                Header.load(0x1000, 0x1000, 0x200, 0x400),
                new Header(DYNAMIC, 0, 0x1100, 0, 48, 48));
        b.putLong(0x1100, tag).putLong(0x1108, 0x1140);
        b.putLong(0x1110, 8).putLong(0x1118, 24);
        b.putLong(0x1140, 0x1000).putLong(0x1148, relocation).putLong(0x1150, 0x1004);
        return b;
    }

    @Test
    @DisplayName("a PIE that is not linked into RAM is moved to 2 MiB or where the user says, with its relocations")
    void movedPie() throws IOException {
        GuestImage image = read(pie(1027, 7));
        assertThat(image.entry).isEqualTo(BASE + 0x20_0008);
        assertThat(image.loads).singleElement().satisfies(load -> assertThat(load.address())
                .isEqualTo(BASE + 0x20_0000));
        assertThat(word(image, 0x1000)).isEqualTo(BASE + 0x20_0004);
        GuestImage elsewhere = read(pie(1027, 7), BASE + 0x8000);
        assertThat(elsewhere.entry).isEqualTo(BASE + 0x8008);
        assertThat(word(elsewhere, 0x1000)).isEqualTo(BASE + 0x8004);
        refused(pie(1025, 7), -1, "relocation of type 1025", "-static");
        refused(pie(1027, 36), -1, "DT_RELR");
        ByteBuffer damaged = pie(1027, 7);
        damaged.putLong(0x1108, 0x11F0);
        refused(damaged, -1, "its relocations at 0x11f0");
        damaged.putLong(0x1108, 0x1140).putLong(0x1140, Long.MAX_VALUE);
        refused(damaged, -1, "a relocated word");
    }

    private static long word(GuestImage image, int offset) {
        return ByteBuffer.wrap(image.content).order(ByteOrder.LITTLE_ENDIAN).getLong(offset);
    }

    @Test
    @DisplayName("a PIE that is linked into RAM stays there, and relocates itself")
    void pieInPlace() throws IOException {
        GuestImage image = read(elf(DYN, BASE + 0x1000, 0x1008, Header.load(0x1000, BASE + 0x1000, 8, 8)));
        assertThat(image.entry).isEqualTo(BASE + 0x1000);
    }

    @Test
    @DisplayName("--load-address is for what can be anywhere: flat images and PIEs")
    void loadAddress() throws IOException {
        ByteBuffer flat = ByteBuffer.allocate(16).putInt(0, 0x1f2003d5);
        GuestImage image = read(flat, BASE + 0x1000);
        assertThat(image.entry).isEqualTo(BASE + 0x1000);
        assertThat(image.end()).isEqualTo(BASE + 0x1010);
        refused(flat, -1, "neither an ELF", "--load-address");
        refused(flat, BASE + SIZE, "outside RAM");
        refused(elf(EXEC, BASE, 0x1008, Header.load(0x1000, BASE, 8, 8)), BASE + 0x1000, "--load-address", "-pie");
        ByteBuffer linux = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        linux.putLong(16, 0x8000).putInt(56, 0x644d5241);
        refused(linux, BASE + 0x1000, "--load-address", "boot header");
    }
}
