// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.testkit.TestMachine;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** FEAT_RNG: the same machine draws the same numbers, other PEs and seeds others, and the flags say success. */
class RandomNumberRegistersTest {
    private static List<RegisterDefinition> registers(String... features) {
        return new RandomNumberRegisters().registers(new Architecture(85, Set.of(features), null, Map.of()));
    }

    private static long[] draw(long seed, int pe, int register) {
        PeContext context = TestMachine.builder().pes(2).seed(seed).build().contexts[pe];
        RegisterDefinition definition = registers("FEAT_RNG").get(register);
        long[] numbers = new long[8];
        for (int i = 0; i < numbers.length; i++) {
            context.pe.nzcv = 15;
            numbers[i] = definition.onRead().read(context, definition, 0);
            assertThat(context.pe.nzcv).isZero();
        }
        return numbers;
    }

    @Test
    void numbersFollowTheSeedAndThePe() {
        for (int register = 0; register < 2; register++) {
            assertThat(draw(1, 0, register)).isEqualTo(draw(1, 0, register)).doesNotHaveDuplicates();
            assertThat(draw(1, 0, register)).isNotEqualTo(draw(2, 0, register)).isNotEqualTo(draw(1, 1, register));
        }
    }

    @Test
    void absentWithoutTheFeature() {
        assertThat(registers()).isEmpty();
        assertThat(registers("FEAT_RNG")).extracting(RegisterDefinition::name).containsExactly("RNDR", "RNDRRS");
    }
}
