// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Registers and fields that later versions and increments bring, and their absence before (DDI 0487, D24.7). */
class FeatureRegistersTest {
    private static final int TRAP2 = Access.trap(2);
    private static final int TRAP3 = Access.trap(3);
    private static final Set<String> EL2 = Set.of("FEAT_EL2", "FEAT_VHE", "FEAT_FGT", "FEAT_FGT2");
    private static final Set<String> EL3 = Set.of("FEAT_EL2", "FEAT_EL3", "FEAT_VHE", "FEAT_FGT", "FEAT_FGT2");
    private static final String[] NEWEST = {
        "FEAT_SPE_LDS",
        "FEAT_SPE_FDS",
        "FEAT_SPE_PBT",
        "FEAT_SPE_EFT",
        "FEAT_SPE_FPF",
        "FEAT_SPE_ALTCLK",
        "FEAT_SPE_ERnd"
    };

    private static Bench bench(Set<String> features, int pmsVer, String... more) {
        Set<String> all = new TreeSet<>(features);
        FeatureSets.VERSIONS.subList(0, pmsVer).forEach(all::addAll);
        all.addAll(List.of(more));
        return new Bench(all, Map.of("maxRecordSize", 128), FeatureSets.beside(pmsVer, more));
    }

    private static int decide(Bench b, int el, int encoding, boolean read) {
        b.pe.el = el;
        return b.context.registers.decide(encoding, read);
    }

    private static long writable(Bench b, int encoding) {
        b.write(encoding, -1);
        long value = b.context.register(encoding);
        b.write(encoding, 0);
        return value;
    }

    @Test
    @Tag("T6")
    @Tag("T8")
    @DisplayName("T6, T8: PMSIDR_EL1.FnE is 1 exactly from PMSVer 3; PBT, CRR, FDS and LDS as composed")
    void identification() {
        for (int pmsVer = 1; pmsVer <= 6; pmsVer++) {
            long pmsidr = bench(Set.of(), pmsVer).read(SystemRegister.PMSIDR_EL1);
            assertThat(pmsidr >>> 6 & 1).as("FnE of PMSVer %d", pmsVer).isEqualTo(pmsVer >= 3 ? 1 : 0);
            assertThat(pmsidr >>> 7 & 1).as("FDS").isZero();
            assertThat(pmsidr >>> 24 & 1).as("PBT").isZero();
            assertThat(pmsidr >>> 25 & 1).as("CRR").isEqualTo(pmsVer == 6 ? 1 : 0);
        }
        long pmsidr = bench(Set.of(), 6, NEWEST).read(SystemRegister.PMSIDR_EL1);
        assertThat(pmsidr >>> 3 & 0x1F).as("FDS, FnE, ERnd, LDS, ArchInst").isEqualTo(0x1F);
        assertThat(pmsidr >>> 24 & 0xFF).as("ALTCLK, FPF, EFT, CRR, PBT").isEqualTo(0xFF);
        assertThat(pmsidr >>> 32).as("SME").isZero();
        assertThat(bench(Set.of(), 2, "FEAT_SPE_SME").read(SystemRegister.PMSIDR_EL1) >>> 32)
                .isEqualTo(1);
    }

    @Test
    @Tag("T7")
    @DisplayName("T7: PMSIDR_EL1.EFT and FPF come together")
    void types() {
        assertThat(bench(Set.of(), 1, "FEAT_SPE_EFT", "FEAT_SPE_FPF").read(SystemRegister.PMSIDR_EL1) >>> 26 & 3)
                .isEqualTo(3);
        assertThat(bench(Set.of(), 5).read(SystemRegister.PMSIDR_EL1) >>> 26 & 3)
                .isZero();
    }

    @Test
    @DisplayName("Registers of features that are not composed are UNDEFINED")
    void absent() {
        Bench base = bench(EL3, 5);
        for (int encoding : new int[] {
            SystemRegister.PMSDSFR_EL1,
            SystemRegister.PMBMAR_EL1,
            SystemRegister.PMBSR_EL2,
            SystemRegister.PMBSR_EL12,
            SystemRegister.PMBSR_EL3
        }) {
            for (int el = 1; el <= 3; el++) {
                assertThat(decide(base, el, encoding, true)).isEqualTo(Access.UNDEFINED);
            }
        }
        assertThat(decide(bench(EL3, 2), 2, SystemRegister.PMSNEVFR_EL1, true)).isEqualTo(Access.UNDEFINED);
        Bench newest = bench(EL3, 6, NEWEST);
        newest.context.register(SystemRegister.HCR_EL2, 1L << 34);
        newest.context.register(SystemRegister.MDCR_EL3, -1L & ~(1L << 11));
        for (int encoding : new int[] {
            SystemRegister.PMSDSFR_EL1,
            SystemRegister.PMBMAR_EL1,
            SystemRegister.PMBSR_EL2,
            SystemRegister.PMBSR_EL12,
            SystemRegister.PMSNEVFR_EL1
        }) {
            assertThat(decide(newest, 2, encoding, true)).isEqualTo(Access.ALLOWED);
            assertThat(decide(newest, 0, encoding, true)).isEqualTo(Access.UNDEFINED);
        }
        assertThat(decide(newest, 2, SystemRegister.PMBSR_EL3, true)).isEqualTo(Access.UNDEFINED);
        assertThat(decide(newest, 3, SystemRegister.PMBSR_EL3, true)).isEqualTo(Access.ALLOWED);
        assertThat(decide(newest, 1, SystemRegister.PMBSR_EL2, true)).isEqualTo(Access.UNDEFINED);
    }

