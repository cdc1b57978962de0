// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks of floating-point and SIMD instructions under the reference alone, and that a difference is found. */
class VectorBlockGeneratorTest {
    private final InstructionSet catalogue = InstructionSet.vectors();

    @Test
    void aSeedDeterminesTheBlocks() {
        List<Block> first = VectorRun.generator(catalogue, 85, 12, 7).next(20, 3);
        List<Block> second = VectorRun.generator(catalogue, 85, 12, 7).next(20, 3);
        assertThat(first).hasSize(60);
        for (int i = 0; i < first.size(); i++) {
            assertThat(second.get(i).words()).isEqualTo(first.get(i).words());
            assertThat(second.get(i).initial()).isEqualTo(first.get(i).initial());
        }
        assertThat(first.get(1).words()).isEqualTo(first.get(0).words());
        assertThat(first.get(1).initial()).isNotEqualTo(first.get(0).initial());
    }

    @Test
    void operandsAreOfEveryKindInEveryPrecision() {
        BitSet singles = new BitSet();
        BitSet doubles = new BitSet();
        BitSet halves = new BitSet();
        BitSet controls = new BitSet();
        for (Block block : VectorRun.generator(catalogue, 85, 1, 1).next(100)) {
            for (long half : block.initial().v) {
                doubles.set(kind(half, 11, 52));
                singles.set(kind(half << 32, 8, 23));
                halves.set(kind(half << 48, 5, 10));
            }
            controls.set(block.initial().fpcr >>> 22 & 31);
            controls.set(32 + (block.initial().fpcr >>> 19 & 1));
        }
        assertThat(List.of(halves.cardinality(), singles.cardinality(), doubles.cardinality()))
                .containsExactly(12, 12, 12);
        // RMode, FZ, DN and AHP in every combination would be 32, with FZ16 clear and set.
        assertThat(controls.cardinality()).isGreaterThan(24);
        assertThat(controls.get(32, 34).cardinality()).isEqualTo(2);
    }

    /** Zero, subnormal, normal, infinity, signalling NaN, quiet NaN of either sign, for a number in the upper bits. */
    private static int kind(long value, int exponentBits, int fractionBits) {
        long exponent = value << 1 >>> 64 - exponentBits;
        long fraction = value << 1 + exponentBits >>> 64 - fractionBits;
        int sign = value < 0 ? 6 : 0;
        if (exponent == 0) {
            return sign + (fraction == 0 ? 0 : 1);
        }
        if (exponent != (1L << exponentBits) - 1) {
            return sign + 2;
        }
        return sign + (fraction == 0 ? 3 : fraction >>> fractionBits - 1 == 0 ? 4 : 5);
    }

