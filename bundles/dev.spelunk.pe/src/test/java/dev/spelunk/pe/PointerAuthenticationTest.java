// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.a64.integer.Qarma5;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** FEAT_PAuth (DDI 0487, D8.8): the cipher, the layout of pointers, enables and traps, and every form of instruction. */
class PointerAuthenticationTest {
    private static final long ENABLES = 1L << 31 | 1L << 30 | 1L << 27 | 1L << 13;
    private static final long API = 1L << 41;
    private static final long VBAR = BareMachine.BASE + 0x10000;
    private static final long VBAR2 = BareMachine.BASE + 0x20000;
    private static final long POINTER = 0x0000_7F12_3456_7890L;
    private static final long UPPER = 0xFFFF_8012_3456_7890L;
    private static final long TBI0 = 1L << 37;
    private static final long TBI1 = 1L << 38;

    private static BareMachine machine(long tcr) {
        String[] features = Arrays.copyOf(BareMachine.ALL, BareMachine.ALL.length + 1);
        features[features.length - 1] = "FEAT_PAuth";
        BareMachine m = new BareMachine(features);
        m.set(SystemRegister.HCR_EL2, 1L << 31 | API);
        m.set(SystemRegister.SCTLR_EL1, ENABLES);
        m.set(SystemRegister.TCR_EL1, tcr | 16 | 16 << 16);
        m.set(SystemRegister.VBAR_EL1, VBAR);
        m.set(SystemRegister.VBAR_EL2, VBAR2);
        Random random = new Random(7);
        for (int crm = 1; crm <= 3; crm++) {
            for (int op2 = 0; op2 < 4; op2++) {
                m.set(Encoding.of(3, 0, 2, crm, op2), random.nextLong());
            }
        }
        return m;
    }

    /** PACIA X0, X1 and those after it, by opcode. */
    private static int oneSource(int opcode) {
        return 0xDAC10020 | opcode << 10;
    }

    @Test
    void cipherOfThePublishedTestVector() {
        // R. Avanzi, The QARMA Block Cipher Family, 2017: QARMA-64, 5 rounds, the substitution sigma 2.
        assertThat(Qarma5.encipher(0xfb623599da6e8127L, 0x477d469dec0b8762L, 0x84be85ce9804e94bL, 0xec2802d4e0a488e9L))
                .isEqualTo(0xc003b93999b33765L);
    }

    @Test
    void whatIsRememberedHoldsForItsKeyAndModifierOnly() {
        BareMachine m = machine(0).code(0x9AC13000);
        Random random = new Random(11);
        int low = Encoding.of(3, 0, 2, 3, 0);
        int high = Encoding.of(3, 0, 2, 3, 1);
        for (int round = 0; round < 20_000; round++) {
            // Few values in many combinations, so that most have been met with another key or modifier.
            m.set(low, random.nextInt(3));
            m.set(high, random.nextInt(3));
            long data = random.nextInt(20);
            long modifier = random.nextInt(20);
            m.pe.x[0] = data;
            m.pe.x[1] = modifier;
            m.pe.pc = BareMachine.BASE;
            m.run(1);
            long key0 = m.get(high);
            long key1 = m.get(low);
            assertThat(m.pe.x[0]).isEqualTo(Qarma5.encipher(data, modifier, key0, key1) >>> 32 << 32);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "2, 0", "3, 0", "0, 1", "1, 1", "2, 1", "3, 1"})
    void whatIsSignedAuthenticates(int key, int tbi) {
        long tcr = tbi != 0 ? TBI0 | TBI1 : 0;
        for (long pointer : new long[] {POINTER, UPPER}) {
            BareMachine m = machine(tcr).code(oneSource(key), oneSource(4 | key), oneSource(16 | key >> 1) | 0x3E0);
            m.pe.x[0] = pointer;
            m.pe.x[1] = 0x1234;
            m.run(1);
            long signed = m.pe.x[0];
            assertThat(signed).isNotEqualTo(pointer);
            assertThat(signed << 16 >>> 16).isEqualTo(pointer << 16 >>> 16);
            assertThat(signed >>> 55 & 1).isEqualTo(pointer >>> 55 & 1);
            if (tbi != 0) {
                assertThat(signed >>> 56).isEqualTo(pointer >>> 56);
            }
            m.run(1);
            assertThat(m.pe.x[0]).isEqualTo(pointer);
            m.pe.x[0] = signed;
            m.run(1);
            assertThat(m.pe.x[0]).isEqualTo(pointer);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0x2000000000000000", "1, 0, 0x4000000000000000", "2, 0, 0x2000000000000000",
        "3, 0, 0x4000000000000000", "0, 1, 0x0020000000000000", "3, 1, 0x0040000000000000"
    })
    void wrongModifierLeavesAnErrorCode(int key, int tbi, String code) {
        BareMachine m = machine(tbi != 0 ? TBI0 : 0).code(oneSource(key), oneSource(4 | key));
        m.pe.x[0] = POINTER;
        m.run(1);
        m.pe.x[1] = 99;
        m.run(1);
        assertThat(m.pe.x[0]).isEqualTo(POINTER | Long.decode(code));
    }