    @Test
    @DisplayName("Fields that are RES0 before their feature: nVM, PMFZ, EnVM, KE, EE, EA, ECOUNT, MINLAT[15:12]")
    void fields() {
        long[] pmblimitr = {0, 0, 1 << 5, 1 << 5, 1 << 5, 1 << 5 | 1 << 7};
        for (int pmsVer = 1; pmsVer <= 6; pmsVer++) {
            Bench b = bench(EL2, pmsVer);
            b.pe.el = 2;
            assertThat(writable(b, SystemRegister.PMBLIMITR_EL1))
                    .as("PMSVer %d", pmsVer)
                    .isEqualTo(~0xFFFL | 7 | pmblimitr[pmsVer - 1]);
            assertThat(writable(b, SystemRegister.PMSCR_EL2) & 0xF00).isEqualTo(pmsVer == 6 ? 0xF00 : 0);
            b.pe.el = 1;
            assertThat(writable(b, SystemRegister.PMSCR_EL1) & 0xF00)
                    .as("EnVM needs FEAT_NV")
                    .isEqualTo(pmsVer == 6 ? 0x700 : 0);
            assertThat(writable(b, SystemRegister.PMBSR_EL1) >>> 18 & 1)
                    .as("EA")
                    .isEqualTo(pmsVer < 4 ? 1 : 0);
            assertThat(writable(b, SystemRegister.PMSICR_EL1) >>> 56)
                    .as("ECOUNT")
                    .isZero();
        }
        assertThat(writable(bench(EL2, 1, "FEAT_SPE_ERnd"), SystemRegister.PMSICR_EL1) >>> 56)
                .isEqualTo(0xFF);
        Bench pmbmar = bench(EL2, 1, "FEAT_SPE_nVM");
        assertThat(writable(pmbmar, SystemRegister.PMBMAR_EL1)).isEqualTo(0x3FF);
    }

    @Test
    @Tag("T15")
    @DisplayName("T15: nPMSDSFR_EL1 = 0 traps, and FGTEn2 = 0 with EL3; then EnPMS3 = 0 traps to EL3")
    void dataSourceFilterTraps() {
        traps(SystemRegister.PMSDSFR_EL1, 19, 42);
    }

    @Test
    @DisplayName("PMBMAR_EL1 is trapped by nPMBMAR_EL1 = 0, by E2PB and by EnPMS4 = 0")
    void memoryAttributeTraps() {
        traps(SystemRegister.PMBMAR_EL1, 24, 55);
        Bench b = bench(EL2, 6, NEWEST);
        b.context.register(SystemRegister.HDFGRTR2_EL2, -1);
        b.context.register(SystemRegister.MDCR_EL2, 2L << 12);
        assertThat(decide(b, 1, SystemRegister.PMBMAR_EL1, true)).isEqualTo(TRAP2);
        assertThat(decide(b, 1, SystemRegister.PMSDSFR_EL1, true)).isEqualTo(Access.ALLOWED);
        b.context.register(SystemRegister.MDCR_EL2, 3L << 12 | 1 << 14);
        assertThat(decide(b, 1, SystemRegister.PMBMAR_EL1, true)).isEqualTo(Access.ALLOWED);
        assertThat(decide(b, 1, SystemRegister.PMSDSFR_EL1, true)).as("TPMS").isEqualTo(TRAP2);
    }

