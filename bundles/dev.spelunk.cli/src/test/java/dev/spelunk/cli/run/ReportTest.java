// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.ExitHistory;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.SwapReport;
import dev.spelunk.api.records.BufferHistory;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.cli.variant.VariantDocumentation;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportTest {
    private static final String FUNCTION = "a_function_with_a_name_".repeat(6);

    private static String report(int columns, int swaps, Map<String, Long> host, long before) {
        Result result = new Result(
                Ending.INSTRUCTION_LIMIT,
                0,
                "",
                3_000_000_000L,
                3_000_000_000L,
                20_000_000,
                new TreeMap<>(Map.of("IRQ: SPE buffer management event", 6L, "WFI or WFE", 0L)),
                new TreeMap<>(Map.of("PMBPTR_EL1", 0L)),
                new TreeMap<>(Map.of("buffer full", 4L, "stage 1 fault", 0L)),
                new TreeMap<>(host),
                new TreeMap<>());
        FinishedRun run = new FinishedRun(
                Path.of("guest.elf"),
                "the-variant",
                VariantDocumentation.NONE,
                "kvm",
                9,
                1.25,
                Path.of("out"),
                List.of("perf.data", "records.bin", "summary.json", "report.html"),
                List.of(),
                0,
                "10,000,000 operations were executed while profiling was disabled at their Exception level (PMSCR_EL1)",
                List.of("PE 0 was at EL1 in main+0x10 (0x40200010) after 3,000,000,000 instructions"),
                result,
                new ExitHistory(4096, new TreeMap<>(Map.of("HVC", new long[] {0, 3})), new long[] {0, 5}),
                new BufferHistory(4096, List.of(new long[] {64, 0})),
                before,
                List.of(
                        "only operations before each sample warm the caches, which is told in a sentence of some length"),
                new SwapReport(
                        Collections.nCopies(swaps, 1_000_000L),
                        IntStream.range(0, swaps)
                                .mapToObj(i -> "at " + i + ": pe interpreter")
                                .toList(),
                        0,
                        List.of("the swap of timing is refused for a reason that takes a whole sentence to be told"),
                        2,
                        List.of()),
                new ProfileDescription(Path.of("guest.elf"), 1, 0, 1, List.of()));
        return Report.of(
                run,
                new TreeMap<>(
                        Map.of("buffer full", "first after 5 operations: no further record fits before the limit")),
                "Samples by function\n      4794  24.25%  EL0  " + FUNCTION + "\n",
                columns);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 72, 80, 100, 118, 200})
    void itFitsTheTerminal(int columns) {
        String report =
                report(columns, 3, Map.of("PMBLIMITR_EL1 written while E = 1, at 0xffffff8040203024", 7L), 1_000_000);
        assertThat(report.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(columns));
        assertThat(report.replaceAll("\\s+", " "))
                .contains(
                        "7 PMBLIMITR_EL1 written while E = 1, at 0xffffff8040203024",
                        "the swap of timing is refused for a reason that takes a whole sentence to be told",
                        "10,000,000 operations were executed while profiling was disabled",
                        "3,000,000,000, 2,999,000,000 of them here in 0.02 s",
                        "s from JVM start to the guest's first instruction here");
        assertThat(report.contains(FUNCTION)).isEqualTo(columns == 200);
    }

    @Test
    void withoutATerminalNoNameIsCut() {
        assertThat(report(0, 0, Map.of(), 0)).contains(FUNCTION);
    }

    @Test
    void itSaysWhereTheFilesAreAndWhatToTypeNext() {
        assertThat(report(80, 0, Map.of(), 0).lines().toList())
                .endsWith(
                        "  files in out              perf.data, records.bin, summary.json, report.html",
                        "  next                      perf report --itrace=i1i -i out/perf.data");
    }

    @Test
    void whatIsZeroIsLeftOut() {
        assertThat(report(100, 0, Map.of("pins", 0L, "unpins", 5L), 0))
                .contains("IRQ: SPE buffer management event", "buffer full", "5  unpins")
                .doesNotContain("WFI or WFE", "PMBPTR_EL1", "stage 1 fault", "0  pins", "  swaps  ");
        assertThat(report(100, 0, Map.of("pins", 0L), 0))
                .contains("VM exits")
                .doesNotContain("trapped registers", "sampling  ", "host  ", "none");
    }

    @Test
    void swapsAreListedOneByOne() {
        String few = report(100, 20, Map.of(), 0);
        assertThat(few).contains("20  median pause 1.00 ms, longest 1.00 ms").doesNotContain("more, which");
        assertThat(few.lines().filter(line -> line.contains(": pe interpreter")))
                .hasSize(20);
        String many = report(100, 1000, Map.of(), 0);
        assertThat(many).contains("at 19: pe interpreter", "and 980 more, which summary.json lists");
    }
}
