// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.records.RecordBuilder;
import dev.spelunk.records.elf.ElfBuilder;
import dev.spelunk.records.packet.RecordScanner;
import dev.spelunk.records.packet.SampleRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Functions are named by the files that were mapped, as far as those are here, and by kallsyms")
class PerfSymbolsTest {
    private static final int PROCESS = 7;
    private static final long LINKED = 0x1000;
    private static final long MAPPED = 0x7f_0000_0000L;
    private static final long MODULE = 0xffff_ff80_1000_0000L;
    private static final byte[] ID = {1, 2, 3, 4};

    @TempDir
    private Path folder;

    private final PerfDataBuilder events = new PerfDataBuilder();

    /** Code from 0x2000 in the file on, linked for 0x1000; hot is its second function. */
    @BeforeEach
    void program() throws IOException {
        ElfBuilder elf = new ElfBuilder();
        byte[] code = new byte[0x100];
        code[0x40] = 0x1f;
        int text = elf.code(".text", LINKED, 0x2000, code);
        elf.add(".note.gnu.build-id", 7, 2, 0, 0x3000, ElfBuilder.note("GNU", 3, ID));
        elf.function("cold", text, LINKED, 0x40)
                .function("hot", text, LINKED + 0x40, 0x20)
                .load(0x2000, LINKED, 0x100);
        Files.createDirectories(folder.resolve("root/bin"));
        Files.write(folder.resolve("root/bin/program"), elf.bytes());
    }

    private PerfSymbols symbols(Path root, Path kallsyms) throws IOException {
        Path file = Files.write(folder.resolve("perf.data"), events.spe().bytes());
        try (PerfDataReader reader = new PerfDataReader(file)) {
            return new PerfSymbols(reader.maps(), root, kallsyms);
        }
    }

    private PerfSymbols symbols() throws IOException {
        return symbols(folder.resolve("root"), null);
    }

    @Test
    @DisplayName("A program that is mapped elsewhere than it was linked for, in the folder of its machine")
    void elsewhere() throws IOException {
        events.mmap2(PROCESS, MAPPED, 0x80, 0x2000, "/bin/program", ID, 1);
        PerfSymbols symbols = symbols();
        assertThat(symbols.function(MAPPED + 0x3c, 0, PROCESS)).isEqualTo("cold");
        assertThat(symbols.function(MAPPED + 0x40, 0, PROCESS)).isEqualTo("hot");
        assertThat(symbols.function(MAPPED + 0x5c, 0, PROCESS)).isEqualTo("hot");
        assertThat(symbols.function(MAPPED + 0x60, 0, PROCESS)).isNull();
        assertThat(symbols.function(MAPPED + 0x80, 0, PROCESS)).isNull();
        assertThat(symbols.function(MAPPED + 0x40, 0, PROCESS + 1)).isNull();
        assertThat(symbols.code(MAPPED + 0x44, 0, PROCESS, 8)).satisfies(code -> {
            assertThat(code.address()).isEqualTo(MAPPED + 0x40);
            assertThat(code.words()).containsExactly(0x1f, 0, 0, 0, 0, 0, 0, 0);
        });
        assertThat(symbols.code(MAPPED + 0x44, 0, PROCESS, 7)).as("too many").isNull();
        assertThat(symbols.code(MAPPED + 0x64, 0, PROCESS, 7)).isNull();
        assertThat(symbols.code(MAPPED + 0x80, 0, PROCESS, 7)).isNull();
        assertThat(symbols.problem()).isNull();
    }

    @Test
    @DisplayName("What of the file is mapped counts: an offset outside all that it loads names nothing")
    void offsets() throws IOException {
        events.mmap2(PROCESS, MAPPED, 0x2000, 0x1fc0, "/bin/program", ID, 1);
        PerfSymbols symbols = symbols();
        assertThat(symbols.function(MAPPED + 0x3f, 0, PROCESS)).isNull();
        assertThat(symbols.function(MAPPED + 0x40, 0, PROCESS)).isEqualTo("cold");
        assertThat(symbols.function(MAPPED + 0x80, 0, PROCESS)).isEqualTo("hot");
        assertThat(symbols.function(MAPPED + 0x140, 0, PROCESS)).isNull();
    }

