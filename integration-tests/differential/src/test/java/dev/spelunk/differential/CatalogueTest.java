// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CatalogueTest {
    private final Catalogue catalogue = Catalogue.base();

    @Test
    void namesAreUnique() {
        assertThat(catalogue.instructions()).extracting(Instruction::name).doesNotHaveDuplicates();
        assertThat(catalogue.classes())
                .extracting(Catalogue.InstructionClass::name)
                .doesNotHaveDuplicates();
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

    @Test
    void bitmaskImmediatesAreThoseOfTheManual() {
        int valid = 0;
        for (int word = 0; word < 1 << 13; word++) {
            valid += Expression.isLogicalImmediate(1, word >> 12, word & 63) ? 1 : 0;
        }
        // Of each element size e from 2 to 64: e - 1 run lengths, each with 64 values of immr, unused bits included.
        assertThat(valid).isEqualTo(64 * (1 + 3 + 7 + 15 + 31 + 63));
        assertThat(Expression.isLogicalImmediate(0, 1, 0)).isFalse();
        assertThat(Expression.isLogicalImmediate(1, 0, 0x3f)).isFalse();
        assertThat(Expression.isLogicalImmediate(0, 0, 0x1f)).isFalse();
    }

    @Test
    void expressionsHavePrecedenceAndSignedFields() {
        Map<String, Field> fields = Map.of("imm9", new Field("imm9", 12, 9), "sf", new Field("sf", 31, 1));
        assertThat(Expression.parse("signed(imm9)*2+1", fields, Map.of()).evaluate(0x1ff << 12))
                .isEqualTo(-1);
        assertThat(Expression.parse("sf==0||imm9>2&&imm9<4", fields, Map.of()).evaluate(0x3 << 12 | 1 << 31))
                .isEqualTo(1);
        assertThat(Expression.parse("!(1<<sf==2)", fields, Map.of()).evaluate(1 << 31))
                .isZero();
        assertThat(Expression.parse("sf&1", fields, Map.of("sf", Expression.constant(6)))
                        .evaluate(-1))
                .isZero();
        assertThatThrownBy(() -> Expression.parse("Rn==31", fields, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unknown field Rn");
        assertThatThrownBy(() -> Expression.parse("(sf", fields, Map.of())).hasMessageContaining("')' expected");
    }

    @Test
    void aBadLineIsRefused() {
        assertThatThrownBy(() -> new Instruction("c", "X : 0101 Rd")).hasMessageContaining("9 bits, not 32");
        assertThatThrownBy(() -> new Instruction("c", "X : 0101 what")).hasMessageContaining("width of field what");
        assertThatThrownBy(() -> Catalogue.of("absent.isa")).hasMessageContaining("no catalogue absent.isa");
    }
}
