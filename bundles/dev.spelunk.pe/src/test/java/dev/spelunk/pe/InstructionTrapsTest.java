// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fine-grained traps of instructions, HFGITR_EL2 (DDI 0487, D24.2.71). */
class InstructionTrapsTest {
    private static final long VBAR2 = BareMachine.BASE + 0x20000;
    private static final long RW = 1L << 31;
    private static final int SVC = 0xd4000241;
    private static final int ERET = 0xd69f03e0;

    private static BareMachine machine(int bit, int word, int el) {
        String[] features = Arrays.copyOf(BareMachine.ALL, BareMachine.ALL.length + 2);
        features[features.length - 2] = "FEAT_EL3";
        features[features.length - 1] = "FEAT_PAuth";
        BareMachine m = new BareMachine(features).code(word);
        m.set(SystemRegister.VBAR_EL2, VBAR2);
        m.set(SystemRegister.HCR_EL2, RW);
        m.set(SystemRegister.SCR_EL3, 1L << 27 | 1);
        m.set(SystemRegister.HFGITR_EL2, 1L << bit);
        m.pe.x[0] = BareMachine.BASE + 0x100000;
        m.pe.el = el;
        return m;
    }

    private static boolean trapped(BareMachine m) {
        m.run(1);
        return m.pe.el == 2 && m.pe.pc == VBAR2 + 0x400;
    }

    private static long exceptionClass(BareMachine m) {
        return m.get(SystemRegister.ESR_EL2) >>> 26;
    }

    @ParameterizedTest
    @CsvSource({
        "0,0,7,1,0",
        "1,0,7,5,0",
        "2,3,7,5,1",
        "3,0,7,6,1",
        "4,0,7,6,2",
        "5,0,7,10,2",
        "6,0,7,14,2",
        "7,3,7,11,1",
        "8,3,7,12,1",
        "9,3,7,13,1",
        "10,3,7,14,1",
        "11,3,7,4,1",
        "12,0,7,8,0",
        "13,0,7,8,1",
        "14,0,7,8,2",
        "15,0,7,8,3",
        "16,0,7,9,0",
        "17,0,7,9,1",
        "18,0,8,1,0",
        "19,0,8,1,1",
        "20,0,8,1,2",
        "21,0,8,1,3",
        "22,0,8,1,5",
        "23,0,8,1,7",
        "24,0,8,5,1",
        "27,0,8,5,7",
        "28,0,8,3,0",
        "33,0,8,3,7",
        "34,0,8,2,1",
        "37,0,8,2,7",
        "38,0,8,6,1",
        "39,0,8,6,3",
        "40,0,8,6,5",
        "41,0,8,6,7",
        "42,0,8,7,0",
        "43,0,8,7,1",
        "44,0,8,7,2",
        "45,0,8,7,3",
        "46,0,8,7,5",
        "47,0,8,7,7",
        "48,3,7,3,4",
        "49,3,7,3,5",
        "50,3,7,3,7",
        "54,3,7,10,1"
    })
    void eachBitTrapsItsInstructionAtEl1AndNoOther(int bit, int op1, int crn, int crm, int op2) {
        int encoding = Encoding.of(1, op1, crn, crm, op2);
        assertThat(InstructionTraps.bit(encoding)).isEqualTo(1L << bit);
        int word = 0xD5080000 | op1 << 16 | crn << 12 | crm << 8 | op2 << 5;
        BareMachine m = machine(bit, word, 1);
        assertThat(trapped(m)).isTrue();
        assertThat(m.get(SystemRegister.ESR_EL2))
                .isEqualTo(0x18L << 26 | 1 << 25 | Encoding.syndrome(encoding, 0, false));
        assertThat(m.get(SystemRegister.ELR_EL2)).isEqualTo(BareMachine.BASE);
        assertThat(trapped(machine(bit ^ 1, word, 1))).isFalse();
    }

    @Test
    void noTrapWithoutFgtEnForTheHostOrAtEl2() {
        int zeroCache = 0xD50B7420;
        BareMachine m = machine(11, zeroCache, 1);
        m.set(SystemRegister.SCR_EL3, 1);
        assertThat(trapped(m)).isFalse();
        m = machine(11, zeroCache, 0);
        m.set(SystemRegister.SCTLR_EL1, m.get(SystemRegister.SCTLR_EL1) | 1 << 14);
        assertThat(trapped(m)).as("EL0").isTrue();
        m = machine(11, zeroCache, 0);
        m.set(SystemRegister.SCTLR_EL2, m.get(SystemRegister.SCTLR_EL2) | 1 << 14);
        m.set(SystemRegister.HCR_EL2, RW | 1L << 34 | 1L << 27);
        assertThat(trapped(m)).as("EL0 of the host").isFalse();
        m = machine(11, zeroCache, 2);
        m.run(1);
        assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 4);
    }

    @ParameterizedTest
    @CsvSource({"53,1", "52,0"})
    void supervisorCallsAreTrappedBeforeTheyAreTaken(int bit, int el) {
        BareMachine m = machine(bit, SVC, el);
        assertThat(trapped(m)).isTrue();
        assertThat(m.get(SystemRegister.ESR_EL2)).isEqualTo(0x15L << 26 | 1 << 25 | 0x12);
        assertThat(m.get(SystemRegister.ELR_EL2)).as("the call itself").isEqualTo(BareMachine.BASE);
        assertThat(trapped(machine(bit ^ 1, SVC, el))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"d69f03e0,0", "d69f0bff,2", "d69f0fff,3"})
    void exceptionReturnsSayWhichTheyAre(String word, int iss) {
        BareMachine m = machine(51, Integer.parseUnsignedInt(word, 16), 1);
        m.set(SystemRegister.SPSR_EL1, 0);
        assertThat(trapped(m)).isTrue();
        assertThat(m.get(SystemRegister.ESR_EL2)).isEqualTo(0x1AL << 26 | 1 << 25 | iss);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "d538f2e1, 1, 'MRS X1, S3_0_C15_C2_7'",
        "d518f2e1, 0, 'MSR S3_0_C15_C2_7, X1'",
        "d53bb001, 1, 'MRS X1, S3_3_C11_C0_0'",
        "d50bb001, 0, 'SYS #3, C11, C0, #0, X1'",
        "d508f3e1, 0, 'SYS #0, C15, C3, #7, X1'",
        "d528f3e1, 1, 'SYSL X1, #0, C15, C3, #7'",
    })
    void implementationDefinedEncodingsAreTrappedAtEl1BeforeTheyAreUndefined(String word, int read, String name) {
        int instruction = Integer.parseUnsignedInt(word, 16);
        BareMachine m = machine(0, instruction, 1);
        m.set(SystemRegister.HCR_EL2, RW | 1L << 20);
        assertThat(trapped(m)).isTrue();
        assertThat(m.get(SystemRegister.ESR_EL2))
                .isEqualTo(0x18L << 26 | 1 << 25 | Encoding.syndrome(instruction >>> 5 & 0xFFFF, 1, read == 1));
        assertThat(trapped(machine(0, instruction, 1)))
                .as("without HCR_EL2.TIDCP")
                .isFalse();
        m = machine(0, instruction, 0);
        m.set(SystemRegister.HCR_EL2, RW | 1L << 20);
        assertThat(trapped(m)).as("from EL0").isFalse();
    }

    @Test
    void otherRegistersAreNotTrappedByTidcp() {
        BareMachine m = machine(0, 0xd5380001, 1);
        m.set(SystemRegister.HCR_EL2, RW | 1L << 20);
        assertThat(trapped(m)).as("MIDR_EL1").isFalse();
    }
}
