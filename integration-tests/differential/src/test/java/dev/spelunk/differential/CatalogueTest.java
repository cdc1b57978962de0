// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.a64.Field;
import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionClass;
import dev.spelunk.a64.InstructionSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CatalogueTest {
    private final InstructionSet catalogue = InstructionSet.base();

    @Test
    void namesAreUnique() {
        assertThat(catalogue.instructions()).extracting(Instruction::name).doesNotHaveDuplicates();
        assertThat(catalogue.classes()).extracting(InstructionClass::name).doesNotHaveDuplicates();
    }

    @Test
    void patternsOverlapOnlyWhereOneIsASpecialCaseOfTheOther() {
        List<Instruction> all = catalogue.instructions();
        for (Instruction a : all) {
            for (Instruction b : all) {
                int common = a.fixedMask() & b.fixedMask();
                boolean overlap = a != b && ((a.fixedBits() ^ b.fixedBits()) & common) == 0;
                boolean specialCase = common == a.fixedMask() || common == b.fixedMask();
                assertThat(!overlap || specialCase).as(a + " and " + b).isTrue();
            }
        }
    }

    @Test
    void aGeneratedWordIsIdentifiedAsItsInstructionOrASpecialCaseOfIt() {
        RandomInstruction random = new RandomInstruction(catalogue, 85, new SplitMix(1));
        for (Instruction instruction : catalogue.instructions()) {
            for (int i = 0; i < 200; i++) {
                int word = random.defined(instruction);
                Instruction identified = catalogue.identify(word);
                assertThat(identified.fixedMask() & instruction.fixedMask()).isEqualTo(instruction.fixedMask());
                assertThat(instruction.isDefined(word)).isTrue();
            }
        }
    }

    @Test
    void everyFieldOfEveryInstructionVaries() {
        RandomInstruction random = new RandomInstruction(catalogue, 85, new SplitMix(2));
        for (Instruction instruction : catalogue.instructions()) {
            Map<Field, Set<Integer>> seen = new HashMap<>();
            for (int i = 0; i < 300; i++) {
                int word = random.defined(instruction);
                instruction.fields().forEach(f -> seen.computeIfAbsent(f, k -> new HashSet<>())
                        .add(f.get(word)));
            }
            seen.forEach((field, values) ->
                    assertThat(values).as(instruction + " " + field).hasSizeGreaterThan(1));
        }
    }

    @Test
    void knownWordsAreDescribed() {
        assertThat(catalogue.describe(0x8b020c20))
                .isEqualTo("ADD (shifted register) sf=1 shift=0 Rm=2 imm6=3 Rn=1 Rd=0");
        assertThat(catalogue.describe(0xf85f8fe0)).isEqualTo("LDR (64-bit, pre) imm9=-8 Rn=31 Rt=0");
        assertThat(catalogue.describe(0xb820001f)).startsWith("STADD size=2");
        assertThat(catalogue.describe(0xd503201f)).isEqualTo("NOP");
        assertThat(catalogue.describe(0x00000000)).isEqualTo(".inst 0x00000000");
    }
}
