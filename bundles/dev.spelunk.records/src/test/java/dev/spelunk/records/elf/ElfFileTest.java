// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ElfFileTest {
    @TempDir
    private Path folder;

    private ElfFile read(byte[] bytes) throws IOException {
        return ElfFile.read(Files.write(folder.resolve("guest.elf"), bytes));
    }

    @Test
    @DisplayName("Sections, segments and the function of each address")
    void tables() throws IOException {
        ElfFile elf = read(ElfImage.bytes());
        assertThat(elf.machine()).isEqualTo(ElfFile.EM_AARCH64);
        assertThat(elf.sections()).hasSize(4);
        assertThat(elf.sections().get(1).name()).isEqualTo(".text");
        assertThat(elf.loads()).containsExactly(new ElfFile.Load(0x100, ElfImage.TEXT, 0x100, 0x100));
        SymbolTable symbols = new SymbolTable(elf);
        assertThat(name(symbols, -1)).isNull();
        assertThat(name(symbols, 0)).isEqualTo("alpha");
        assertThat(name(symbols, 0x1f)).isEqualTo("alpha");
        assertThat(name(symbols, 0x20)).isEqualTo("beta");
        assertThat(name(symbols, 0x7f)).as("no size: up to the next symbol").isEqualTo("beta");
        assertThat(name(symbols, 0x80)).as("a function before a label").isEqualTo("gamma");
        assertThat(name(symbols, 0xc0)).isNull();
        assertThat(name(symbols, 0xf0)).as("data is no function").isNull();
    }

    @ParameterizedTest
    @DisplayName("Of several symbols at one address the one that perf tells")
    @CsvSource({
        // A local label, a global function and a weak one, names that begin with underscores, GNU_IFUNC.
        "label,       0x00, 16, function,             0x02, 16, function",
        "sized,       0x02, 16, unsized,              0x12,  0, sized",
        "weak,        0x22, 16, local,                0x02, 16, local",
        "a_long_local,0x02, 16, global,               0x12, 16, global",
        "memcpy,      0x1a, 16, __libc_memcpy_ifunc,  0x12, 16, memcpy",
        "_IO_file_xs, 0x12, 16, _IO_new_file_xs,      0x12, 16, _IO_new_file_xs",
        "brk,         0x22, 16, __brk,                0x12, 16, __brk",
    })
    void aliases(String one, String oneInfo, long oneSize, String other, String otherInfo, long otherSize, String told)
            throws IOException {
        for (boolean first : new boolean[] {true, false}) {
            ElfBuilder builder = new ElfBuilder();
            int text = builder.code(".text", 0x1000, 0x1000, new byte[64]);
            if (first) {
                builder.symbol(one, Integer.decode(oneInfo), text, 0x1000, oneSize);
            }
            builder.symbol(other, Integer.decode(otherInfo), text, 0x1000, otherSize);
            if (!first) {
                builder.symbol(one, Integer.decode(oneInfo), text, 0x1000, oneSize);
            }
            assertThat(new SymbolTable(read(builder.bytes())).find(0x1000).name())
                    .isEqualTo(told);
        }
    }

    private static String name(SymbolTable symbols, long offset) {
        ElfFile.Symbol symbol = symbols.find(ElfImage.TEXT + offset);
        return symbol == null ? null : symbol.name();
    }

    @Test
    @DisplayName("A file that is no ELF file of this kind says so, with its name")
    void refusals() {
        refused(new byte[0], "shorter than an ELF header");
        refused(new byte[64], "not an ELF file");
        byte[] bigEndian = ElfImage.bytes();
        bigEndian[5] = 2;
        refused(bigEndian, "not a 64-bit little-endian ELF file");
        refused(Arrays.copyOf(ElfImage.bytes(), 0x320), "section headers");
    }

    private void refused(byte[] bytes, String what) {
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOf(MalformedElfException.class)
                .hasMessageContaining(what)
                .hasMessageContaining("guest.elf");
    }
}