    @ParameterizedTest
    @ValueSource(ints = {82, 85})
    void everyBlockReachesItsExitAndTheReferenceAgreesWithItselfInSingleSteps(int version) throws IOException {
        String test = "generated SIMD&FP blocks under qemu-aarch64 (Armv8." + version % 10 + ")";
        QemuEngine translated = RequiredTool.emulator(test, version);
        QemuEngine stepped = RequiredTool.emulator(test, version, "-singlestep");
        List<Block> blocks = VectorRun.generator(catalogue, version, 12, 1).next(2000, 3);
        List<Outcome> one = translated.run(blocks);
        List<Outcome> other = stepped.run(blocks);
        for (int i = 0; i < blocks.size(); i++) {
            assertThat(one.get(i).end()).isEqualTo(Outcome.End.EXIT);
            assertThat(one.get(i).pc()).isEqualTo(blocks.get(i).exitAddress());
            assertThat(one.get(i).differences("translated", other.get(i), "stepped"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {82, 85})
    void wordsThatTheCatalogueLacksAreUndefinedInTheReference(int version) throws IOException {
        QemuEngine engine = RequiredTool.emulator(
                "UNALLOCATED SIMD&FP words under qemu-aarch64 (Armv8." + version % 10 + ")", version);
        List<Block> blocks = VectorRun.generator(catalogue, version, 1, 1).undefined(20_000);
        List<Outcome> outcomes = engine.run(blocks);
        for (int i = 0; i < blocks.size(); i++) {
            int word = blocks.get(i).words()[blocks.get(i).entry()];
            assertThat(outcomes.get(i).end())
                    .as(String.format("%08x %s", word, catalogue.describe(word)))
                    .isEqualTo(Outcome.End.UNDEFINED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {82, 85})
    void accessesThatMustFailDoSoInTheReference(int version) throws IOException {
        QemuEngine engine = RequiredTool.emulator(
                "failing SIMD&FP accesses under qemu-aarch64 (Armv8." + version % 10 + ")", version);
        List<Block> blocks = VectorRun.generator(catalogue, version, 1, 1).failing(20);
        assertThat(blocks).hasSizeGreaterThan(2000);
        List<Outcome> outcomes = engine.run(blocks);
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            assertThat(outcomes.get(i).end())
                    .as(catalogue.describe(block.words()[block.exit() - 1]))
                    .isEqualTo(Outcome.End.ABORT);
            assertThat(outcomes.get(i).pc()).isEqualTo(block.exitAddress() - 4);
            assertThat(outcomes.get(i).state().v).isEqualTo(block.initial().v);
        }
    }

    /** The reference with each of its outcomes changed. */
    private static Engine mutant(Engine engine, UnaryOperator<Outcome> change) {
        return new Engine() {
            @Override
            public String name() {
                return "mutant";
            }

            @Override
            public List<Outcome> run(List<Block> blocks) throws IOException {
                return new ArrayList<>(engine.run(blocks).stream().map(change).toList());
            }
        };
    }

    /** The reference with each word changed before it is executed. */
    private static Engine otherWords(Engine engine, UnaryOperator<Integer> change) {
        return new Engine() {
            @Override
            public String name() {
                return "mutant";
            }

            @Override
            public List<Outcome> run(List<Block> blocks) throws IOException {
                List<Block> changed = new ArrayList<>();
                for (Block b : blocks) {
                    int[] words = b.words().clone();
                    for (int i = b.entry(); i < b.exit(); i++) {
                        words[i] = change.apply(words[i]);
                    }
                    changed.add(b.with(words, b.initial()));
                }
                return engine.run(changed);
            }
        };
    }

    private void find(Engine reference, Engine wrong, int blocks, String... texts) throws IOException {
        Comparison comparison = new Comparison(InstructionSet.unprivileged(), reference, wrong, "mutant of SIMD&FP", 1);
        comparison.compare(VectorRun.generator(catalogue, 85, 12, 3).next(blocks, 2));
        assertThat(comparison.failures()).isNotEmpty().allSatisfy(text -> assertThat(text)
                .contains(texts));
    }

    @Test
    void aLostFlagALostHalfAndAnotherRoundingAreFound() throws IOException {
        Engine reference = RequiredTool.emulator("comparison of qemu-aarch64 with a mutant", 85);
        find(
                reference,
                mutant(reference, outcome -> {
                    outcome.state().fpsr &= ~(1 << 7);
                    return outcome;
                }),
                200,
                "fpsr");
        find(
                reference,
                mutant(reference, outcome -> {
                    outcome.state().v[2 * 9 + 1] = 0;
                    return outcome;
                }),
                5,
                "v9.high");
        Instruction fmadd = catalogue.named("FMADD");
        find(reference, otherWords(reference, w -> fmadd.matches(w) ? w ^ 1 << 21 : w), 200, "FMADD");
        Instruction sqadd = catalogue.named("SQADD (vector)");
        find(reference, otherWords(reference, w -> sqadd.matches(w) ? w ^ 1 << 29 : w), 200, "SQADD (vector)");
    }
}
