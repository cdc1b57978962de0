// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.a64.Form;
import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;
import dev.spelunk.api.registers.SystemRegister;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The instruction table and the meanings")
class MeaningsTest {
    private static final InstructionSet TABLE = InstructionSet.whole();
    private static final int WORDS = 40;
    /** Forms whose instructions are UNDEFINED for other reasons too: a register, an Exception level, an immediate. */
    private static final Set<Form> MAY_BE_UNDEFINED = EnumSet.of(
            Form.UNDEFINED,
            Form.SYSTEM,
            Form.SYSTEM_READ,
            Form.SYSTEM_WRITE,
            Form.TLB_INVALIDATE,
            Form.EXCEPTION_GENERATION);

    private final SplittableRandom random = new SplittableRandom(20261130);
    private final BareMachine machine = machine();
    private final Processor processor = new Processor(machine.context);

    private static BareMachine machine() {
        Stream<String> features = TABLE.instructions().stream()
                .map(Instruction::feature)
                .filter(Objects::nonNull)
                .distinct();
        Stream<String> more = Stream.concat(Stream.of("FEAT_FP", "FEAT_AdvSIMD", "FEAT_PMULL"), features);
        return new BareMachine(
                Stream.concat(Stream.of(BareMachine.ALL), more).distinct().toArray(String[]::new));
    }

    /** Executes a word at EL1. @return whether it is UNDEFINED */
    private boolean undefined(int word) {
        machine.set(SystemRegister.HCR_EL2, 1L << 31);
        machine.set(SystemRegister.CPACR_EL1, 3L << 20);
        machine.pe.el = 1;
        machine.pe.pc = BareMachine.BASE;
        for (int i = 0; i < 31; i++) {
            machine.pe.x[i] = BareMachine.BASE + 0x10000;
        }
        processor.resolve();
        processor.selectMode();
        try {
            Instructions.execute(processor, word);
            return false;
        } catch (SynchronousException e) {
            return e.exceptionClass == SynchronousException.UNKNOWN;
        }
    }

    /** A word with the fixed bits of an instruction that is that instruction; null when chance finds none. */
    private Integer word(Instruction instruction) {
        for (int i = 0; i < 1000; i++) {
            int word = random.nextInt() & ~instruction.fixedMask() | instruction.fixedBits();
            if (TABLE.decode(word) == instruction) {
                return word;
            }
        }
        return null;
    }

    @Test
    @DisplayName("every instruction that is allocated has a form, and the form one meaning that executes it")
    void everyInstruction() {
        Set<Form> met = EnumSet.of(Form.UNALLOCATED);
        Set<String> without = new TreeSet<>();
        int instructions = 0;
        for (Instruction instruction : TABLE.instructions()) {
            Integer word = word(instruction);
            if (word == null) {
                continue; // It is in the table for what it is not: UNALLOCATED, or of a later version.
            }
            instructions++;
            met.add(instruction.form());
            for (int i = 0; i < WORDS; i++) {
                if (undefined(word) && !MAY_BE_UNDEFINED.contains(instruction.form())) {
                    without.add(TABLE.describe(word) + " of form " + instruction.form());
                }
                word = word(instruction);
            }
        }
        assertThat(without).isEmpty();
        assertThat(instructions).isGreaterThan(900);
        assertThat(met).containsExactlyInAnyOrder(Form.values());
    }

    @Test
    @DisplayName("no other word has a meaning")
    void everyOtherWord() {
        int unallocated = 0;
        for (int i = 0; i < 100_000; i++) {
            int word = random.nextInt();
            if (TABLE.decode(word) == null) {
                unallocated++;
                assertThat(undefined(word)).as("%08x", word).isTrue();
            }
        }
        assertThat(unallocated).isGreaterThan(10_000);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "0xB9400041, LDR W1 [X2],            0x1810000", "0xF9400041, LDR X1 [X2],               0x1C18000",
        "0x39800041, LDRSB X1 [X2],          0x1218000", "0x39C00041, LDRSB W1 [X2],             0x1210000",
        "0x78004041, STURH W1 [X2 #4],       0x1410000", "0xB8A36841, LDRSW X1 [X2 X3],          0x1A18000",
        "0xB8400841, LDTR W1 [X2],           0x1810000", "0xC8DFFC41, LDAR X1 [X2],              0x1C1C000",
        "0x089FFC41, STLRB W1 [X2],          0x1014000", "0x38BFC041, LDAPRB W1 [X2],            0x1014000",
        "0x99800041, LDAPURSW X1 [X2],       0x1A1C000", "0x18000001, LDR W1 literal,            0x1810000",
        "0x98000001, LDRSW X1 literal,       0x1A18000", "0xB8404441, LDR W1 [X2] #4,            0",
        "0xA9400841, LDP X1 X2 [X2],         0", "0xB8210041, LDADD W1 W1 [X2],          0",
        "0x885F7C41, LDXR W1 [X2],           0", "0x3D400041, LDR B1 [X2],               0"
    })
    @DisplayName("the syndrome of an access that a hypervisor may emulate")
    void syndrome(String word, String assembly, String expected) {
        assertThat(InstructionSyndrome.of((int) (long) Long.decode(word))).isEqualTo(Integer.decode(expected));
    }
}