    @Test
    @DisplayName("A file of another build id is another file; one that tells none is taken for it")
    void buildIds() throws IOException {
        events.mmap2(PROCESS, MAPPED, 0x100, 0x2000, "/bin/program", new byte[] {1, 2, 3, 5}, 1);
        PerfSymbols symbols = symbols();
        assertThat(symbols.function(MAPPED, 0, PROCESS)).isNull();
        assertThat(symbols.problem())
                .isEqualTo(folder.resolve("root/bin/program")
                        + " is another file than was profiled: its build id differs");
        events.mmap2(8, MAPPED, 0x100, 0x2000, "/bin/program", null, 1);
        assertThat(symbols().function(MAPPED, 0, 8)).isEqualTo("cold");
        ElfBuilder plain = new ElfBuilder();
        plain.function("main", plain.code(".text", LINKED, 0x2000, new byte[8]), LINKED, 8)
                .load(0x2000, LINKED, 8);
        Files.write(folder.resolve("root/bin/program"), plain.bytes());
        assertThat(symbols().function(MAPPED, 0, PROCESS)).isEqualTo("main");
    }

    @Test
    @DisplayName("A file that is not in that folder is looked for on this machine; those that are missing are told")
    void missing() throws IOException {
        Path program = folder.resolve("root/bin/program");
        events.mmap2(PROCESS, MAPPED, 0x100, 0x2000, program.toString(), ID, 1)
                .mmap2(PROCESS, 0x10_0000, 0x100, 0, folder + "/b", null, 1)
                .mmap2(PROCESS, 0x20_0000, 0x100, 0, folder + "/a", null, 1)
                .mmap2(PROCESS, 0x30_0000, 0x100, 0, folder + "/c", null, 1)
                .mmap2(PROCESS, 0x40_0000, 0x100, 0, "//anon", null, 1)
                .mmap2(PROCESS, 0x50_0000, 0x100, 0, "[vdso]", null, 1)
                .mmap2(PROCESS, 0x60_0000, 0x100, 0, folder.toString(), null, 1);
        PerfSymbols symbols = symbols();
        assertThat(symbols.function(MAPPED, 0, PROCESS)).isEqualTo("cold");
        assertThat(symbols(null, null).function(MAPPED, 0, PROCESS)).isEqualTo("cold");
        for (int i = 0; i < 2; i++) {
            assertThat(symbols.function(0x10_0000, 0, PROCESS)).isNull();
        }
        assertThat(symbols.function(0x40_0000, 0, PROCESS)).isNull();
        assertThat(symbols.function(0x50_0000, 0, PROCESS)).isNull();
        assertThat(symbols.problem()).isEqualTo(folder + "/b is not here");
        assertThat(symbols.function(0x20_0000, 0, PROCESS)).isNull();
        assertThat(symbols.function(0x30_0000, 0, PROCESS)).isNull();
        assertThat(symbols.problem()).isEqualTo(folder + "/a is not here, and 2 other files");
        assertThat(symbols.function(0x60_0000, 0, PROCESS)).as("a folder").isNull();
    }

    @Test
    @DisplayName("A file that is no ELF file is told with the reason")
    void noElf() throws IOException {
        Files.writeString(folder.resolve("root/bin/text"), "hello");
        events.mmap2(PROCESS, MAPPED, 0x100, 0x2000, "/bin/text", ID, 1);
        PerfSymbols symbols = symbols();
        assertThat(symbols.function(MAPPED, 0, PROCESS)).isNull();
        assertThat(symbols.problem()).contains("bin/text").contains("shorter than an ELF header");
    }

    @Test
    @DisplayName("A module's mapping begins with its .text, whatever its address and its top byte")
    void module() throws IOException {
        events.mmap(-1, MODULE, 0x100, 0, "/bin/program", PerfDataBuilder.KERNEL, 1);
        PerfSymbols symbols = symbols();
        assertThat(symbols.function(MODULE + 0x40, 1, ProcessMaps.KERNEL)).isEqualTo("hot");
        assertThat(symbols.function(MODULE + 0x40 & -1L >>> 8, 2, ProcessMaps.KERNEL))
                .isEqualTo("hot");
        assertThat(symbols.code(MODULE + 0x40, 1, ProcessMaps.KERNEL, 8).address())
                .isEqualTo(MODULE + 0x40);
        ElfBuilder data = new ElfBuilder();
        data.code(".init", LINKED, 0x2000, new byte[8]);
        Files.write(folder.resolve("root/bin/program"), data.bytes());
        assertThat(symbols().function(MODULE, 1, ProcessMaps.KERNEL)).isNull();
    }

