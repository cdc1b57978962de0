// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.wiring.SecurityState;
import dev.spelunk.api.wiring.SystemFunctions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The pseudocode's functions of the controls over real registers (DDI 0487, J1.3.3 and J1.1). */
class SystemFunctionsTest {
    private static final boolean[] BOTH = {false, true};
    private static final long NS = 1;
    private static final long EEL2 = 1L << 18;
    private static final long FGTEN = 1L << 27;
    private static final long NSE = 1L << 62;
    private static final long E2H = 1L << 34;
    private static final long TGE = 1L << 27;
    private static final int EL3 = 1;
    private static final int EL2 = 2;
    private static final int SEL2 = 4;
    private static final int RME = 8;
    private static final int ALL = EL3 | EL2 | SEL2 | RME;

    private static Bench with(int features, String... more) {
        Set<String> names = new TreeSet<>(Set.of(more));
        names.addAll((features & EL3) != 0 ? Set.of("FEAT_EL3") : Set.of());
        names.addAll((features & EL2) != 0 ? Set.of("FEAT_EL2") : Set.of());
        names.addAll((features & SEL2) != 0 ? Set.of("FEAT_SEL2") : Set.of());
        names.addAll((features & RME) != 0 ? Set.of("FEAT_RME") : Set.of());
        return new Bench(95, names);
    }

    private static SystemFunctions scr(Bench b, long scr) {
        b.context.register(SystemRegister.SCR_EL3, scr);
        return b.context.system;
    }

    @Test
    @DisplayName("EL2Enabled: for each choice of EL2, EL3, FEAT_SEL2, FEAT_RME and each SCR_EL3.{NSE, NS, EEL2}")
    void el2Enabled() {
        for (int features = 0; features <= ALL; features++) {
            Bench b = with(features);
            boolean el2 = (features & EL2) != 0;
            boolean el3 = (features & EL3) != 0;
            for (int bits = 0; bits < 8; bits++) {
                boolean ns = (bits & 1) != 0;
                boolean eel2 = (bits & 2) != 0;
                SystemFunctions system = scr(b, (ns ? NS : 0) | (eel2 ? EEL2 : 0) | ((bits & 4) != 0 ? NSE : 0));
                boolean secure = (features & (EL3 | EL2 | SEL2)) == (EL3 | EL2 | SEL2) && eel2;
                assertThat(system.isSecureEl2Enabled()).isEqualTo(secure);
                assertThat(system.el2Enabled())
                        .as("features %d, SCR_EL3 bits %d", features, bits)
                        .isEqualTo(el2 && (!el3 || ns || secure));
            }
        }
    }

    @Test
    @DisplayName("HaveEL: EL0 and EL1 always, EL2 and EL3 as the machine has them")
    void haveEl() {
        for (int features = 0; features < 4; features++) {
            SystemFunctions system = with(features).context.system;
            assertThat(system.haveEl(0)).isTrue();
            assertThat(system.haveEl(1)).isTrue();
            assertThat(system.haveEl(2)).isEqualTo((features & EL2) != 0);
            assertThat(system.haveEl(3)).isEqualTo((features & EL3) != 0);
        }
    }

    @Test
    @DisplayName(
            "SecurityStateAtEL: Non-secure without EL3, Secure and Non-secure with it, Realm and Root with FEAT_RME")
    void securityState() {
        Bench none = with(EL2);
        assertThat(none.context.system.securityStateAtEl(1)).isEqualTo(SecurityState.NON_SECURE);
        for (int features : new int[] {EL3, EL3 | EL2, EL3 | EL2 | RME}) {
            Bench b = with(features);
            boolean rme = (features & RME) != 0;
            for (int el = 0; el < 3; el++) {
                assertThat(scr(b, 0).securityStateAtEl(el)).isEqualTo(SecurityState.SECURE);
                assertThat(scr(b, NS).securityStateAtEl(el)).isEqualTo(SecurityState.NON_SECURE);
                assertThat(scr(b, NSE | NS).securityStateAtEl(el))
                        .isEqualTo(rme ? SecurityState.REALM : SecurityState.NON_SECURE);
                b.pe.el = el;
                assertThat(b.context.system.currentSecurityState()).isEqualTo(b.context.system.securityStateAtEl(el));
            }
            assertThat(b.context.system.securityStateAtEl(3))
                    .isEqualTo(rme ? SecurityState.ROOT : SecurityState.SECURE);
        }
    }

