// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.swap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMSEVFR_EL1;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.testkit.TestMachine;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a guest could notice of other parts")
class GuestVisibleChangesTest {
    private static final int OF_AN_IMPLEMENTATION = Encoding.of(3, 0, 15, 2, 0);

    private static PeContext pe(int version, List<String> features, RegisterDefinition.Builder... registers) {
        PeContext context = TestMachine.builder()
                .version(version)
                .features(features)
                .registers((c, banks, previous) -> file(registers))
                .build()
                .context;
        return context;
    }

    private static PeContext pe(RegisterDefinition.Builder... registers) {
        return pe(85, List.of(), registers);
    }

    private static RegisterFile file(RegisterDefinition.Builder... registers) {
        List<RegisterDescription> all = Arrays.stream(registers)
                .<RegisterDescription>map(RegisterDefinition.Builder::build)
                .toList();
        return (RegisterFile) Proxy.newProxyInstance(
                RegisterFile.class.getClassLoader(),
                new Class<?>[] {RegisterFile.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "descriptions" -> all;
                    case "description" ->
                        all.stream()
                                .filter(d -> d.encoding() == (Integer) arguments[0])
                                .findFirst()
                                .orElse(null);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static RegisterDefinition.Builder register(String name, int encoding) {
        return RegisterDefinition.of(name, encoding);
    }

    private static List<String> noticed(PeContext before, PeContext after) {
        return GuestVisibleChanges.of(before, after, 1);
    }

    @Test
    @DisplayName("Nothing, where nothing of the architecture is another")
    void nothing() {
        PeContext one = pe(register("MIDR_EL1", SystemRegister.MIDR_EL1).constant(5));
        assertThat(noticed(one, one)).isEmpty();
    }

    @Test
    @DisplayName("Features that come and go and the version; what has no FEAT_ name may come")
    void features() {
        PeContext before = pe(85, List.of("FEAT_LSE", "FEAT_DIT"));
        PeContext after = pe(86, List.of("FEAT_LSE", "FEAT_PAN", "narrow"));
        assertThat(noticed(before, after))
                .containsExactly("the architecture version changes", "FEAT_DIT goes", "FEAT_PAN comes");
    }

    @Test
    @DisplayName("Registers that come or go, other fields, and other values of what software cannot write")
    void registers() {
        PeContext before = pe(
                register("MIDR_EL1", SystemRegister.MIDR_EL1).constant(5),
                register("TTBR0_EL1", SystemRegister.TTBR0_EL1).field("BADDR", 47, 1),
                register("TCR_EL1", SystemRegister.TCR_EL1).field("T0SZ", 5, 0).reset(1));
        PeContext after = pe(
                register("MIDR_EL1", SystemRegister.MIDR_EL1).constant(0x10),
                register("TCR_EL1", SystemRegister.TCR_EL1).field("T0SZ", 5, 0).reset(2),
                register("VBAR_EL1", SystemRegister.VBAR_EL1).whole());
        assertThat(noticed(before, after))
                .containsExactly("TTBR0_EL1 goes", "MIDR_EL1 becomes 0x10 (was 0x5)", "VBAR_EL1 comes");
        PeContext wider = pe(register("TCR_EL1", SystemRegister.TCR_EL1).field("T0SZ", 6, 0));
        PeContext narrow = pe(register("TCR_EL1", SystemRegister.TCR_EL1).field("T0SZ", 5, 0));
        assertThat(noticed(narrow, wider)).containsExactly("fields of TCR_EL1 change");
    }

    @Test
    @DisplayName("Not what is IMPLEMENTATION DEFINED, and not registers of a level that is not the guest's")
    void leftToImplementations() {
        PeContext before = pe();
        PeContext after = pe(
                register("OWN_EL1", OF_AN_IMPLEMENTATION).whole(),
                register("HCR_EL2", SystemRegister.HCR_EL2).whole().from(2));
        assertThat(noticed(before, after)).isEmpty();
        assertThat(GuestVisibleChanges.of(before, after, 2)).containsExactly("HCR_EL2 comes");
    }

    @Test
    @DisplayName("Filters of IMPLEMENTATION DEFINED events may come, those of architected ones not unnoticed")
    void events() {
        PeContext before =
                pe(register("PMSEVFR_EL1", SystemRegister.PMSEVFR_EL1).bits("E[1]", PMSEVFR_EL1.RETIRED));
        PeContext own = pe(register("PMSEVFR_EL1", SystemRegister.PMSEVFR_EL1)
                .bits("E[1]", PMSEVFR_EL1.RETIRED)
                .field("E[12]", 12));
        PeContext architected = pe(register("PMSEVFR_EL1", SystemRegister.PMSEVFR_EL1)
                .bits("E[1]", PMSEVFR_EL1.RETIRED)
                .bits("E[11]", PMSEVFR_EL1.MISALIGNED));
        assertThat(noticed(before, own)).isEmpty();
        assertThat(noticed(before, architected)).containsExactly("fields of PMSEVFR_EL1 change");
    }
}