    @Test
    @DisplayName("kallsyms names the kernel's functions, each up to the next; its marks and data are none")
    void kallsyms() throws IOException {
        Path kallsyms = Files.writeString(folder.resolve("kallsyms"), """
                0000000000000000 T absolute
                ffffff8010000000 T _text
                ffffff8010000000 t __local
                ffffff8010000100 t local
                ffffff8010000100 T global
                ffffff8010000200 W weak
                ffffff8010000200 T _under
                ffffff8010000200 T __more
                ffffff8010000300 T a
                ffffff8010000300 T longer
                ffffff8010000400 D data
                ffffff8010000400 t $x
                ffffff8010000500\tw\tlast\t[module]
                ffffff8010000600 T
                ffffff8010000600 tt two
                ffffff8010000600 . dot
                no-number T name
                """);
        events.mmap(-1, MODULE, 0x100, 0, "/bin/program", PerfDataBuilder.KERNEL, 1)
                .mmap2(PROCESS, MAPPED, 0x100, 0x2000, "/bin/program", ID, 1);
        PerfSymbols symbols = symbols(folder.resolve("root"), kallsyms);
        long[] at = {0, 0x100, 0x1ff, 0x200, 0x300, 0x4ff, 0x500, 0x700};
        String[] names = {"_text", "global", "global", "_under", "longer", "longer", "last", "last"};
        for (int i = 0; i < at.length; i++) {
            assertThat(symbols.function(MODULE + at[i], 1, ProcessMaps.KERNEL)).isEqualTo(names[i]);
        }
        assertThat(symbols.function(MODULE - 1, 1, ProcessMaps.KERNEL)).isNull();
        assertThat(symbols.code(MODULE, 1, ProcessMaps.KERNEL, 100)).isNull();
        assertThat(symbols.function(MAPPED, 0, PROCESS)).isEqualTo("cold");
        assertThat(symbols.code(MAPPED, 0, PROCESS, 100)).isNotNull();
        // A list that an unprivileged user has been shown, with addresses that are all 0, is none.
        Path hidden = Files.writeString(folder.resolve("hidden"), "0000000000000000 T _text\n");
        assertThat(symbols(folder.resolve("root"), hidden).function(MODULE + 0x40, 1, ProcessMaps.KERNEL))
                .isEqualTo("hot");
        Path none = folder.resolve("none");
        assertThatThrownBy(() -> symbols(null, none)).isInstanceOf(IOException.class);
    }

    private static SampleRecord record(RecordBuilder builder) throws IOException {
        byte[] bytes = builder.events(2, 2).end().bytes();
        SampleRecord record = new SampleRecord();
        assertThat(new RecordScanner(bytes, bytes.length, 0).next(record)).isTrue();
        return record;
    }

    @Test
    @DisplayName("The process of a record: by CONTEXTIDR, where Linux writes the thread, or by whose buffer it was in")
    void spaces() throws IOException {
        events.comm(PROCESS, PROCESS, "sh", 1)
                .fork(PROCESS, PROCESS, 71, PROCESS, 2)
                .comm(PROCESS, 71, "worker", 3)
                .mmap2(PROCESS, MAPPED, 0x100, 0x2000, "/bin/program", ID, 4);
        PerfSymbols symbols = symbols();
        SampleRecord el1 = record(new RecordBuilder().context(1, 71).pc(MODULE, 1));
        assertThat(symbols.space(el1, -1)).isEqualTo(ProcessMaps.KERNEL);
        assertThat(symbols.task(el1, -1)).isEqualTo("worker");
        SampleRecord one =
                record(new RecordBuilder().context(1, 71).context(2, 9).pc(MAPPED, 0));
        assertThat(symbols.space(one, 5)).isEqualTo(PROCESS);
        assertThat(symbols.task(one, 5)).isEqualTo("worker");
        SampleRecord two = record(new RecordBuilder().context(2, 71).pc(MAPPED, 0));
        assertThat(symbols.space(two, 5)).isEqualTo(PROCESS);
        SampleRecord none = record(new RecordBuilder().pc(MAPPED, 0));
        assertThat(symbols.space(none, 71)).isEqualTo(PROCESS);
        assertThat(symbols.space(none, 5)).isEqualTo(5);
        assertThat(symbols.task(none, 5)).isNull();
        assertThat(symbols.space(none, -1))
                .as("nothing says it, and there is one")
                .isEqualTo(PROCESS);
        assertThat(symbols.task(none, -1)).isEqualTo("sh");
    }
}
