// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.spe.ernd.ExtendedRandomization;
import dev.spelunk.spe.fne.InverseEventFiltering;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Presence, fields and traps of the SPE registers (DDI 0487, D24.7). */
class SpuRegisterBankTest {
    private static final int TRAP2 = Access.trap(2);
    private static final int TRAP3 = Access.trap(3);
    private static final int[] SAMPLING = {
        SystemRegister.PMSCR_EL1,
        SystemRegister.PMSICR_EL1,
        SystemRegister.PMSIRR_EL1,
        SystemRegister.PMSFCR_EL1,
        SystemRegister.PMSEVFR_EL1,
        SystemRegister.PMSLATFR_EL1,
        SystemRegister.PMSIDR_EL1,
    };
    private static final int[] BUFFER = {
        SystemRegister.PMBLIMITR_EL1, SystemRegister.PMBPTR_EL1, SystemRegister.PMBSR_EL1,
    };
    private static final Set<String> WITH_EL3 = Set.of("FEAT_EL2", "FEAT_EL3", "FEAT_VHE", "FEAT_FGT");

    private static final ProfilingFeatures INVERSE = new InverseEventFiltering();

    private static Bench withEl3(ProfilingFeatures... more) {
        return new Bench(WITH_EL3, Map.of(), more);
    }

    private static int decide(Bench b, int el, int encoding, boolean read) {
        b.pe.el = el;
        return b.context.registers.decide(encoding, read);
    }

    @Test
    @Tag("T1")
    @DisplayName("T1: without SPE no SPE register exists")
    void absent() {
        Architecture without = new Architecture(85, Set.of("FEAT_EL2"), null, Map.of());
        ProfilingRules none = new ProfilingRulesBuilder().build();
        assertThat(new SpuRegisterBank(none).registers(without)).isEmpty();
        Architecture zero = new Architecture(85, Set.of("FEAT_EL2"), none.extension(), Map.of());
        assertThat(new SpuRegisterBank(none).registers(zero)).isEmpty();
    }

    @Test
    @Tag("T2")
    @DisplayName("T2: every SPE register is UNDEFINED at EL0")
    void undefinedAtEl0() {
        Bench b = withEl3(INVERSE);
        List<RegisterDefinition> all = new SpuRegisterBank(b.rules).registers(b.context.architecture);
        assertThat(all).hasSizeGreaterThan(12);
        for (RegisterDefinition d : all) {
            assertThat(decide(b, 0, d.encoding(), true)).as(d.name()).isEqualTo(Access.UNDEFINED);
            assertThat(decide(b, 0, d.encoding(), false)).as(d.name()).isEqualTo(Access.UNDEFINED);
        }
    }

    @Test
    @DisplayName("Registers of EL2 exist with EL2 only and are UNDEFINED at EL1; EL12 names need the VHE and E2H")
    void el2Registers() {
        Bench b = Bench.el1();
        assertThat(b.context.registers.description(SystemRegister.PMSCR_EL2)).isNull();
        assertThat(b.context.registers.description(SystemRegister.PMSCR_EL12)).isNull();
        Bench two = Bench.el2();
        assertThat(decide(two, 1, SystemRegister.PMSCR_EL2, true)).isEqualTo(Access.UNDEFINED);
        assertThat(decide(two, 2, SystemRegister.PMSCR_EL2, true)).isEqualTo(Access.ALLOWED);
        assertThat(decide(two, 2, SystemRegister.PMSCR_EL12, true)).isEqualTo(Access.UNDEFINED);
        two.context.register(SystemRegister.HCR_EL2, 1L << 34);
        assertThat(decide(two, 2, SystemRegister.PMSCR_EL12, true)).isEqualTo(Access.ALLOWED);
        Bench noVhe = new Bench(Set.of("FEAT_EL2"), Map.of());
        assertThat(noVhe.context.registers.description(SystemRegister.PMSCR_EL12))
                .isNull();
    }