    @Test
    @DisplayName(
            "ELIsInHost and the translation regime: HCR_EL2.{E2H, TGE} count while EL2 is enabled, E2H with FEAT_VHE")
    void host() {
        for (boolean vhe : BOTH) {
            Bench b = vhe ? with(EL3 | EL2 | SEL2, "FEAT_VHE") : with(EL3 | EL2 | SEL2);
            for (int bits = 0; bits < 8; bits++) {
                boolean e2h = (bits & 1) != 0;
                boolean tge = (bits & 2) != 0;
                boolean enabled = (bits & 4) != 0;
                b.context.register(SystemRegister.HCR_EL2, (e2h ? E2H : 0) | (tge ? TGE : 0));
                SystemFunctions system = scr(b, enabled ? EEL2 : 0);
                boolean el2 = vhe && enabled && e2h;
                assertThat(system.elIsInHost(0)).as("%d", bits).isEqualTo(el2 && tge);
                assertThat(system.elIsInHost(1)).isFalse();
                assertThat(system.elIsInHost(2)).isEqualTo(el2);
                assertThat(system.elIsInHost(3)).isFalse();
                assertThat(system.effectiveTge()).isEqualTo(enabled && tge);
                b.pe.el = 0;
                assertThat(system.isInHost()).isEqualTo(el2 && tge);
                assertThat(system.translationRegime(0))
                        .isEqualTo(el2 && tge ? Translator.REGIME_EL20 : Translator.REGIME_EL10);
                assertThat(system.translationRegime(1)).isEqualTo(Translator.REGIME_EL10);
                assertThat(system.translationRegime(2)).isEqualTo(el2 ? Translator.REGIME_EL20 : Translator.REGIME_EL2);
                assertThat(system.translationRegime(3)).isEqualTo(Translator.REGIME_EL3);
            }
        }
    }

    @Test
    @DisplayName("Fine-grained traps: below EL2 with EL2 enabled and SCR_EL3.FGTEn, not for EL0 of a host")
    void fineGrainedTraps() {
        Bench b = with(EL3 | EL2, "FEAT_VHE", "FEAT_FGT", "FEAT_FGT2");
        SystemFunctions system = scr(b, NS | FGTEN);
        for (int el = 0; el < 4; el++) {
            b.pe.el = el;
            assertThat(system.fineGrainedTraps()).isEqualTo(el < 2);
            assertThat(system.fineGrainedTraps2()).isEqualTo(el < 2);
        }
        b.pe.el = 0;
        b.context.register(SystemRegister.HCR_EL2, E2H | TGE);
        assertThat(system.fineGrainedTraps()).isFalse();
        assertThat(system.fineGrainedTraps2()).isFalse();
        b.context.register(SystemRegister.HCR_EL2, 0);
        assertThat(scr(b, FGTEN).fineGrainedTraps()).isFalse();
        assertThat(scr(b, NS).fineGrainedTraps()).isFalse();
        assertThat(scr(b, NS).fineGrainedTraps2()).isTrue();
        Bench without = with(EL2, "FEAT_VHE");
        without.pe.el = 1;
        assertThat(without.context.system.fineGrainedTraps()).isFalse();
        assertThat(without.context.system.fineGrainedTraps2()).isFalse();
        Bench noEl3 = with(EL2, "FEAT_FGT");
        noEl3.pe.el = 1;
        assertThat(noEl3.context.system.fineGrainedTraps()).isTrue();
    }

    @Test
    @DisplayName("Table D17-4: owning Security state and Exception level for every value of the controls")
    void profilingBufferOwner() {
        for (int features = 0; features <= ALL; features++) {
            Bench b = with(features);
            boolean el3 = (features & EL3) != 0;
            boolean rme = (features & RME) != 0;
            for (int nspb = 0; nspb < 8; nspb++) {
                SecurityState expected = !el3
                        ? SecurityState.NON_SECURE
                        : switch (rme ? nspb : nspb & 3) {
                            case 0, 1 -> SecurityState.SECURE;
                            case 2, 3 -> SecurityState.NON_SECURE;
                            case 4, 5 -> SecurityState.ROOT;
                            default -> SecurityState.REALM;
                        };
                b.context.register(SystemRegister.MDCR_EL3, (long) (nspb & 3) << 12 | (long) (nspb >> 2) << 11);
                for (int bits = 0; bits < 8; bits++) {
                    int e2pb = bits & 3;
                    b.context.register(SystemRegister.MDCR_EL2, (long) e2pb << 12);
                    SystemFunctions system = scr(b, (bits & 4) != 0 ? EEL2 : 0);
                    boolean enabled =
                            system.haveEl(2) && (expected != SecurityState.SECURE || system.isSecureEl2Enabled());
                    assertThat(system.profilingBufferOwnerState())
                            .as("features %d {NSPBE,NSPB}=%d", features, nspb)
                            .isEqualTo(expected);
                    assertThat(system.profilingBufferOwnerEl())
                            .as("features %d {NSPBE,NSPB}=%d bits %d", features, nspb, bits)
                            .isEqualTo(enabled && e2pb == 0 ? 2 : 1);
                }
            }
        }
    }

    @Test
    @DisplayName("They are of the registers and the architecture that the PE has now")
    void followsTheComposition() {
        Bench b = with(EL3 | EL2);
        b.context.register(SystemRegister.SCR_EL3, NS);
        assertThat(b.context.system.el2Enabled()).isTrue();
        Bench other = with(EL3);
        b.context.architecture = other.context.architecture;
        b.context.registers = new RegisterModelComponent().create(b.context, List.of(), b.context.registers);
        assertThat(b.context.system.el2Enabled()).isFalse();
        assertThat(b.context.system.haveEl(2)).isFalse();
        assertThat(b.context.system.haveEl(3)).isTrue();
    }
}