    @Test
    void wrongKeyLeavesTheErrorCodeOfItsNumberInAnUpperPointer() {
        BareMachine m = machine(0).code(oneSource(0), oneSource(5));
        m.pe.x[0] = UPPER;
        m.run(2);
        assertThat(m.pe.x[0]).isEqualTo(UPPER & ~(3L << 61) | 2L << 61);
    }

    @Test
    void signingWhatIsNoPointerSpoilsTheResult() {
        BareMachine m = machine(0).code(oneSource(0), oneSource(4));
        m.pe.x[0] = POINTER | 1L << 50;
        m.run(2);
        assertThat(m.pe.x[0]).isEqualTo(POINTER | 1L << 61);
    }

    @Test
    void tagsThatAreIgnoredSpoilNothing() {
        BareMachine m = machine(TBI0).code(oneSource(0), oneSource(4));
        m.pe.x[0] = POINTER | 0x5AL << 56;
        m.run(2);
        assertThat(m.pe.x[0]).isEqualTo(POINTER | 0x5AL << 56);
        BareMachine n = machine(0).code(oneSource(0), oneSource(4));
        n.pe.x[0] = POINTER | 0x5AL << 56;
        n.run(2);
        assertThat(n.pe.x[0]).isEqualTo(POINTER | 1L << 61);
    }

    @Test
    void instructionPointersIgnoreTheTopByteUnlessTbidSaysOtherwise() {
        BareMachine m = machine(TBI0 | 1L << 51).code(oneSource(0), oneSource(2) & ~31 | 2);
        m.pe.x[0] = POINTER;
        m.pe.x[2] = POINTER | 0x5AL << 56;
        m.run(2);
        assertThat(m.pe.x[2] >>> 56).isEqualTo(0x5A);
        BareMachine n = machine(0).code(oneSource(0));
        n.pe.x[0] = POINTER;
        n.run(1);
        assertThat(m.pe.x[0]).isEqualTo(n.pe.x[0]);
    }

    @Test
    void genericCodeIsTheHighHalfOfTheCipher() {
        BareMachine m = machine(0).code(0x9AC23020);
        m.pe.x[1] = 5;
        m.pe.x[2] = 6;
        m.run(1);
        long key0 = m.get(Encoding.of(3, 0, 2, 3, 1));
        long key1 = m.get(Encoding.of(3, 0, 2, 3, 0));
        assertThat(m.pe.x[0]).isEqualTo(Qarma5.encipher(5, 6, key0, key1) >>> 32 << 32);
    }