    @Test
    @DisplayName("PMSNEVFR_EL1, PMSDSFR_EL1, PMBMAR_EL1 and PMBSR_EL2 exist with their features only")
    void optionalRegisters() {
        Bench b = withEl3();
        assertThat(b.context.registers.description(SystemRegister.PMSNEVFR_EL1)).isNull();
        assertThat(b.context.registers.description(SystemRegister.PMSDSFR_EL1)).isNull();
        assertThat(b.context.registers.description(SystemRegister.PMBMAR_EL1)).isNull();
        assertThat(b.context.registers.description(SystemRegister.PMBSR_EL2)).isNull();
        assertThat(b.context.registers.description(SystemRegister.PMBSR_EL12)).isNull();
        assertThat(withEl3(INVERSE).context.registers.description(SystemRegister.PMSNEVFR_EL1))
                .isNotNull();
    }

    @Test
    @Tag("T3")
    @DisplayName("T3: PMBLIMITR_EL1.E is 0 after a Warm reset")
    void bufferDisabledByReset() {
        Bench b = Bench.el1();
        b.write(SystemRegister.PMBLIMITR_EL1, -1L);
        assertThat(b.read(SystemRegister.PMBLIMITR_EL1) & 1).isEqualTo(1);
        b.context.registers.reset();
        assertThat(b.read(SystemRegister.PMBLIMITR_EL1) & 1).isZero();
    }

    @Test
    @Tag("T4")
    @DisplayName("T4: PMSIDR_EL1.{FE, FT, FL} read 1, Format reads 0")
    void identification() {
        long pmsidr = Bench.el1().read(SystemRegister.PMSIDR_EL1);
        assertThat(pmsidr & 7).isEqualTo(7);
        assertThat(pmsidr >>> 20 & 15).isZero();
    }

    @Test
    @Tag("T5")
    @DisplayName("T5: PMSIDR_EL1.MaxSize is 6 to 11 and CountSize 2 or 3, as configured")
    void sizes() {
        for (int log = 6; log <= 11; log++) {
            for (int count : new int[] {12, 16}) {
                Bench b = new Bench(Set.of(), Map.of("maxRecordSize", 1 << log, "countSize", count));
                long pmsidr = b.read(SystemRegister.PMSIDR_EL1);
                assertThat(pmsidr >>> 12 & 15).isEqualTo(log);
                assertThat(pmsidr >>> 16 & 15).isEqualTo(count == 12 ? 2 : 3);
            }
        }
    }

    @Test
    @Tag("T6")
    @DisplayName("T6: PMSIDR_EL1.FnE and FDS read 0 below PMSVer 3 and 5")
    void laterFilters() {
        long pmsidr = Bench.el1().read(SystemRegister.PMSIDR_EL1);
        assertThat(pmsidr >>> 6 & 3).isZero();
    }

    @Test
    @Tag("T7")
    @Tag("T8")
    @DisplayName("T7, T8: PMSIDR_EL1.{FPF, EFT, CRR, PBT} read 0 with FEAT_SPE alone")
    void laterFeatures() {
        assertThat(Bench.el1().read(SystemRegister.PMSIDR_EL1) >>> 24).isZero();
    }

    @Test
    @Tag("T10")
    @DisplayName("T10: MDCR_EL2.TPMS traps EL1 accesses of sampling control with EC 0x18, not of the buffer")
    void tpms() {
        Bench b = Bench.el2();
        b.context.register(SystemRegister.MDCR_EL2, 3L << 12 | 1 << 14);
        for (int encoding : SAMPLING) {
            assertThat(decide(b, 1, encoding, true)).isEqualTo(TRAP2);
            assertThat(decide(b, 2, encoding, true)).isEqualTo(Access.ALLOWED);
        }
        assertThat(Access.exceptionClass(decide(b, 1, SystemRegister.PMSIDR_EL1, true)))
                .isEqualTo(0x18);
        for (int encoding : BUFFER) {
            assertThat(decide(b, 1, encoding, true)).isEqualTo(Access.ALLOWED);
        }
    }