    private static void traps(int encoding, int fineGrained, int enable) {
        Bench b = bench(EL3, 6, NEWEST);
        long scr = b.context.register(SystemRegister.SCR_EL3) & ~(1L << 59);
        b.context.register(SystemRegister.MDCR_EL3, 3L << 12 | 1L << enable);
        b.context.register(SystemRegister.SCR_EL3, scr | 1L << 59);
        for (boolean read : new boolean[] {true, false}) {
            int control = read ? SystemRegister.HDFGRTR2_EL2 : SystemRegister.HDFGWTR2_EL2;
            b.context.register(control, 0);
            assertThat(decide(b, 1, encoding, read)).isEqualTo(TRAP2);
            assertThat(decide(b, 2, encoding, read)).isEqualTo(Access.ALLOWED);
            b.context.register(control, 1L << fineGrained);
            assertThat(decide(b, 1, encoding, read)).isEqualTo(Access.ALLOWED);
            b.context.register(SystemRegister.SCR_EL3, scr);
            assertThat(decide(b, 1, encoding, read)).as("FGTEn2 = 0").isEqualTo(TRAP2);
            b.context.register(SystemRegister.SCR_EL3, scr | 1L << 59);
            b.context.register(SystemRegister.MDCR_EL3, 3L << 12);
            assertThat(decide(b, 1, encoding, read)).isEqualTo(TRAP3);
            assertThat(decide(b, 2, encoding, read)).isEqualTo(TRAP3);
            assertThat(decide(b, 3, encoding, read)).isEqualTo(Access.ALLOWED);
            b.context.register(SystemRegister.MDCR_EL3, 3L << 12 | 1L << enable);
        }
        Bench none = bench(Set.of("FEAT_EL2", "FEAT_VHE", "FEAT_FGT", "FEAT_FGT2"), 6, NEWEST);
        none.context.register(SystemRegister.HDFGRTR2_EL2, 0);
        assertThat(decide(none, 1, encoding, true)).as("without EL3").isEqualTo(TRAP2);
    }

    @Test
    @DisplayName(
            "PMBSR_EL2 at EL2 is trapped to EL3 while PMSEE is 00; at EL2 with E2H, PMBSR_EL1 is PMBSR_EL2 while EE is not 00")
    void syndromes() {
        Bench b = bench(EL3, 6);
        b.context.register(SystemRegister.MDCR_EL3, 3L << 12);
        assertThat(decide(b, 2, SystemRegister.PMBSR_EL2, true)).isEqualTo(TRAP3);
        b.context.register(SystemRegister.MDCR_EL3, 3L << 12 | 1L << 51);
        assertThat(decide(b, 2, SystemRegister.PMBSR_EL2, true)).isEqualTo(Access.ALLOWED);
        b.context.register(SystemRegister.HCR_EL2, 1L << 34);
        for (int ee = 0; ee < 4; ee++) {
            b.context.register(SystemRegister.PMSCR_EL2, (long) ee << 8);
            b.context.register(SystemRegister.PMBSR_EL1, 0x10001);
            b.context.register(SystemRegister.PMBSR_EL2, 0x10002);
            b.pe.el = 2;
            assertThat(b.read(SystemRegister.PMBSR_EL1)).as("EE %d", ee).isEqualTo(ee == 0 ? 0x10001 : 0x10002);
            assertThat(b.read(SystemRegister.PMBSR_EL12)).isEqualTo(0x10001);
            b.pe.el = 1;
            assertThat(b.read(SystemRegister.PMBSR_EL1)).isEqualTo(0x10001);
        }
        b.pe.el = 2;
        b.context.register(SystemRegister.MDCR_EL3, 3L << 12);
        assertThat(b.read(SystemRegister.PMBSR_EL1))
                .as("PMSEE = 00: effective EE is 00")
                .isEqualTo(0x10001);
        b.context.register(SystemRegister.MDCR_EL3, 3L << 12 | 1L << 51);
        b.context.register(SystemRegister.HCR_EL2, 0);
        assertThat(b.read(SystemRegister.PMBSR_EL1)).as("E2H = 0").isEqualTo(0x10001);
    }

    @Test
    @DisplayName(
            "PMBIDR_EL1.AddrMode is 01 where programming is allowed and EL2 allows physical pointers; EA is 1 from v1.3")
    void bufferIdentification() {
        Bench b = bench(EL2, 6);
        b.context.register(SystemRegister.MDCR_EL2, 3L << 12);
        b.pe.el = 1;
        assertThat(b.read(SystemRegister.PMBIDR_EL1) >>> 6 & 3).isZero();
        b.context.register(SystemRegister.PMSCR_EL2, 1 << 11);
        assertThat(b.read(SystemRegister.PMBIDR_EL1) >>> 6 & 3).isEqualTo(1);
        b.context.register(SystemRegister.MDCR_EL2, 0);
        assertThat(b.read(SystemRegister.PMBIDR_EL1) >>> 4 & 0xF)
                .as("EL2's buffer: P = 1")
                .isEqualTo(3);
        b.pe.el = 2;
        b.context.register(SystemRegister.PMSCR_EL2, 0);
        assertThat(b.read(SystemRegister.PMBIDR_EL1) >>> 6 & 3)
                .as("EL2 owns: EnVM counts as 1")
                .isEqualTo(1);
        assertThat(b.read(SystemRegister.PMBIDR_EL1) >>> 8 & 15).isEqualTo(1);
        assertThat(bench(EL2, 3).read(SystemRegister.PMBIDR_EL1) >>> 8 & 15).isZero();
    }
}
