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
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The catalogue of scalar floating point, Advanced SIMD and cryptographic instructions. */
class VectorCatalogueTest {
    private final InstructionSet catalogue = InstructionSet.vectors();
    private final List<Instruction> executed = catalogue.instructions().stream()
            .filter(i -> i.isIn(85))
            .filter(i -> !i.has("manual"))
            .toList();

    @Test
    void namesAreUnique() {
        assertThat(catalogue.instructions()).extracting(Instruction::name).doesNotHaveDuplicates();
        assertThat(catalogue.classes()).extracting(InstructionClass::name).doesNotHaveDuplicates();
    }

    @Test
    void aWordIsOneInstructionAtMost() {
        SplitMix random = new SplitMix(5);
        for (int i = 0; i < 100_000; i++) {
            // Bits 27:25 of data processing, or of loads and stores of SIMD&FP registers.
            int word = (int) random.nextLong() & ~(7 << 25) | (random.percent(70) ? 7 : 6) << 25;
            assertThat(catalogue.instructions().stream()
                            .filter(c -> c.matches(word) && c.isValid(word))
                            .toList())
                    .as(String.format("%08x", word))
                    .hasSizeLessThan(2);
        }
    }

    @Test
    void aGeneratedWordIsIdentifiedAsItsInstruction() {
        RandomInstruction random = new RandomInstruction(catalogue, 85, new SplitMix(1));
        for (Instruction instruction : executed) {
            for (int i = 0; i < 100; i++) {
                assertThat(catalogue.identify(random.defined(instruction))).isSameAs(instruction);
            }
        }
    }

    @Test
    void everyFieldOfEveryInstructionVaries() {
        RandomInstruction random = new RandomInstruction(catalogue, 85, new SplitMix(2));
        for (Instruction instruction : executed) {
            Map<Field, Set<Integer>> seen = new HashMap<>();
            Set<Field> fixed = new HashSet<>(instruction.fields());
            for (int i = 0; i < 300; i++) {
                int word = random.defined(instruction);
                for (Field field : instruction.fields()) {
                    seen.computeIfAbsent(field, k -> new HashSet<>()).add(field.get(word));
                    if (instruction.isDefined(field.set(word, ~field.get(word)))) {
                        fixed.remove(field);
                    }
                }
            }
            seen.forEach((field, values) ->
                    assertThat(values).as(instruction + " " + field).hasSizeGreaterThan(fixed.contains(field) ? 0 : 1));
        }
    }

    @Test
    void everyClassOfTheManualIsThere() {
        // DDI 0487, C4.1: the classes of data processing, and those of loads and stores that have SIMD&FP forms.
        Set<String> names =
                catalogue.classes().stream().map(InstructionClass::name).collect(Collectors.toSet());
        assertThat(names)
                .contains(
                        "Cryptographic AES",
                        "Cryptographic three-register SHA",
                        "Cryptographic two-register SHA",
                        "Advanced SIMD scalar copy",
                        "Advanced SIMD scalar three same FP16",
                        "Advanced SIMD scalar two-register miscellaneous FP16",
                        "Advanced SIMD scalar three same extra",
                        "Advanced SIMD scalar two-register miscellaneous",
                        "Advanced SIMD scalar pairwise",
                        "Advanced SIMD scalar three different",
                        "Advanced SIMD scalar three same",
                        "Advanced SIMD scalar shift by immediate",
                        "Advanced SIMD scalar x indexed element",
                        "Advanced SIMD table lookup",
                        "Advanced SIMD permute",
                        "Advanced SIMD extract",
                        "Advanced SIMD copy",
                        "Advanced SIMD three same (FP16)",
                        "Advanced SIMD two-register miscellaneous (FP16)",
                        "Advanced SIMD three same extra",
                        "Advanced SIMD two-register miscellaneous",
                        "Advanced SIMD across lanes",
                        "Advanced SIMD three different",
                        "Advanced SIMD three same",
                        "Advanced SIMD modified immediate",
                        "Advanced SIMD shift by immediate",
                        "Advanced SIMD vector x indexed element",
                        "Conversion between floating-point and fixed-point",
                        "Conversion between floating-point and integer",
                        "Floating-point data-processing (1 source)",
                        "Floating-point compare",
                        "Floating-point immediate",
                        "Floating-point conditional compare",
                        "Floating-point data-processing (2 source)",
                        "Floating-point conditional select",
                        "Floating-point data-processing (3 source)",
                        "Advanced SIMD load/store multiple structures",
                        "Advanced SIMD load/store multiple structures (post-indexed)",
                        "Advanced SIMD load/store single structure",
                        "Advanced SIMD load/store single structure (post-indexed)");
    }

    @Test
    void knownWordsAreDescribed() {
        assertThat(catalogue.describe(0x1e622820)).isEqualTo("FADD (scalar) ftype=1 Rm=2 Rn=1 Rd=0");
        assertThat(catalogue.describe(0x4e20d420)).startsWith("FADD (vector) Q=1 sz=0");
        assertThat(catalogue.describe(0x4ee284a3)).startsWith("ADD (vector) Q=1 size=3 Rm=2 Rn=5 Rd=3");
        assertThat(catalogue.describe(0x3dc00420)).startsWith("LDR (128-bit SIMD&FP, unsigned immediate) imm12=1");
        assertThat(catalogue.describe(0x4c40a420)).startsWith("LD1 (multiple structures, 2 registers) Q=1 size=1");
        assertThat(catalogue.describe(0x4e284820)).startsWith("AESE");
    }
}