    @Test
    @Tag("T11")
    @Tag("T12")
    @DisplayName(
            "T11, T12: E2PB = 00 and 10 trap EL1 accesses of the buffer registers, 11 and 01 do not; 10 has owner EL1")
    void e2pb() {
        Bench b = Bench.el2();
        for (int e2pb = 0; e2pb < 4; e2pb++) {
            b.context.register(SystemRegister.MDCR_EL2, (long) e2pb << 12);
            for (int encoding : BUFFER) {
                int expected = (e2pb & 1) == 0 ? TRAP2 : Access.ALLOWED;
                assertThat(decide(b, 1, encoding, true)).isEqualTo(expected);
                assertThat(decide(b, 1, encoding, false)).isEqualTo(expected);
                assertThat(decide(b, 2, encoding, true)).isEqualTo(Access.ALLOWED);
            }
            assertThat(decide(b, 1, SystemRegister.PMSCR_EL1, true)).isEqualTo(Access.ALLOWED);
            assertThat(b.context.system.profilingBufferOwnerEl()).isEqualTo(e2pb == 0 ? 2 : 1);
        }
    }

    @Test
    @Tag("T13")
    @DisplayName("T13: PMBIDR_EL1 is trapped by HDFGRTR_EL2 bit 63 alone, not by TPMS, E2PB or NSPB")
    void bufferIdentification() {
        Bench b = withEl3();
        b.context.register(SystemRegister.MDCR_EL2, 1 << 14);
        b.context.register(SystemRegister.MDCR_EL3, 0);
        b.context.register(SystemRegister.HDFGRTR_EL2, ~(1L << 63));
        assertThat(decide(b, 1, SystemRegister.PMBIDR_EL1, true)).isEqualTo(Access.ALLOWED);
        b.context.register(SystemRegister.HDFGRTR_EL2, 1L << 63);
        assertThat(decide(b, 1, SystemRegister.PMBIDR_EL1, true)).isEqualTo(TRAP2);
        assertThat(decide(b, 1, SystemRegister.PMBIDR_EL1, false)).isEqualTo(Access.UNDEFINED);
    }

    @Test
    @Tag("T14")
    @DisplayName("T14: nPMSNEVFR_EL1 = 0 traps, 1 does not; with EL3 and FGTEn = 0 neither does")
    void inverseEventsTrap() {
        Bench b = withEl3(INVERSE);
        b.context.register(SystemRegister.MDCR_EL3, 3L << 12 | 1L << 36);
        for (boolean read : new boolean[] {true, false}) {
            int control = read ? SystemRegister.HDFGRTR_EL2 : SystemRegister.HDFGWTR_EL2;
            b.context.register(control, 0);
            assertThat(decide(b, 1, SystemRegister.PMSNEVFR_EL1, read)).isEqualTo(TRAP2);
            b.context.register(control, 1L << 62);
            assertThat(decide(b, 1, SystemRegister.PMSNEVFR_EL1, read)).isEqualTo(Access.ALLOWED);
            b.context.register(SystemRegister.SCR_EL3, 1);
            b.context.register(control, 0);
            assertThat(decide(b, 1, SystemRegister.PMSNEVFR_EL1, read)).isEqualTo(Access.ALLOWED);
            b.context.register(SystemRegister.SCR_EL3, 1 | 1L << 27);
        }
        b.context.register(SystemRegister.HDFGRTR_EL2, 1L << 62);
        b.context.register(SystemRegister.MDCR_EL3, 3L << 12);
        assertThat(decide(b, 1, SystemRegister.PMSNEVFR_EL1, true))
                .as("EnPMSN = 0")
                .isEqualTo(TRAP3);
        assertThat(decide(b, 2, SystemRegister.PMSNEVFR_EL1, true))
                .as("EnPMSN = 0")
                .isEqualTo(TRAP3);
    }

