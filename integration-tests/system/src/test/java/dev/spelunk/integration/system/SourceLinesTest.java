// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.records.elf.ElfFile;
import dev.spelunk.records.elf.LineTable;
import dev.spelunk.records.elf.SymbolTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Source lines of instructions, against what binutils reads of the same DWARF. */
class SourceLinesTest {
    private static final String TEST = "SourceLinesTest";
    private static final String SOURCE = """
            static int twice(int a)
            {
                return 2 * a;
            }

            int sum(const int *values, int count)
            {
                int all = 0;
                for (int i = 0; i < count; i++)
                    all += values[i] & 1 ? twice(values[i]) : values[i];
                return all;
            }

            void _start(void)
            {
                int values[3] = { 1, 2, 3 };
                sum(values, 3);
            }
            """;

    @TempDir
    private Path folder;

    private List<String> tool(String... command) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        List<String> lines = Files.readAllLines(out);
        assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
        return lines;
    }

    private void compile(String output, String debug) throws IOException, InterruptedException {
        List<String> gcc = new ArrayList<>(
                List.of("aarch64-linux-gnu-gcc", "-O1", "-ffreestanding", "-nostdlib", "-static", "-o", output));
        gcc.addAll(List.of(debug.split(" ")));
        gcc.add("lines.c");
        tool(gcc.toArray(String[]::new));
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("Every instruction has the line that addr2line gives it")
    @ValueSource(strings = {"-gdwarf-2", "-gdwarf-3", "-gdwarf-4", "-gdwarf-5", "-gdwarf-5 -gz", "-gdwarf-5 -gdwarf64"})
    void lines(String debug) throws IOException, InterruptedException {
        Tools.require(TEST, "aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
        Files.writeString(folder.resolve("lines.c"), SOURCE);
        compile("lines.elf", debug);
        // addr2line knows no 64-bit DWARF: it judges by the same code with the other.
        compile("judge.elf", debug.replace(" -gdwarf64", ""));
        Path file = folder.resolve("lines.elf");
        ElfFile elf = ElfFile.read(file);
        LineTable lines = LineTable.read(file, elf);
        SymbolTable symbols = new SymbolTable(elf);
        List<String> told = new ArrayList<>();
        List<String> command = new ArrayList<>(List.of("aarch64-linux-gnu-addr2line", "-s", "-e", "judge.elf"));
        for (ElfFile.Symbol symbol : symbols.symbols()) {
            if (!symbol.function()) {
                continue;
            }
            for (long at = symbol.address(); at < symbols.end(symbol); at += 4) {
                command.add(Long.toHexString(at));
                told.add(lines.at(at));
            }
        }
        assertThat(told).hasSizeGreaterThan(12);
        List<String> expected = tool(command.toArray(String[]::new)).stream()
                .map(line -> line.replaceAll(" \\(discriminator.*", ""))
                .toList();
        assertThat(told).isEqualTo(expected);
    }

    @Test
    @DisplayName("Whatever the bytes of the line numbers are, there are lines or none")
    void damaged() throws IOException, InterruptedException {
        Tools.require(TEST, "aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
        Files.writeString(folder.resolve("lines.c"), SOURCE);
        for (String debug : List.of("-gdwarf-4", "-gdwarf-5", "-gdwarf-5 -gdwarf64", "-gdwarf-5 -gz")) {
            compile("lines.elf", debug);
            Path file = folder.resolve("lines.elf");
            ElfFile elf = ElfFile.read(file);
            ElfFile.Section section = elf.sections().stream()
                    .filter(s -> s.name().equals(".debug_line"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(file);
            Random random = new Random(1);
            int some = 0;
            for (int i = 0; i < 500; i++) {
                byte[] damaged = bytes.clone();
                for (int n = random.nextInt(4); n >= 0; n--) {
                    damaged[(int) section.offset() + random.nextInt((int) section.size())] = (byte) random.nextInt();
                }
                LineTable lines = LineTable.read(Files.write(folder.resolve("damaged.elf"), damaged), elf);
                some += lines.at(elf.symbols().get(0).address()) == null ? 0 : 1;
            }
            assertThat(some).as(debug).isBetween(1, 499);
        }
    }
}
