// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.a64.InstructionSet;
import dev.spelunk.mmu.MmuComponent;
import dev.spelunk.pe.InterpreterComponent;
import dev.spelunk.registers.RegisterModelComponent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The processing element against {@code qemu-aarch64}: random blocks over the whole base instruction set,
 * compared register by register and byte by byte.
 *
 * <p>{@code -Dspelunk.differential.seed=N} chooses another seed, {@code -Dspelunk.differential.batches=N} how
 * many times the default number of blocks.
 */
class ProcessingElementTest {
    private static final long SEED = Long.getLong("spelunk.differential.seed", 20_000);
    private static final int TIMES = Integer.getInteger("spelunk.differential.batches", 1);
    private static final int BLOCKS = 2000;
    private static final int UNITS = 40;
    private static final long EXECUTIONS = 1_000_000;
    private static final Path REPRODUCERS = Path.of("src", "test", "resources", "reproducers");

    private final InstructionSet catalogue = InstructionSet.base();

    static CoreEngine core(int version, int el, CoreEngine.Form form) {
        return new CoreEngine(
                new RegisterModelComponent(), new MmuComponent(), new InterpreterComponent(), version, el, form);
    }

    @Test
    void everyInstructionDoesWhatQemuSays() throws IOException {
        String test = "differential instruction test against qemu-aarch64";
        Coverage coverage = new Coverage(catalogue);
        List<String> failures = new ArrayList<>();
        // The rows of Armv8.2 bring DC ZVA, which the other reference does with another block size.
        failures.addAll(compare(test, 85, 0, CoreEngine.Form.BLOCKS, 14 * TIMES, coverage));
        failures.addAll(compare(test, 82, 0, CoreEngine.Form.BLOCKS, 4 * TIMES, coverage));
        failures.addAll(compare(test, 85, 1, CoreEngine.Form.BLOCKS, 4 * TIMES, coverage));
        failures.addAll(compare(test, 85, 0, CoreEngine.Form.SINGLE, 2 * TIMES, coverage));
        failures.addAll(compare(test, 85, 0, CoreEngine.Form.OBSERVED, 4 * TIMES, coverage));
        String table = coverage.table();
        System.out.println(table);
        Files.writeString(Path.of("target", "differential", "coverage.txt"), table);
        assertThat(failures).as("differences from qemu-aarch64, seed " + SEED).isEmpty();
        assertThat(coverage.missingClasses()).isEmpty();
        assertThat(coverage.missingInstructions()).isEmpty();
        assertThat(coverage.total()).isGreaterThanOrEqualTo(EXECUTIONS);
    }

    private List<String> compare(String test, int version, int el, CoreEngine.Form form, int batches, Coverage coverage)
            throws IOException {
        long seed = SEED + version * 10L + el * 5 + form.ordinal();
        String source = "seed " + SEED + ", Armv8." + version % 10 + " at EL" + el + ", " + form;
        System.out.println("Differential test: " + source);
        CoreEngine core = core(version, el, form);
        Comparison comparison = new Comparison(catalogue, RequiredTool.emulator(test, version), core, source);
        BlockGenerator generator = new BlockGenerator(catalogue, version, UNITS, seed);
        long counted = coverage.total();
        boolean more = true;
        for (int batch = 0; batch < batches && more; batch++) {
            List<Block> blocks = generator.next(BLOCKS);
            blocks.forEach(coverage::add);
            more = comparison.compare(blocks);
        }
        if (comparison.failures().isEmpty()) {
            // The count of the table is that of the executed instructions, not more.
            assertThat(core.executed()).isGreaterThanOrEqualTo(coverage.total() - counted);
        }
        return comparison.failures();
    }

    @Test
    void unallocatedEncodingsAreUndefined() throws IOException {
        String test = "differential test of UNALLOCATED encodings against qemu-aarch64";
        InstructionSet all = InstructionSet.baseWithUnallocated();
        Comparison comparison = new Comparison(
                all,
                RequiredTool.emulator(test, 85),
                core(85, 0, CoreEngine.Form.BLOCKS),
                "seed " + SEED + ", unallocated");
        comparison.compare(new BlockGenerator(all, 85, 1, SEED).unallocated(40));
        assertThat(comparison.failures()).isEmpty();
    }

    /** No register, flag or byte changes, the base register of an access with writeback included. */
    @ParameterizedTest
    @EnumSource(CoreEngine.Form.class)
    void failingAccessesLeaveNothingBehind(CoreEngine.Form form) throws IOException {
        String test = "differential test of failing accesses against qemu-aarch64";
        for (int version : new int[] {82, 85}) {
            Comparison comparison = new Comparison(
                    catalogue,
                    RequiredTool.emulator(test, version),
                    core(version, 0, form),
                    "seed " + SEED + ", failing accesses");
            comparison.compare(new BlockGenerator(catalogue, version, 1, SEED + form.ordinal()).failing(40));
            assertThat(comparison.failures()).isEmpty();
        }
    }

    /** Differences that were found once: each file is a block and what is right for it. */
    @TestFactory
    Stream<DynamicTest> keptReproducers() throws IOException {
        List<Path> files;
        try (Stream<Path> list = Files.list(REPRODUCERS)) {
            files = list.filter(f -> f.toString().endsWith(".txt")).sorted().toList();
        }
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                    Reproducer reproducer = Reproducer.parse(Files.readAllLines(file));
                    Outcome outcome = core(85, 0, CoreEngine.Form.BLOCKS)
                            .run(List.of(reproducer.block()))
                            .get(0);
                    assertThat(reproducer.expected().differences("expected", outcome, "spelunk"))
                            .isEmpty();
                }));
    }
}