    @Test
    @Tag("T16")
    @DisplayName("T16: fine-grained traps by their bits; identification registers have bits for reads only")
    void fineGrainedBits() {
        int[][] bits = {
            {SystemRegister.PMBLIMITR_EL1, 23}, {SystemRegister.PMBPTR_EL1, 24}, {SystemRegister.PMBSR_EL1, 25},
            {SystemRegister.PMSCR_EL1, 26}, {SystemRegister.PMSEVFR_EL1, 27}, {SystemRegister.PMSFCR_EL1, 28},
            {SystemRegister.PMSICR_EL1, 29}, {SystemRegister.PMSIDR_EL1, 30}, {SystemRegister.PMSIRR_EL1, 31},
            {SystemRegister.PMSLATFR_EL1, 32}, {SystemRegister.PMBIDR_EL1, 63},
        };
        Bench b = withEl3();
        b.context.register(SystemRegister.MDCR_EL2, 3L << 12);
        for (int[] register : bits) {
            for (int[] other : bits) {
                b.context.register(SystemRegister.HDFGRTR_EL2, 1L << other[1]);
                b.context.register(SystemRegister.HDFGWTR_EL2, 0);
                assertThat(decide(b, 1, register[0], true)).isEqualTo(register == other ? TRAP2 : Access.ALLOWED);
                b.context.register(SystemRegister.HDFGRTR_EL2, 0);
                b.context.register(SystemRegister.HDFGWTR_EL2, 1L << other[1]);
                boolean readOnly = register[1] == 30 || register[1] == 63;
                assertThat(decide(b, 1, register[0], false))
                        .isEqualTo(readOnly ? Access.UNDEFINED : register == other ? TRAP2 : Access.ALLOWED);
                assertThat(decide(b, 2, register[0], true)).isEqualTo(Access.ALLOWED);
            }
        }
        assertThat(b.context.registers.description(SystemRegister.HDFGWTR_EL2).fields())
                .noneMatch(f -> f.name().startsWith("PMSIDR") || f.name().startsWith("PMBIDR"));
    }

    @Test
    @DisplayName("Fine-grained traps go before TPMS and E2PB, those before NSPB; NSPB traps every access below EL3")
    void priorities() {
        Bench b = withEl3();
        b.context.register(SystemRegister.MDCR_EL3, 0);
        b.context.register(SystemRegister.MDCR_EL2, 3L << 12);
        for (int encoding : SAMPLING) {
            assertThat(decide(b, 1, encoding, true)).isEqualTo(TRAP3);
            assertThat(decide(b, 2, encoding, true)).isEqualTo(TRAP3);
            assertThat(decide(b, 3, encoding, true)).isEqualTo(Access.ALLOWED);
        }
        for (int encoding : BUFFER) {
            assertThat(decide(b, 1, encoding, false)).isEqualTo(TRAP3);
        }
        assertThat(decide(b, 2, SystemRegister.PMSCR_EL2, true)).isEqualTo(TRAP3);
        b.context.register(SystemRegister.MDCR_EL2, 1 << 14);
        assertThat(decide(b, 1, SystemRegister.PMSCR_EL1, true)).isEqualTo(TRAP2);
        assertThat(decide(b, 1, SystemRegister.PMBPTR_EL1, true)).isEqualTo(TRAP2);
        b.context.register(SystemRegister.MDCR_EL2, 3L << 12);
        b.context.register(SystemRegister.HDFGRTR_EL2, -1L);
        assertThat(decide(b, 1, SystemRegister.PMSCR_EL1, true)).isEqualTo(TRAP2);
    }

    @Test
    @DisplayName("MDCR_EL3.{NSPBE, NSPB}: the trap test for every value (CheckMDCR_EL3_NSPBTrap)")
    void nspb() {
        for (boolean rme : new boolean[] {false, true}) {
            Set<String> features = new TreeSet<>(WITH_EL3);
            if (rme) {
                features.add("FEAT_RME");
            }
            Bench b = new Bench(features, Map.of());
            b.context.register(SystemRegister.MDCR_EL2, 3L << 12);
            for (int nspb = 0; nspb < 8; nspb++) {
                for (int state = 0; state < 4; state++) {
                    b.context.register(SystemRegister.MDCR_EL3, (long) (nspb & 3) << 12 | (long) (nspb >> 2) << 11);
                    b.context.register(SystemRegister.SCR_EL3, state & 1 | (long) (state >> 1) << 62);
                    boolean foreign = (nspb >> 1 & 1) != (state & 1) || rme && nspb >> 2 != state >> 1;
                    assertThat(decide(b, 1, SystemRegister.PMBPTR_EL1, true))
                            .as("rme=%s {NSPBE,NSPB}=%d {NSE,NS}=%d", rme, nspb, state)
                            .isEqualTo((nspb & 1) == 0 || foreign ? TRAP3 : Access.ALLOWED);
                }
            }
        }
    }

