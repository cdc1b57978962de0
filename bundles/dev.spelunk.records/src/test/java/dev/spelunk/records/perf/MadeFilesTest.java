// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.records.elf.ElfBuilder;
import dev.spelunk.records.elf.ElfFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Files that are made for perf where the guest's own does not fit, and which mappings need them")
class MadeFilesTest {
    private static final long TEXT = 0x4008_1000L;
    private static final long USER = 0x40_0000L;
    private static final Segment KERNEL_SEGMENT = new Segment(0x4008_0000L, 0x2000, 0x1000, 1);
    private static final Segment USER_SEGMENT = new Segment(USER, 0x100, 0x4000, 0);

    @TempDir
    private Path folder;

    private ElfBuilder builder;
    private Path guest;

    private static byte[] pattern(int length, int seed) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 7 + seed);
        }
        return bytes;
    }

    /** Vectors before the text, in one segment; code at EL0 in another. */
    @BeforeEach
    void kernelAndUser() {
        builder = new ElfBuilder();
        int vectors = builder.code(".vectors", TEXT - 0x1000, 0x1000, pattern(0x80, 1));
        int text = builder.code(".text", TEXT, 0x2000, pattern(0x100, 2));
        int user = builder.code(".utext", USER, 0x4000, pattern(0x100, 3));
        builder.function("vectors", vectors, TEXT - 0x1000, 0x40)
                .function("start", text, TEXT, 0x20)
                .function("rest", text, TEXT + 0x20, 0)
                .function("user", user, USER + 0x10, 0x30)
                .load(0x1000, TEXT - 0x1000, 0x2000)
                .load(0x4000, USER, 0x100);
        guest = folder.resolve("guest.elf");
    }

    private ElfFile read() throws IOException {
        return ElfFile.read(Files.write(guest, builder.bytes()));
    }

    @Test
    @DisplayName(
            "A segment becomes a file with its bytes as .text, its symbols at their places, and a build id of both")
    void segment() throws IOException {
        ElfFile elf = read();
        Path made = folder.resolve("made").resolve("guest.el1.0");
        byte[] id = SegmentElf.write(made, guest, elf, KERNEL_SEGMENT);
        ElfFile again = ElfFile.read(made);
        assertThat(again.machine()).isEqualTo(ElfFile.EM_AARCH64);
        assertThat(again.buildId()).isEqualTo(id).hasSize(20);
        assertThat(again.loads()).containsExactly(new ElfFile.Load(0x1000, 0x4008_0000L, 0x2000, 0x2000));
        assertThat(again.sections())
                .extracting(ElfFile.Section::name)
                .containsExactly("", ".text", ".symtab", ".strtab", ".shstrtab", ".note.gnu.build-id");
        ElfFile.Section text = again.sections().get(1);
        assertThat(text.address()).isEqualTo(0x4008_0000L);
        assertThat(text.offset()).isEqualTo(SegmentElf.TEXT_OFFSET);
        assertThat(text.size()).isEqualTo(0x2000);
        assertThat(text.code()).isTrue();
        assertThat(again.symbols())
                .containsExactly(
                        new ElfFile.Symbol("vectors", 0x4008_0000L, 0x40, true, ElfFile.Binding.GLOBAL, 1),
                        new ElfFile.Symbol("start", TEXT, 0x20, true, ElfFile.Binding.GLOBAL, 1),
                        new ElfFile.Symbol("rest", TEXT + 0x20, 0xE0, true, ElfFile.Binding.GLOBAL, 1));
        byte[] bytes = Files.readAllBytes(made);
        byte[] source = Files.readAllBytes(guest);
        assertThat(Arrays.copyOfRange(bytes, 0x1000, 0x3000)).isEqualTo(Arrays.copyOfRange(source, 0x1000, 0x3000));
        assertThat(SegmentElf.write(made, guest, elf, KERNEL_SEGMENT)).isEqualTo(id);
        assertThat(SegmentElf.write(made, guest, elf, USER_SEGMENT)).isNotEqualTo(id);
        assertThat(ElfFile.read(made).symbols())
                .containsExactly(new ElfFile.Symbol("user", USER + 0x10, 0x30, true, ElfFile.Binding.GLOBAL, 1));
    }

    @Test
    @DisplayName("A segment that the file does not hold to its end has what is there")
    void cutOff() throws IOException {
        ElfFile elf = read();
        Path made = folder.resolve("made").resolve("short");
        long size = Files.size(guest);
        SegmentElf.write(made, guest, elf, new Segment(0x1000, 0x1000, size - 0x10, 1));
        assertThat(ElfFile.read(made).sections().get(1).size()).isEqualTo(0x10);
        SegmentElf.write(made, guest, elf, new Segment(0x1000, 0x1000, size + 0x10, 1));
        assertThat(ElfFile.read(made).sections().get(1).size()).isZero();
    }

    private List<UserMappings.Mapping> user(ElfFile elf, boolean taken, Segment... segments) throws IOException {
        return UserMappings.of(guest, elf, List.of(segments), folder.resolve("symbols"), taken);
    }

    @Test
    @DisplayName(
            "EL0 code as far from its place in the file as .text is the guest's own; otherwise a file is made for it")
    void userCode() throws IOException {
        assertThat(user(read(), false, USER_SEGMENT)).singleElement().satisfies(m -> {
            assertThat(m.file()).endsWith("guest.elf.el0.0");
            assertThat(m.address()).isEqualTo(USER);
            assertThat(m.size()).isEqualTo(0x100);
            assertThat(m.fileOffset()).isEqualTo(SegmentElf.TEXT_OFFSET);
            assertThat(m.buildId()).isEqualTo(ElfFile.read(Path.of(m.file())).buildId());
        });
        builder = new ElfBuilder();
        int text = builder.code(".text", USER + 0x2000, 0x2000, pattern(0x100, 2));
        builder.code(".more", USER + 0x3000, 0x3000, pattern(0x100, 2));
        builder.function("main", text, USER + 0x2000, 0x20);
        builder.add(".note", 7, 2, 0, 0x7000, ElfBuilder.note("GNU", 3, new byte[] {9, 8, 7}));
        Segment fits = new Segment(USER + 0x1000, 0x3000, 0x1000, 0);
        ElfFile elf = read();
        assertThat(user(elf, false, fits)).singleElement().satisfies(m -> {
            assertThat(m.file()).isEqualTo(guest.toString());
            assertThat(m.fileOffset()).isEqualTo(0x1000);
            assertThat(m.buildId()).containsExactly(9, 8, 7);
        });
        assertThat(user(elf, true, fits).get(0).file())
                .as("the guest's file stands for EL1 already")
                .endsWith(".el0.0");
        assertThat(user(elf, false, new Segment(0x7000_0000L, 0x3000, 0x1000, 0))
                        .get(0)
                        .file())
                .as("it runs elsewhere than it is linked")
                .endsWith(".el0.0");
        assertThat(user(elf, false, new Segment(0x7000_0000L, 0x100, 0x5000, 0))
                        .get(0)
                        .file())
                .as("no code is there")
                .isEqualTo(guest.toString());
    }

    @Test
    @DisplayName("Segments without code come last, and with the guest's own file")
    void userData() throws IOException {
        Segment data = new Segment(0x50_0000L, 0x100, 0x6000, 0);
        List<UserMappings.Mapping> mappings = user(read(), false, data, USER_SEGMENT);
        assertThat(mappings).extracting(UserMappings.Mapping::address).containsExactly(USER, 0x50_0000L);
        assertThat(mappings.get(0).file()).endsWith(".el0.1");
        assertThat(mappings.get(1).file()).isEqualTo(guest.toString());
        assertThat(mappings.get(1).buildId()).isEmpty();
    }

    @Test
    @DisplayName("What is no ELF file is mapped as it is")
    void noElf() throws IOException {
        assertThat(user(null, true, USER_SEGMENT)).singleElement().satisfies(m -> {
            assertThat(m.file()).isEqualTo(guest.toString());
            assertThat(m.buildId()).isEmpty();
            assertThat(m.fileOffset()).isEqualTo(0x4000);
        });
    }

    @Test
    @DisplayName(
            "EL1 code is the guest's own file where no code lies before .text, from .text on; otherwise one is made")
    void kernelCode() throws IOException {
        List<KernelMappings.Mapping> made =
                KernelMappings.of(guest, read(), List.of(KERNEL_SEGMENT), folder.resolve("symbols"));
        assertThat(made).singleElement().satisfies(m -> {
            assertThat(m.file()).endsWith("guest.elf.el1.0");
            assertThat(m.address()).isEqualTo(0xFF00_0000_4008_0000L);
            assertThat(m.size()).isEqualTo(0x2000);
            assertThat(m.buildId()).hasSize(20);
        });
        builder = new ElfBuilder();
        int text = builder.code(".text", TEXT, 0x2000, pattern(0x100, 2));
        builder.code(".more", TEXT + 0x800, 0x2800, pattern(0x100, 2));
        builder.function("start", text, TEXT, 0x20);
        List<KernelMappings.Mapping> own =
                KernelMappings.of(guest, read(), List.of(KERNEL_SEGMENT), folder.resolve("symbols"));
        assertThat(own).singleElement().satisfies(m -> {
            assertThat(m.file()).isEqualTo(guest.toString());
            assertThat(m.address()).isEqualTo(0xFF00_0000_4008_1000L);
            assertThat(m.size()).isEqualTo(0x1000);
        });
        Segment other = new Segment(0x5000_0000L, 0x1000, 0x5000, 1);
        assertThat(KernelMappings.of(guest, read(), List.of(KERNEL_SEGMENT, other), folder.resolve("symbols")))
                .as("a segment without code is not mapped")
                .hasSize(1);
    }
}
