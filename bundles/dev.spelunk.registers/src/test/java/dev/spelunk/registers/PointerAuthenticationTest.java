// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.testkit.TestMachine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The keys of pointer authentication (DDI 0487, D24.2.11-20)")
class PointerAuthenticationTest {
    private static final long HCR_APK = 1L << 40;
    private static final long SCR_APK = 1L << 16;
    private static final long SCR_NS = 1;
    private static final long SCR_FGTEN = 1L << 27;

    private static TestMachine machine(String... features) {
        return TestMachine.builder()
                .features("FEAT_PAuth")
                .features(features)
                .registers(new RegisterModelComponent())
                .build();
    }

    @ParameterizedTest
    @CsvSource({"APIA, 1, 0", "APIB, 1, 2", "APDA, 2, 0", "APDB, 2, 2", "APGA, 3, 0"})
    void eachKeyHasTwoHalves(String name, int crm, int op2) {
        TestMachine m = machine();
        int lo = Encoding.of(3, 0, 2, crm, op2);
        int hi = Encoding.of(3, 0, 2, crm, op2 + 1);
        m.write(lo, 0x0123_4567_89AB_CDEFL).write(hi, 0xFEDC_BA98_7654_3210L);
        assertThat(m.read(lo)).isEqualTo(0x0123_4567_89AB_CDEFL);
        assertThat(m.read(hi)).isEqualTo(0xFEDC_BA98_7654_3210L);
        assertThat(m.context.registers.description(lo).name()).isEqualTo(name + "KeyLo_EL1");
        assertThat(m.context.registers.description(hi).name()).isEqualTo(name + "KeyHi_EL1");
    }

    private static List<Integer> keys(TestMachine m) {
        return new ArrayList<>(m.context.registers.descriptions().stream()
                .filter(d -> d.name().contains("Key"))
                .map(RegisterDescription::encoding)
                .toList());
    }

    private static void decide(TestMachine m, int el, int expected) {
        m.at(el, () -> assertThat(keys(m)).hasSize(10).allSatisfy(key -> {
            assertThat(m.decide(key, true)).isEqualTo(expected);
            assertThat(m.decide(key, false)).isEqualTo(expected);
        }));
    }

    @Test
    @DisplayName(
            "HCR_EL2.APK = 0 traps EL1 to EL2 while EL2 is enabled, before SCR_EL3.APK = 0 traps what is below EL3")
    void apk() {
        TestMachine m = machine("FEAT_EL2", "FEAT_EL3");
        m.context.register(SystemRegister.SCR_EL3, SCR_NS);
        decide(m, 0, Access.UNDEFINED);
        decide(m, 1, Access.trap(2));
        decide(m, 2, Access.trap(3));
        decide(m, 3, Access.ALLOWED);
        m.context.register(SystemRegister.HCR_EL2, HCR_APK);
        decide(m, 1, Access.trap(3));
        m.context.register(SystemRegister.SCR_EL3, SCR_NS | SCR_APK);
        decide(m, 1, Access.ALLOWED);
        decide(m, 2, Access.ALLOWED);
        m.context.register(SystemRegister.HCR_EL2, 0);
        decide(m, 2, Access.ALLOWED);
        decide(m, 1, Access.trap(2));
        m.context.register(SystemRegister.SCR_EL3, SCR_APK);
        decide(m, 1, Access.ALLOWED);
    }

    @Test
    @DisplayName("Without EL2 and EL3 nothing traps")
    void alone() {
        TestMachine m = machine();
        decide(m, 1, Access.ALLOWED);
        decide(m, 0, Access.UNDEFINED);
    }

    @ParameterizedTest(name = "{0}: bit {3}")
    @CsvSource({"APIA, 1, 0, 7", "APIB, 1, 2, 8", "APDA, 2, 0, 4", "APDB, 2, 2, 5", "APGA, 3, 0, 6"})
    @DisplayName("HFGRTR_EL2 and HFGWTR_EL2 have a bit for each key")
    void fineGrained(String name, int crm, int op2, int bit) {
        TestMachine m = machine("FEAT_EL2", "FEAT_EL3", "FEAT_FGT");
        m.context.register(SystemRegister.SCR_EL3, SCR_NS | SCR_APK | SCR_FGTEN);
        m.context.register(SystemRegister.HCR_EL2, HCR_APK);
        m.context.register(SystemRegister.HFGRTR_EL2, 1L << bit);
        List<Integer> trapped = List.of(Encoding.of(3, 0, 2, crm, op2), Encoding.of(3, 0, 2, crm, op2 + 1));
        for (int key : keys(m)) {
            assertThat(m.decide(key, true)).isEqualTo(trapped.contains(key) ? Access.trap(2) : Access.ALLOWED);
            assertThat(m.decide(key, false)).isEqualTo(Access.ALLOWED);
        }
        m.context.register(SystemRegister.HFGRTR_EL2, 0);
        m.context.register(SystemRegister.HFGWTR_EL2, 1L << bit);
        for (int key : keys(m)) {
            assertThat(m.decide(key, true)).isEqualTo(Access.ALLOWED);
            assertThat(m.decide(key, false)).isEqualTo(trapped.contains(key) ? Access.trap(2) : Access.ALLOWED);
        }
    }
}