    @Test
    @Tag("T17")
    @DisplayName("T17: at EL2 with E2H = 1 PMSCR_EL1 is PMSCR_EL2 and PMSCR_EL12 is PMSCR_EL1")
    void redirection() {
        Bench b = Bench.el2();
        b.context.register(SystemRegister.MDCR_EL2, 0);
        b.context.register(SystemRegister.HCR_EL2, 1L << 34);
        b.pe.el = 2;
        b.write(SystemRegister.PMSCR_EL1, 0x23);
        b.write(SystemRegister.PMSCR_EL12, 0x11);
        assertThat(b.context.register(SystemRegister.PMSCR_EL2)).isEqualTo(0x23);
        assertThat(b.context.register(SystemRegister.PMSCR_EL1)).isEqualTo(0x11);
        assertThat(b.read(SystemRegister.PMSCR_EL1)).isEqualTo(0x23);
        assertThat(b.read(SystemRegister.PMSCR_EL12)).isEqualTo(0x11);
        b.context.register(SystemRegister.HCR_EL2, 0);
        assertThat(b.read(SystemRegister.PMSCR_EL1)).isEqualTo(0x11);
    }

    @Test
    @Tag("T18")
    @DisplayName("T18: at EL2 with E2H = 1 PMBSR_EL1 is PMBSR_EL1, and so are the other shared registers themselves")
    void notRedirected() {
        Bench b = Bench.el2();
        b.context.register(SystemRegister.HCR_EL2, 1L << 34);
        b.pe.el = 2;
        for (int encoding : BUFFER) {
            b.write(encoding, 0x10000);
            assertThat(b.context.register(encoding)).isEqualTo(0x10000);
        }
    }

    @Test
    @Tag("T19")
    @DisplayName("T19: PMSCR_EL2.{E2SPE, E0HSPE} read 0 when E2PB is not 00")
    void el2Enables() {
        Bench b = Bench.el2();
        b.pe.el = 2;
        b.context.register(SystemRegister.MDCR_EL2, 0);
        b.write(SystemRegister.PMSCR_EL2, 0x2B);
        assertThat(b.read(SystemRegister.PMSCR_EL2)).isEqualTo(0x2B);
        for (int e2pb = 1; e2pb < 4; e2pb++) {
            b.context.register(SystemRegister.MDCR_EL2, (long) e2pb << 12);
            assertThat(b.read(SystemRegister.PMSCR_EL2)).isEqualTo(0x28);
        }
    }

    @Test
    @Tag("T20")
    @DisplayName("T20: PMSLATFR_EL1.MINLAT bits 15:12 read 0 with 12-bit counters")
    void minimumLatency() {
        Bench b = Bench.el1();
        b.write(SystemRegister.PMSLATFR_EL1, -1L);
        assertThat(b.read(SystemRegister.PMSLATFR_EL1)).isEqualTo(0xFFF);
        Bench wide = new Bench(Set.of(), Map.of("countSize", 16));
        wide.write(SystemRegister.PMSLATFR_EL1, -1L);
        assertThat(wide.read(SystemRegister.PMSLATFR_EL1)).isEqualTo(0xFFFF);
    }

    @Test
    @Tag("T21")
    @Tag("T22")
    @DisplayName("T21, T22: PMSEVFR_EL1 bits 0, 16 and 47:32 are RAZ/WI, and bit 6 below FEAT_SPEv1p2")
    void eventFilter() {
        Bench b = Bench.el1();
        b.write(SystemRegister.PMSEVFR_EL1, -1L);
        assertThat(b.read(SystemRegister.PMSEVFR_EL1)).isEqualTo(0xAA);
    }

