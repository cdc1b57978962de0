// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.a64.InstructionSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Compares SIMD&FP instructions on engines with {@code qemu-aarch64} and counts what was reached. */
final class VectorRun {
    static final long SEED = Long.getLong("spelunk.differential.seed", 20_000);
    /** How many times the default number of blocks is compared. */
    static final int TIMES = Integer.getInteger("spelunk.differential.batches", 1);

    private static final Path REPRODUCERS = Path.of("src", "test", "resources", "reproducers", "simd-fp");
    private static final int BLOCKS = 500;
    private static final int STATES = 4;
    private static final int UNITS = 12;

    private final String test;
    private final InstructionSet catalogue;
    private final Coverage coverage;
    private final List<String> failures = new ArrayList<>();

    /** @param test what to call it when the emulator is missing */
    VectorRun(String test) {
        this(test, InstructionSet.vectors());
    }

    /** @param catalogue what to compare instead of the SIMD&FP instructions alone */
    VectorRun(String test, InstructionSet catalogue) {
        this.test = test;
        this.catalogue = catalogue;
        this.coverage = new Coverage(catalogue);
    }

    static BlockGenerator generator(InstructionSet catalogue, int version, int length, long seed) {
        return new BlockGenerator(catalogue, InstructionSet.base(), version, length, seed);
    }

    /**
     * Compares random blocks.
     *
     * @param what the engine, for people; another name, other blocks
     * @param batches 24,000 instructions each
     * @return how many instructions under test were executed
     */
    long compare(Engine engine, int version, String what, int batches) throws IOException {
        String source = "SIMD and FP, seed " + SEED + ", Armv8." + version % 10 + ", " + what;
        System.out.println("Differential test: " + source);
        Comparison comparison =
                new Comparison(InstructionSet.unprivileged(), RequiredTool.emulator(test, version), engine, source);
        BlockGenerator generator = generator(catalogue, version, UNITS, SEED + version * 10L + what.hashCode());
        long before = coverage.total();
        boolean more = true;
        for (int batch = 0; batch < batches && more; batch++) {
            List<Block> blocks = generator.next(BLOCKS, STATES);
            blocks.forEach(coverage::add);
            more = comparison.compare(blocks);
        }
        failures.addAll(comparison.failures());
        return coverage.total() - before;
    }

    /** Nothing differed, and every class and every instruction was executed, so often at least. Prints the table. */
    void verify(String file, long executions) throws IOException {
        String table = coverage.table();
        System.out.println(table);
        Files.writeString(Path.of("target", "differential", file), table);
        verifyAlike();
        assertThat(coverage.missingClasses()).isEmpty();
        assertThat(coverage.missingInstructions()).isEmpty();
        assertThat(coverage.total()).isGreaterThanOrEqualTo(executions * TIMES);
    }

    /** Nothing differed. */
    void verifyAlike() {
        assertThat(failures).as("differences from qemu-aarch64, seed " + SEED).isEmpty();
    }

    /** Words that are UNALLOCATED, or UNDEFINED in that version. */
    void undefined(Engine engine, int version, int words) throws IOException {
        Comparison comparison = new Comparison(
                InstructionSet.unprivileged(),
                RequiredTool.emulator(test, version),
                engine,
                "seed " + SEED + ", UNALLOCATED SIMD and FP, Armv8." + version % 10);
        BlockGenerator generator = generator(catalogue, version, 1, SEED);
        boolean more = true;
        for (int done = 0; done < words && more; done += 10_000) {
            more = comparison.compare(generator.undefined(10_000));
        }
        assertThat(comparison.failures()).isEmpty();
    }

    /** What QEMU 7.2 executes, or stops at, though the manual calls it UNALLOCATED. */
    void undefinedByTheManual(Engine engine) throws IOException {
        List<Block> blocks = generator(catalogue, 85, 1, SEED).undefinedByTheManual(50);
        assertThat(blocks).hasSizeGreaterThan(500);
        List<Outcome> outcomes = engine.run(blocks);
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            Outcome right = new Outcome(Outcome.End.UNDEFINED, block.exitAddress() - 4, block.initial());
            assertThat(right.differences("manual", outcomes.get(i), "spelunk"))
                    .as(catalogue.describe(block.words()[block.entry()]))
                    .isEmpty();
        }
    }

    /** Differences that were found once, and what is right where QEMU is wrong: each file is a block and its outcome. */
    static Stream<DynamicTest> keptReproducers(Engine engine) throws IOException {
        List<Path> files;
        try (Stream<Path> list = Files.list(REPRODUCERS)) {
            files = list.sorted().toList();
        }
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                    Reproducer reproducer = Reproducer.parse(Files.readAllLines(file));
                    Outcome outcome = engine.run(List.of(reproducer.block())).get(0);
                    assertThat(reproducer.expected().differences("expected", outcome, "spelunk"))
                            .isEmpty();
                }));
    }

    /** No register, flag or byte changes, the base register of an access with writeback included. */
    void failing(Engine engine, int version) throws IOException {
        Comparison comparison = new Comparison(
                InstructionSet.unprivileged(),
                RequiredTool.emulator(test, version),
                engine,
                "seed " + SEED + ", failing SIMD and FP accesses, Armv8." + version % 10);
        comparison.compare(generator(catalogue, version, 1, SEED).failing(20));
        assertThat(comparison.failures()).isEmpty();
    }
}
