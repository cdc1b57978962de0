// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.state.Operation;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The table as a whole: a word is one instruction at most, and every entry says all that is derived from it. */
class InstructionSetTest {
    private final InstructionSet set = InstructionSet.whole();

    /** Random words of an entry that are allocated. */
    private static int[] words(Instruction instruction, Random random, int count) {
        int[] words = new int[count];
        int found = 0;
        for (int attempt = 0; attempt < 100_000 && found < count; attempt++) {
            int word = instruction.fixedBits() | random.nextInt() & ~instruction.fixedMask();
            if (instruction.isAllocated(word)) {
                words[found++] = word;
            }
        }
        return java.util.Arrays.copyOf(words, found);
    }

    @Test
    void namesAreUnique() {
        assertThat(set.instructions()).extracting(Instruction::name).doesNotHaveDuplicates();
        assertThat(set.classes()).extracting(InstructionClass::name).doesNotHaveDuplicates();
    }

    /** Two patterns that have a word in common are a special case and its general case, or their conditions tell them apart. */
    @Test
    void everyWordIsOneInstructionAtMost() {
        Random random = new Random(1);
        List<Instruction> all = set.instructions();
        for (Instruction a : all) {
            for (Instruction b : all) {
                int common = a.fixedMask() & b.fixedMask();
                boolean overlap = a != b && ((a.fixedBits() ^ b.fixedBits()) & common) == 0;
                boolean nested = common == a.fixedMask() && common != b.fixedMask()
                        || common == b.fixedMask() && common != a.fixedMask();
                if (!overlap || nested) {
                    continue;
                }
                for (int i = 0; i < 10_000; i++) {
                    int fixed = a.fixedBits() & a.fixedMask() | b.fixedBits() & b.fixedMask();
                    int word = fixed | random.nextInt() & ~(a.fixedMask() | b.fixedMask());
                    assertThat(a.isAllocated(word) && b.isAllocated(word))
                            .as(a + " and " + b + " have " + Integer.toHexString(word))
                            .isFalse();
                }
            }
        }
    }

    @Test
    void theTreeFindsWhatASearchFinds() {
        Random random = new Random(2);
        List<Instruction> all = set.instructions();
        for (int i = 0; i < 200_000; i++) {
            Instruction near = all.get(random.nextInt(all.size()));
            int word = i % 4 == 0
                    ? random.nextInt()
                    : near.fixedBits() | random.nextInt() & ~near.fixedMask() ^ 1 << random.nextInt(32);
            Instruction best = null;
            for (Instruction one : all) {
                boolean moreSpecific =
                        best == null || Integer.bitCount(one.fixedMask()) > Integer.bitCount(best.fixedMask());
                if (one.matches(word) && one.isAllocated(word) && moreSpecific) {
                    best = one;
                }
            }
            assertThat(set.decode(word)).as(Integer.toHexString(word)).isSameAs(best);
        }
    }

    @Test
    void everyInstructionHasSyntaxAndRolesForEveryWord() {
        Random random = new Random(3);
        for (Instruction instruction : set.instructions()) {
            for (int word : words(instruction, random, 50)) {
                if (set.decode(word) != instruction) {
                    continue;
                }
                assertThat(Disassembler.disassemble(word, 0x1000))
                        .as(instruction.toString())
                        .doesNotStartWith(".inst")
                        .doesNotContain("null");
                DecodedInstruction decoded = DecodedInstruction.of(word);
                assertThat(decoded.instruction).isSameAs(instruction);
                boolean memory = instruction.kind() == Instruction.Kind.LITERAL
                        || instruction.kind() == Instruction.Kind.LOAD_EXCLUSIVE
                        || instruction.kind() == Instruction.Kind.STORE_EXCLUSIVE
                        || instruction.kind() == Instruction.Kind.MEMORY && !decoded.is(Operation.MAINTENANCE);
                if (memory) {
                    assertThat(decoded.operationClass)
                            .as(instruction.toString())
                            .isEqualTo(Operation.LOAD_STORE);
                    assertThat(decoded.unit).as(instruction.toString()).isIn(Unit.LOAD_STORE, Unit.SYSTEM);
                    assertThat(decoded.accessSize).as(instruction.toString()).isPositive();
                }
            }
        }
    }

    @Test
    void whatIsUnallocatedIsNoInstruction() {
        for (int word : new int[] {0x02000000, 0x60000000, 0xFFFFFFFF, 0x0E40CC00, 0x5E70C800, 0xD4000000}) {
            assertThat(set.decode(word)).as(Integer.toHexString(word)).isNull();
            assertThat(DecodedInstruction.of(word).operationClass).isEqualTo(Operation.OTHER);
            assertThat(DecodedInstruction.of(word).flags).isZero();
        }
    }

    @Test
    void theCacheSaysWhatTheTableSays() {
        DecodeCache cache = new DecodeCache();
        Random random = new Random(4);
        for (int i = 0; i < 20_000; i++) {
            int word = 0x8B000000 | random.nextInt() & 0x00E0FFFF & random.nextInt();
            DecodedInstruction decoded = cache.of(word);
            assertThat(decoded.word).isEqualTo(word);
            assertThat(decoded.instruction).isSameAs(set.decode(word));
            assertThat(cache.of(word)).isSameAs(decoded);
        }
    }
}
