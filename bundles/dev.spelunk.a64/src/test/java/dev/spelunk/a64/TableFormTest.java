// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.a64.integer.Alu;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The form of the table: patterns, keys and expressions. */
class TableFormTest {
    private static final Map<String, Field> FIELDS =
            Map.of("imm9", new Field("imm9", 12, 9), "sf", new Field("sf", 31, 1));

    private static long evaluate(String text, int word) {
        return Expression.parse(text, FIELDS, name -> null).evaluate(word);
    }

    @Test
    void bitmaskImmediatesAreThoseOfTheManual() {
        int valid = 0;
        for (int word = 0; word < 1 << 13; word++) {
            valid += Alu.validBitMask(true, word >> 12, word & 63) ? 1 : 0;
        }
        // Of each element size e from 2 to 64: e - 1 run lengths, each with 64 values of immr, unused bits included.
        assertThat(valid).isEqualTo(64 * (1 + 3 + 7 + 15 + 31 + 63));
        assertThat(Alu.validBitMask(false, 1, 0)).isFalse();
        assertThat(Alu.validBitMask(true, 0, 0x3f)).isFalse();
        assertThat(Alu.validBitMask(false, 0, 0x1f)).isFalse();
    }

    @Test
    void expressionsHavePrecedenceAndSignedFields() {
        assertThat(evaluate("signed(imm9)*2+1", 0x1ff << 12)).isEqualTo(-1);
        assertThat(evaluate("sf==0||imm9>2&&imm9<4", 0x3 << 12 | 1 << 31)).isEqualTo(1);
        assertThat(evaluate("!(1<<sf==2)", 1 << 31)).isZero();
        assertThat(evaluate("concat(sf,imm9)", 5 << 12 | 1 << 31)).isEqualTo(512 + 5);
        assertThat(evaluate("sf?imm9>>1:imm9|8", 6 << 12)).isEqualTo(14);
        assertThat(evaluate("sf?imm9>>1:imm9|8", 6 << 12 | 1 << 31)).isEqualTo(3);
        assertThat(Expression.parse("sf&1", FIELDS, name -> Expression.constant(6))
                        .evaluate(-1))
                .isZero();
        assertThatThrownBy(() -> evaluate("Rn==31", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unknown field Rn");
        assertThatThrownBy(() -> evaluate("(sf", 0)).hasMessageContaining("')' expected");
    }

    @Test
    void keysOfAClassHoldForItsInstructionsAndAreAddedTo() {
        InstructionSet set = InstructionSet.parse("""
                == Group ==
                [Class] 3 : reads=Xn; writes=Xd; since=81
                ONE : 0000000000000000000000 Rn Rd
                TWO (other) : 0000000000000000000001 Rn Rd : writes=+F; since=82
                """);
        assertThat(set.classes()).singleElement().satisfies(c -> {
            assertThat(c.name()).isEqualTo("Class");
            assertThat(c.weight()).isEqualTo(3);
        });
        Instruction one = set.decode(0);
        Instruction two = set.decode(1 << 10);
        assertThat(one.text("writes")).isEqualTo("Xd");
        assertThat(two.text("writes")).isEqualTo("Xd,F");
        assertThat(two.text("reads")).isEqualTo("Xn");
        assertThat(two.mnemonic()).isEqualTo("two");
        assertThat(one.isIn(81)).isTrue();
        assertThat(two.isIn(81)).isFalse();
        assertThat(set.decode(1 << 11)).isNull();
    }

    @Test
    void aBadLineIsRefused() {
        String head = "== G ==\n[c]\n";
        assertThatThrownBy(() -> InstructionSet.parse(head + "X : 0101 Rd\n"))
                .hasMessageContaining("text:3: ")
                .hasMessageContaining("9 bits, not 32");
        assertThatThrownBy(() -> InstructionSet.parse(head + "X : 0101 what\n"))
                .hasMessageContaining("width of field what");
        assertThatThrownBy(() -> InstructionSet.of("absent.isa")).hasMessageContaining("no table absent.isa");
    }

    @Test
    void theCompiledTableIsTheText() {
        InstructionSet text = InstructionSet.text();
        InstructionSet compiled = CompiledTable.read(CompiledTable.compile(text));
        assertThat(CompiledTable.class.getResource("table.bin"))
                .as("made by the build")
                .isNotNull();
        for (InstructionSet set : new InstructionSet[] {compiled, InstructionSet.whole()}) {
            assertThat(set.classes()).hasSameSizeAs(text.classes());
            assertThat(set.instructions()).hasSameSizeAs(text.instructions());
            for (int i = 0; i < set.instructions().size(); i++) {
                Instruction one = set.instructions().get(i);
                Instruction other = text.instructions().get(i);
                assertThat(one.toString()).isEqualTo(other.toString());
                assertThat(one.source().toString()).isEqualTo(other.source().toString());
                assertThat(one.instructionClass().source().toString())
                        .isEqualTo(other.instructionClass().source().toString());
                assertThat(one.instructionClass().group())
                        .isEqualTo(other.instructionClass().group());
                assertThat(one.compiled()).isEqualTo(other.compiled());
            }
        }
    }
}