    @Test
    @Tag("T41")
    @DisplayName("T41: PMSICR_EL1.ECOUNT is RES0 without FEAT_SPE_ERnd")
    void secondaryCount() {
        Bench b = Bench.el1();
        b.write(SystemRegister.PMSICR_EL1, -1L);
        assertThat(b.read(SystemRegister.PMSICR_EL1)).isEqualTo(0xFFFF_FFFFL);
        Bench ernd = new Bench(Set.of(), Map.of(), new ExtendedRandomization());
        ernd.write(SystemRegister.PMSICR_EL1, -1L);
        assertThat(ernd.read(SystemRegister.PMSICR_EL1)).isEqualTo(0xFF00_0000_FFFF_FFFFL);
        assertThat(ernd.read(SystemRegister.PMSIDR_EL1) >>> 5 & 1).isEqualTo(1);
    }

    @Test
    @DisplayName("Bits of no field are RES0 in every SPE register of FEAT_SPE")
    void reservedBits() {
        Bench b = Bench.el2();
        b.pe.el = 2;
        b.context.register(SystemRegister.MDCR_EL2, 0);
        Map<Integer, Long> writable = Map.of(
                SystemRegister.PMSCR_EL1,
                0x7BL,
                SystemRegister.PMSCR_EL2,
                0x7BL,
                SystemRegister.PMSIRR_EL1,
                0xFFFF_FF01L,
                SystemRegister.PMSFCR_EL1,
                0x70007L,
                SystemRegister.PMBLIMITR_EL1,
                0xFFFF_FFFF_FFFF_F007L,
                SystemRegister.PMBPTR_EL1,
                -1L,
                SystemRegister.PMBSR_EL1,
                0x00FF_FFFF_FC0F_FFFFL);
        writable.forEach((encoding, mask) -> {
            b.write(encoding, -1L);
            assertThat(b.read(encoding))
                    .as(b.context.registers.description(encoding).name())
                    .isEqualTo(mask);
        });
    }

    @Test
    @DisplayName("Without EL2 PMSCR_EL1.PCT reads 01 and ignores writes; with FEAT_ECV it has two bits")
    void physicalTime() {
        Bench b = Bench.el1();
        b.write(SystemRegister.PMSCR_EL1, 0);
        assertThat(b.read(SystemRegister.PMSCR_EL1)).isEqualTo(0x40);
        Bench ecv = new Bench(Set.of("FEAT_EL2", "FEAT_ECV"), Map.of());
        ecv.write(SystemRegister.PMSCR_EL1, -1L);
        assertThat(ecv.read(SystemRegister.PMSCR_EL1)).isEqualTo(0xFB);
    }

    @Test
    @Tag("T26")
    @DisplayName(
            "T26: PMBIDR_EL1.P is 1 at EL1 with E2PB = 00, 0 with 1x in the owning state, 1 elsewhere and 0 at EL3")
    void programmingNotAllowed() {
        Bench b = withEl3();
        for (int e2pb = 0; e2pb < 4; e2pb++) {
            b.context.register(SystemRegister.MDCR_EL2, (long) e2pb << 12);
            b.pe.el = 1;
            assertThat(b.read(SystemRegister.PMBIDR_EL1) >>> 4 & 1).isEqualTo(e2pb == 0 ? 1 : 0);
            b.pe.el = 2;
            assertThat(b.read(SystemRegister.PMBIDR_EL1) >>> 4 & 1).isZero();
        }
        b.context.register(SystemRegister.MDCR_EL3, 0);
        assertThat(b.read(SystemRegister.PMBIDR_EL1) >>> 4 & 1).isEqualTo(1);
        b.pe.el = 3;
        assertThat(b.read(SystemRegister.PMBIDR_EL1) >>> 4 & 1).isZero();
        assertThat(b.read(SystemRegister.PMBIDR_EL1) & 15).isEqualTo(6);
    }

    @Test
    @DisplayName("Writes of what decides about profiling tell the run loop")
    void changes() {
        for (int encoding : new int[] {
            SystemRegister.PMSCR_EL1, SystemRegister.PMSICR_EL1, SystemRegister.PMSIRR_EL1,
            SystemRegister.PMBLIMITR_EL1, SystemRegister.PMBPTR_EL1, SystemRegister.PMBSR_EL1
        }) {
            Bench b = Bench.el1();
            b.pe.changed = 0;
            b.write(encoding, 1);
            assertThat(b.pe.changed & PeState.CHANGED_PROFILING).isNotZero();
        }
    }
}
