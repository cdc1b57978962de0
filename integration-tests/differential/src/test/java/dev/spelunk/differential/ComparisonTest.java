// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** A comparison must find what is wrong: here engines that compute another instruction or forget a store. */
class ComparisonTest {
    private final InstructionSet catalogue = InstructionSet.base();

    /** The reference with each word changed before it is executed. */
    private static Engine mutant(Engine engine, IntUnaryOperator change) {
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
                        words[i] = change.applyAsInt(words[i]);
                    }
                    changed.add(b.with(words, b.initial()));
                }
                return engine.run(changed);
            }
        };
    }

    @Test
    void aWrongInstructionIsFoundAndSingledOut() throws IOException {
        Engine reference = RequiredTool.emulator("comparison of qemu-aarch64 with a mutant", 85);
        Instruction sbcs = catalogue.named("SBCS");
        Comparison comparison = new Comparison(
                catalogue, reference, mutant(reference, w -> sbcs.matches(w) ? w & ~(1 << 30) : w), "mutant of SBCS");
        comparison.compare(new BlockGenerator(catalogue, 85, 40, 3).next(25));
        assertThat(comparison.failures()).isNotEmpty().allSatisfy(text -> {
            Reproducer reproducer = Reproducer.parse(Arrays.asList(text.split("\n")));
            assertThat(text).contains("SBCS", "qemu", "mutant");
            assertThat(text.lines()
                            .filter(l -> l.startsWith("word.") && l.contains("#"))
                            .count())
                    .isLessThan(4);
            Outcome again = reference.run(List.of(reproducer.block())).get(0);
            assertThat(reproducer.expected().differences("kept", again, "qemu")).isEmpty();
        });
    }

    @Test
    void aLostStoreIsFound() throws IOException {
        Engine reference = RequiredTool.emulator("comparison of qemu-aarch64 with a mutant", 85);
        Instruction sturb = catalogue.named("STURB");
        Comparison comparison = new Comparison(
                catalogue, reference, mutant(reference, w -> sturb.matches(w) ? Layout.NOP : w), "mutant of STURB");
        comparison.compare(new BlockGenerator(catalogue, 85, 40, 4).next(35));
        assertThat(comparison.failures()).isNotEmpty().allSatisfy(text -> assertThat(text)
                .contains("memory"));
    }

    @Test
    void aWrongProcessingElementIsFound() throws IOException {
        Engine reference = RequiredTool.emulator("comparison of qemu-aarch64 with a wrong processing element", 85);
        Engine core = ProcessingElementTest.core(85, 0, CoreEngine.Form.BLOCKS);
        Instruction csinc = catalogue.named("CSINC");
        Comparison comparison = new Comparison(
                catalogue, reference, mutant(core, w -> csinc.matches(w) ? w ^ 1 << 12 : w), "mutant of CSINC");
        comparison.compare(new BlockGenerator(catalogue, 85, 40, 5).next(40));
        assertThat(comparison.failures()).isNotEmpty().allSatisfy(text -> assertThat(text)
                .contains("CSINC"));
    }
}