    @Test
    void disabledKeysChangeNothingAndDoNotTrap() {
        BareMachine m = machine(0).code(oneSource(0), oneSource(1), oneSource(2), oneSource(7));
        m.set(SystemRegister.SCTLR_EL1, 0);
        m.set(SystemRegister.HCR_EL2, 1L << 31);
        m.pe.x[0] = POINTER;
        m.run(4);
        assertThat(m.pe.x[0]).isEqualTo(POINTER);
        assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 16);
    }

    @ParameterizedTest
    @ValueSource(ints = {0xDAC10020, 0x9AC23020, 0xD503233F, 0xD50323BF, 0xD71F0821, 0xD65F0BFF, 0xF8200420})
    void trapsToEl2WithoutApi(int word) {
        BareMachine m = machine(0).code(word);
        m.set(SystemRegister.HCR_EL2, 1L << 31);
        assertThat(m.run(1)).isEqualTo(Core.EXCEPTION_TO_EL2);
        assertThat(m.pe.pc).isEqualTo(VBAR2 + 0x400);
        assertThat(m.get(SystemRegister.ESR_EL2)).isEqualTo(0x09L << 26 | 1 << 25);
        assertThat(m.get(SystemRegister.ELR_EL2)).isEqualTo(BareMachine.BASE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0xDAC10020, 0x9AC23020, 0xD71F0821, 0xD65F0BFF, 0xD69F0BFF, 0xF8200420, 0xDAC143E0})
    void undefinedWithoutTheFeature(int word) {
        BareMachine m = BareMachine.full().code(word);
        m.set(SystemRegister.VBAR_EL1, VBAR);
        m.run(1);
        assertThat(m.pe.pc).isEqualTo(VBAR + 0x200);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(1L << 25);
    }

    @Test
    void hintsAreNopsWithoutTheFeatureAndSignTheLinkRegisterWithIt() {
        BareMachine m = BareMachine.full().code(0xD503233F, 0xD50320FF);
        m.pe.x[30] = POINTER;
        m.run(2);
        assertThat(m.pe.x[30]).isEqualTo(POINTER);
        // PACIASP, AUTIASP, PACIBZ, AUTIBZ, PACIA1716, AUTIA1716, PACIBSP, XPACLRI
        BareMachine n = machine(0)
                .code(0xD503233F, 0xD50323BF, 0xD503235F, 0xD50323DF, 0xD503211F, 0xD503219F, 0xD503237F, 0xD50320FF);
        n.pe.x[30] = POINTER;
        n.pe.x[17] = POINTER;
        n.pe.x[16] = 3;
        n.pe.x[PeState.SP] = BareMachine.BASE + 0x8000;
        for (int i = 0; i < 4; i++) {
            n.run(1);
            assertThat(n.pe.x[i == 2 ? 17 : 30]).as("signed by pair %d", i).isNotEqualTo(POINTER);
            n.run(1);
            assertThat(n.pe.x[i == 2 ? 17 : 30]).as("restored by pair %d", i).isEqualTo(POINTER);
        }
    }

    @Test
    void branchesAndReturnsAuthenticateTheirTarget() {
        long target = BareMachine.BASE + 0x1000;
        // PACIA X0, SP; BLRAA X0, SP; at the target PACIASP; RETAA
        BareMachine m = machine(0).code(0xDAC103E0, 0xD73F081F).at(target).code(0xD503233F, 0xD65F0BFF);
        m.pe.x[0] = target;
        m.pe.x[PeState.SP] = BareMachine.BASE + 0x8000;
        m.run(2);
        assertThat(m.pe.pc).isEqualTo(target);
        assertThat(m.pe.x[30]).isEqualTo(BareMachine.BASE + 8);
        m.run(2);
        assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 8);
        BareMachine n = machine(0).code(0xD61F081F);
        n.pe.x[0] = target;
        n.run(1);
        assertThat(n.pe.pc).as("BRAAZ of an unsigned pointer").isEqualTo(target | 1L << 61);
    }

    @Test
    void authenticatedLoadsWriteTheAddressBack() {
        long data = BareMachine.BASE + 0x2000;
        // PACDZA X1; LDRAA X0, [X1, #-8]!
        BareMachine m = machine(0).code(0xDAC12BE1, 0xF87FFC20);
        m.memory.write(data - 8, 8, 0x1122334455667788L);
        m.pe.x[1] = data;
        m.run(2);
        assertThat(m.pe.x[0]).isEqualTo(0x1122334455667788L);
        assertThat(m.pe.x[1]).isEqualTo(data - 8);
    }
}
