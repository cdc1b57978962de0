// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.a64.InstructionSet;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The generator and the reference alone: what they say must be worth comparing with. */
class BlockGeneratorTest {
    private static final int BLOCKS = 2000;
    private final InstructionSet catalogue = InstructionSet.base();

    @ParameterizedTest
    @ValueSource(ints = {82, 85})
    void aSeedDeterminesTheBlocks(int version) {
        List<Block> first = new BlockGenerator(catalogue, version, 40, 7).next(50);
        List<Block> second = new BlockGenerator(catalogue, version, 40, 7).next(50);
        for (int i = 0; i < first.size(); i++) {
            assertThat(second.get(i).words()).isEqualTo(first.get(i).words());
            assertThat(second.get(i).initial()).isEqualTo(first.get(i).initial());
            assertThat(second.get(i).address()).isEqualTo(first.get(i).address());
        }
        Block other = new BlockGenerator(catalogue, version, 40, 8).next(1).get(0);
        assertThat(other.words()).isNotEqualTo(first.get(0).words());
    }

    @ParameterizedTest
    @ValueSource(ints = {82, 85})
    void everyBlockReachesItsExitAndTheReferenceAgreesWithItselfInSingleSteps(int version) throws IOException {
        String test = "generated blocks under qemu-aarch64 (Armv8." + version % 10 + ")";
        QemuEngine translated = RequiredTool.emulator(test, version);
        QemuEngine stepped = RequiredTool.emulator(test, version, "-singlestep");
        List<Block> blocks = new BlockGenerator(catalogue, version, 40, 1).next(BLOCKS);
        List<Outcome> one = translated.run(blocks);
        List<Outcome> other = stepped.run(blocks);
        for (int i = 0; i < BLOCKS; i++) {
            assertThat(one.get(i).end()).isEqualTo(Outcome.End.EXIT);
            assertThat(one.get(i).pc()).isEqualTo(blocks.get(i).exitAddress());
            assertThat(one.get(i).differences("translated", other.get(i), "stepped"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {82, 85})
    void wordsThatTheCatalogueCallsUnallocatedAreUndefinedInTheReference(int version) throws IOException {
        QemuEngine engine =
                RequiredTool.emulator("UNALLOCATED words under qemu-aarch64 (Armv8." + version % 10 + ")", version);
        InstructionSet all = InstructionSet.baseWithUnallocated();
        List<Block> blocks = new BlockGenerator(all, version, 1, 1).unallocated(20);
        List<Outcome> outcomes = engine.run(blocks);
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            assertThat(outcomes.get(i).end())
                    .as(all.describe(block.words()[block.entry()]))
                    .isEqualTo(Outcome.End.UNDEFINED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {82, 85})
    void accessesThatMustFailDoSoInTheReference(int version) throws IOException {
        QemuEngine engine =
                RequiredTool.emulator("failing accesses under qemu-aarch64 (Armv8." + version % 10 + ")", version);
        List<Block> blocks = new BlockGenerator(catalogue, version, 1, 1).failing(20);
        List<Outcome> outcomes = engine.run(blocks);
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            assertThat(outcomes.get(i).end())
                    .as(catalogue.describe(block.words()[block.exit() - 1]))
                    .isIn(Outcome.End.ABORT, Outcome.End.ALIGNMENT);
            assertThat(outcomes.get(i).pc()).isEqualTo(block.exitAddress() - 4);
        }
    }
}
