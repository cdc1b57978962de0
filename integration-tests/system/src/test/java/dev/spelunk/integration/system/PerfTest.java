// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stock perf reads the profile of the bundled guest. */
class PerfTest {
    @TempDir
    private Path folder;

    private String perf(String... arguments) throws IOException, InterruptedException {
        return Tools.perf(folder, arguments);
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "armv8.2-spe-v1p0"})
    @DisplayName("perf decodes every packet and names the guest's functions at EL0 and EL1")
    void stockPerf(String variant) throws IOException, InterruptedException {
        Tools.require("PerfTest, variant " + variant, "perf", "linux-perf");
        OutputFiles files = new OutputFiles(folder.resolve("out"));
        Spelunk.Outcome run =
                Spelunk.run("run", "--variant", variant, "-o", files.folder().toString(), "--append", "switch=1");
        assertThat(run.code()).as(run.err()).isZero();
        long records = files.summaryNumber("records");

        String dump = perf("report", "-D", "-i", files.perfData().toString());
        assertThat(dump.lines()
                        .filter(line -> line.contains("Bad packet")
                                || line.toLowerCase().contains("unknown")))
                .isEmpty();
        List<String> packets = dump.lines()
                .filter(line -> line.matches("\\.  [0-9a-f]{8}: .*"))
                .collect(Collectors.toList());
        assertThat(packets.stream().filter(line -> line.contains(" PC 0x"))).hasSize((int) records);
        assertThat(packets.stream().filter(line -> line.matches(".* TS \\d+"))).hasSize((int) records);

        List<String> samples = perf(
                        "script",
                        "--itrace=i1i",
                        "-F",
                        "ip,sym,event",
                        "-i",
                        files.perfData().toString())
                .lines()
                .filter(line -> line.contains("instructions"))
                .collect(Collectors.toList());
        assertThat(samples).hasSize((int) records);
        Set<String> symbols = new TreeSet<>();
        for (String sample : samples) {
            String[] words = sample.strip().split("\\s+");
            symbols.add(words[words.length - 1]);
        }
        assertThat(symbols)
                .contains("pointer_chase_walk", "sort_insertion", "matrix_dot", "scan_find_letter")
                .anyMatch(
                        Set.of("spe_records_walk", "el0_sync", "memcpy", "memset", "syscall", "handle_interrupt")
                                ::contains)
                .doesNotContain("[unknown]");
    }
}
