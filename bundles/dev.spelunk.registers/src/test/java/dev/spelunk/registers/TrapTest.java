// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trap controls and their order (DDI 0487, D24.1 and the accessors of each register). */
class TrapTest {
    private static final int TO_EL1 = Access.trap(1);
    private static final int TO_EL2 = Access.trap(2);
    private static final int TO_EL3 = Access.trap(3);
    private static final int MDSCR_EL1 = Encoding.of(2, 0, 0, 2, 2);
    private static final int OSLSR_EL1 = Encoding.of(2, 0, 1, 1, 4);
    private static final int MDRAR_EL1 = Encoding.of(2, 0, 1, 0, 0);

    @ParameterizedTest
    @CsvSource({
        "SCTLR_EL1",
        "TTBR0_EL1",
        "TTBR1_EL1",
        "TCR_EL1",
        "ESR_EL1",
        "FAR_EL1",
        "AFSR0_EL1",
        "AFSR1_EL1",
        "MAIR_EL1",
        "AMAIR_EL1",
        "CONTEXTIDR_EL1"
    })
    void tvmTrapsWritesAndTrvmReadsOfVirtualMemoryControls(String name) throws ReflectiveOperationException {
        int register = SystemRegister.class.getField(name).getInt(null);
        Bench tvm = new Bench(85, Bench.V85).set(SystemRegister.HCR_EL2, 1L << 26);
        assertThat(tvm.decide(register, false)).isEqualTo(TO_EL2);
        assertThat(tvm.decide(register, true)).isEqualTo(Access.ALLOWED);
        assertThat(tvm.el(2).decide(register, false)).isEqualTo(Access.ALLOWED);
        Bench trvm = new Bench(85, Bench.V85).set(SystemRegister.HCR_EL2, 1L << 30);
        assertThat(trvm.decide(register, true)).isEqualTo(TO_EL2);
        assertThat(trvm.decide(register, false)).isEqualTo(Access.ALLOWED);
    }

    @ParameterizedTest
    @CsvSource({
        "16,REVIDR_EL1",
        "17,CTR_EL0",
        "17,CLIDR_EL1",
        "17,CCSIDR_EL1",
        "17,CSSELR_EL1",
        "18,ID_AA64PFR0_EL1",
        "18,ID_AA64MMFR2_EL1",
        "18,ID_AA64DFR0_EL1",
        "21,ACTLR_EL1"
    })
    void hcrBitsTrapTheirGroupAtEl1(int bit, String name) throws ReflectiveOperationException {
        int register = SystemRegister.class.getField(name).getInt(null);
        Bench b = new Bench(85, Bench.V85);
        assertThat(b.decide(register, true)).isEqualTo(Access.ALLOWED);
        b.set(SystemRegister.HCR_EL2, 1L << bit);
        assertThat(b.decide(register, true)).isEqualTo(TO_EL2);
        assertThat(b.el(2).decide(register, true)).isEqualTo(Access.ALLOWED);
    }

    @Test
    void trapsOfEl2CountOnlyWhileEl2IsEnabled() {
        Bench b = new Bench(85, Bench.V85).set(SystemRegister.HCR_EL2, 1L << 18);
        b.context.register(SystemRegister.SCR_EL3, 0);
        assertThat(b.decide(SystemRegister.ID_AA64PFR0_EL1, true))
                .as("Secure state without EL2")
                .isEqualTo(Access.ALLOWED);
    }

    @ParameterizedTest
    @CsvSource({
        "38,VBAR_EL1",
        "37,TTBR1_EL1",
        "36,TTBR0_EL1",
        "35,TPIDR_EL0",
        "34,TPIDRRO_EL0",
        "33,TPIDR_EL1",
        "32,TCR_EL1",
        "29,SCTLR_EL1",
        "27,PAR_EL1",
        "24,MAIR_EL1",
        "17,FAR_EL1",
        "16,ESR_EL1",
        "13,CSSELR_EL1",
        "12,CPACR_EL1",
        "11,CONTEXTIDR_EL1",
        "3,AMAIR_EL1",
        "1,AFSR1_EL1",
        "0,AFSR0_EL1"
    })
    void fineGrainedTrapsHaveSeparateControlsForReadsAndWrites(int bit, String name)
            throws ReflectiveOperationException {
        int register = SystemRegister.class.getField(name).getInt(null);
        Bench reads = new Bench(85, Bench.V85).set(SystemRegister.HFGRTR_EL2, 1L << bit);
        assertThat(reads.decide(register, true)).isEqualTo(TO_EL2);
        assertThat(reads.decide(register, false)).isEqualTo(Access.ALLOWED);
        assertThat(reads.el(2).decide(register, true)).isEqualTo(Access.ALLOWED);
        Bench writes = new Bench(85, Bench.V85).set(SystemRegister.HFGWTR_EL2, 1L << bit);
        assertThat(writes.decide(register, false)).isEqualTo(TO_EL2);
        assertThat(writes.decide(register, true)).isEqualTo(Access.ALLOWED);
        writes.context.register(SystemRegister.SCR_EL3, 1);
        assertThat(writes.decide(register, false)).as("SCR_EL3.FGTEn = 0").isEqualTo(Access.ALLOWED);
    }

    @ParameterizedTest
    @CsvSource({
        "28,REVIDR_EL1",
        "26,MPIDR_EL1",
        "25,MIDR_EL1",
        "18,ISR_EL1",
        "15,DCZID_EL0",
        "14,CTR_EL0",
        "10,CLIDR_EL1",
        "9,CCSIDR_EL1"
    })
    void fineGrainedReadTrapsOfReadOnlyRegisters(int bit, String name) throws ReflectiveOperationException {
        int register = SystemRegister.class.getField(name).getInt(null);
        Bench b = new Bench(85, Bench.V85).set(SystemRegister.HFGRTR_EL2, 1L << bit);
        assertThat(b.decide(register, true)).isEqualTo(TO_EL2);
        assertThat(b.decide(register, false)).as("a write stays UNDEFINED").isEqualTo(Access.UNDEFINED);
    }

    @Test
    void fineGrainedTrapsReachEl0UnlessTheHostRunsThere() {
        Bench b = new Bench(85, Bench.V85)
                .set(SystemRegister.HFGRTR_EL2, 1L << 35)
                .el(0);
        assertThat(b.decide(SystemRegister.TPIDR_EL0, true)).isEqualTo(TO_EL2);
        b.set(SystemRegister.HCR_EL2, 1L << 27 | 1L << 34);
        assertThat(b.decide(SystemRegister.TPIDR_EL0, true)).isEqualTo(Access.ALLOWED);
    }

    @Test
    void withoutFgtItsRegistersAreAbsent() {
        Bench b = Bench.without("FEAT_FGT").el(2);
        for (int r : new int[] {
            SystemRegister.HFGRTR_EL2,
            SystemRegister.HFGWTR_EL2,
            SystemRegister.HFGITR_EL2,
            SystemRegister.HDFGRTR_EL2,
            SystemRegister.HDFGWTR_EL2
        }) {
            assertThat(b.decide(r, true)).isEqualTo(Access.UNDEFINED);
        }
    }

    @Test
    void debugRegistersTrapByMdcrEl2BeforeMdcrEl3() {
        long tda = 1L << 9;
        long tdosa = 1L << 10;
        Bench b = new Bench(85, Bench.V85).set(SystemRegister.MDCR_EL3, tda);
        assertThat(b.decide(MDSCR_EL1, true)).isEqualTo(TO_EL3);
        assertThat(b.decide(MDRAR_EL1, true)).isEqualTo(TO_EL3);
        assertThat(b.decide(OSLSR_EL1, true)).isEqualTo(Access.ALLOWED);
        assertThat(b.el(2).decide(MDSCR_EL1, true)).isEqualTo(TO_EL3);
        b.el(1).set(SystemRegister.MDCR_EL2, tda);
        assertThat(b.decide(MDSCR_EL1, true)).isEqualTo(TO_EL2);
        Bench os = new Bench(85, Bench.V85).set(SystemRegister.MDCR_EL2, tdosa);
        assertThat(os.decide(OSLSR_EL1, true)).isEqualTo(TO_EL2);
        assertThat(os.decide(MDSCR_EL1, true)).isEqualTo(Access.ALLOWED);
        Bench tde = new Bench(85, Bench.V85).set(SystemRegister.MDCR_EL2, 1L << 8);
        assertThat(tde.decide(OSLSR_EL1, true)).as("TDE turns the others on").isEqualTo(TO_EL2);
        assertThat(tde.decide(MDRAR_EL1, true)).isEqualTo(TO_EL2);
    }

    @ParameterizedTest(name = "HDFGRTR_EL2 bit {0} traps {1}")
    @CsvSource({
        "10, OSECCR_EL1, true, true",
        "9, OSLSR_EL1, true, false",
        "8, OSLAR_EL1, false, true",
        "7, DBGPRCR_EL1, true, true",
        "6, DBGAUTHSTATUS_EL1, true, false",
        "5, DBGCLAIMSET_EL1, true, true",
        "5, DBGCLAIMCLR_EL1, true, true",
        "4, MDSCR_EL1, true, true",
        "3, DBGWVR3_EL1, true, true",
        "2, DBGWCR0_EL1, true, true",
        "1, DBGBVR5_EL1, true, true",
        "0, DBGBCR0_EL1, true, true",
    })
    @DisplayName("The fine-grained traps of debug registers (DDI 0487, D24.2.67 and D24.2.69)")
    void fineGrainedDebug(int bit, String name, boolean read, boolean written) {
        Bench b = new Bench(85, Bench.V85);
        int register = named(b, name);
        for (boolean reads : new boolean[] {true, false}) {
            if (reads ? read : written) {
                int control = reads ? SystemRegister.HDFGRTR_EL2 : SystemRegister.HDFGWTR_EL2;
                b.context.register(control, ~(1L << bit));
                assertThat(b.el(1).decide(register, reads)).isEqualTo(Access.ALLOWED);
                b.el(2).write(control, 1L << bit);
                assertThat(b.el(1).decide(register, reads)).isEqualTo(TO_EL2);
                b.context.register(control, 0);
            }
        }
    }

    private static int named(Bench b, String name) {
        return b.context.registers.descriptions().stream()
                .filter(each -> each.name().equals(name))
                .findAny()
                .orElseThrow()
                .encoding();
    }

    @ParameterizedTest
    @CsvSource({"OSDTRRX_EL1", "OSDTRTX_EL1", "MDCCSR_EL0", "MDCCINT_EL1", "DBGDTR_EL0", "DBGDTRRX_EL0"})
    @DisplayName(
            "MDCR_EL2.TDCC and MDCR_EL3.TDCC, with FEAT_FGT, trap the Debug Communications Channel alone (D24.3.17)")
    void communicationsChannel(String name) {
        long tdcc = 1L << 27;
        Bench b = new Bench(85, Bench.V85);
        int register = named(b, name);
        int channelOfEl0 = name.endsWith("_EL0") ? 0 : 1;
        b.el(3).write(SystemRegister.MDCR_EL3, tdcc);
        assertThat(b.el(channelOfEl0).decide(register, true)).isEqualTo(TO_EL3);
        assertThat(b.el(2).decide(register, true)).isEqualTo(TO_EL3);
        b.write(SystemRegister.MDCR_EL2, tdcc);
        assertThat(b.el(channelOfEl0).decide(register, true)).isEqualTo(TO_EL2);
        assertThat(b.el(1).decide(register, true)).isEqualTo(TO_EL2);
        assertThat(b.decide(MDSCR_EL1, true)).isEqualTo(Access.ALLOWED);
        if (channelOfEl0 == 0) {
            b.set(MDSCR_EL1, 1L << 12);
            assertThat(b.el(0).decide(register, true))
                    .as("MDSCR_EL1.TDCC comes first")
                    .isEqualTo(TO_EL1);
        }
        Bench without = Bench.without("FEAT_FGT");
        without.el(2).write(SystemRegister.MDCR_EL2, tdcc);
        assertThat(without.el(1).decide(register, true)).isEqualTo(Access.ALLOWED);
    }

    @Test
    void cpacrTrapsByCptrEl2BeforeCptrEl3() {
        Bench b = new Bench(85, Bench.V85).set(SystemRegister.CPTR_EL3, 1L << 31);
        assertThat(b.decide(SystemRegister.CPACR_EL1, false)).isEqualTo(TO_EL3);
        b.set(SystemRegister.CPTR_EL2, 1L << 31);
        assertThat(b.decide(SystemRegister.CPACR_EL1, false)).isEqualTo(TO_EL2);
        assertThat(b.el(2).decide(SystemRegister.CPACR_EL1, false)).isEqualTo(TO_EL3);
        assertThat(b.el(3).decide(SystemRegister.CPACR_EL1, false)).isEqualTo(Access.ALLOWED);
    }

    @Test
    void el0NeedsUctForCtrAndUmaForDaif() {
        long uct = 1L << 15;
        long uma = 1L << 9;
        Bench b = new Bench(85, Bench.V85).el(0);
        assertThat(b.decide(SystemRegister.CTR_EL0, true)).isEqualTo(TO_EL1);
        assertThat(b.decide(SystemRegister.DAIF, false)).isEqualTo(TO_EL1);
        b.set(SystemRegister.SCTLR_EL1, uct | uma);
        assertThat(b.decide(SystemRegister.CTR_EL0, true)).isEqualTo(Access.ALLOWED);
        assertThat(b.decide(SystemRegister.DAIF, false)).isEqualTo(Access.ALLOWED);
        b.set(SystemRegister.HCR_EL2, 1L << 27 | 1L << 34);
        assertThat(b.decide(SystemRegister.CTR_EL0, true))
                .as("SCTLR_EL2 rules EL0 of the host")
                .isEqualTo(TO_EL2);
        b.set(SystemRegister.SCTLR_EL2, uct | uma).set(SystemRegister.HCR_EL2, 1L << 17);
        assertThat(b.decide(SystemRegister.CTR_EL0, true))
                .as("TID2 spares the host's EL0")
                .isEqualTo(Access.ALLOWED);
    }

    @Test
    void theIdSpaceFromEl0TrapsWithIdstAndIsUndefinedWithout() {
        assertThat(new Bench(85, Bench.V85).el(0).decide(SystemRegister.ID_AA64ISAR0_EL1, true))
                .isEqualTo(TO_EL1);
        assertThat(Bench.without("FEAT_IDST").el(0).decide(SystemRegister.ID_AA64ISAR0_EL1, true))
                .isEqualTo(Access.UNDEFINED);
        Bench host =
                new Bench(85, Bench.V85).set(SystemRegister.HCR_EL2, 1L << 27).el(0);
        assertThat(host.decide(SystemRegister.MIDR_EL1, true)).isEqualTo(TO_EL2);
        assertThat(host.decide(SystemRegister.MIDR_EL1, false)).isEqualTo(Access.UNDEFINED);
    }

    @Test
    void performanceMonitorsReadAsZeroAtEl1AndTrapByMdcr() {
        Bench b = new Bench(85, Bench.V85);
        b.write(SystemRegister.PMCR_EL0, -1L);
        assertThat(b.read(SystemRegister.PMCR_EL0)).isZero();
        assertThat(b.el(0).decide(SystemRegister.PMCR_EL0, true)).isEqualTo(TO_EL1);
        b.el(1).set(SystemRegister.MDCR_EL2, 1L << 5);
        assertThat(b.decide(SystemRegister.PMCR_EL0, true)).isEqualTo(TO_EL2);
        assertThat(b.decide(Encoding.of(3, 3, 9, 12, 1), true)).isEqualTo(Access.ALLOWED);
        b.set(SystemRegister.MDCR_EL2, 1L << 6);
        assertThat(b.decide(Encoding.of(3, 3, 9, 12, 1), true)).isEqualTo(TO_EL2);
        assertThat(b.el(2).decide(SystemRegister.PMCR_EL0, true)).isEqualTo(Access.ALLOWED);
        b.set(SystemRegister.MDCR_EL3, 1L << 6);
        assertThat(b.el(1).decide(SystemRegister.PMCR_EL0, true)).isEqualTo(TO_EL2);
        assertThat(b.el(2).decide(SystemRegister.PMCR_EL0, true)).isEqualTo(TO_EL3);
        assertThat(b.el(3).decide(SystemRegister.PMCR_EL0, true)).isEqualTo(Access.ALLOWED);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "PMCR_EL0, 9, 12, 0, true, true",
        "PMCNTENSET_EL0, 9, 12, 1, true, true",
        "PMCNTENCLR_EL0, 9, 12, 2, true, true",
        "PMOVSCLR_EL0, 9, 12, 3, true, true",
        "PMSWINC_EL0, 9, 12, 4, false, true",
        "PMSELR_EL0, 9, 12, 5, true, true",
        "PMCEID0_EL0, 9, 12, 6, true, false",
        "PMCEID1_EL0, 9, 12, 7, true, false",
        "PMCCNTR_EL0, 9, 13, 0, true, true",
        "PMXEVTYPER_EL0, 9, 13, 1, true, true",
        "PMXEVCNTR_EL0, 9, 13, 2, true, true",
        "PMUSERENR_EL0, 9, 14, 0, true, true",
        "PMOVSSET_EL0, 9, 14, 3, true, true",
        "PMCCFILTR_EL0, 14, 15, 7, true, true",
    })
    @DisplayName("The performance monitors by name and encoding, and which way they are accessed (DDI 0487, D24.5)")
    void performanceMonitors(String name, int crn, int crm, int op2, boolean read, boolean written) {
        Bench b = new Bench(85, Bench.V85);
        int encoding = Encoding.of(3, 3, crn, crm, op2);
        assertThat(b.context.registers.description(encoding).name()).isEqualTo(name);
        assertThat(b.decide(encoding, true)).isEqualTo(read ? Access.ALLOWED : Access.UNDEFINED);
        assertThat(b.decide(encoding, false)).isEqualTo(written ? Access.ALLOWED : Access.UNDEFINED);
        boolean enable = name.equals("PMUSERENR_EL0");
        if (read) {
            assertThat(b.el(0).decide(encoding, true)).isEqualTo(enable ? Access.ALLOWED : TO_EL1);
        }
    }

    @Test
    void lorRegistersTrapByTlorAndAreAbsentWithoutTheFeature() {
        int lorc = Encoding.of(3, 0, 10, 4, 3);
        Bench b = new Bench(85, Bench.V85);
        assertThat(b.decide(lorc, false)).isEqualTo(Access.ALLOWED);
        b.set(SystemRegister.SCR_EL3, 1L << 14);
        assertThat(b.decide(lorc, false)).isEqualTo(TO_EL3);
        assertThat(b.el(2).decide(lorc, false)).isEqualTo(TO_EL3);
        assertThat(b.el(3).decide(lorc, false)).isEqualTo(Access.ALLOWED);
        b.el(1).set(SystemRegister.HCR_EL2, 1L << 35);
        assertThat(b.decide(lorc, false)).isEqualTo(TO_EL2);
        assertThat(Bench.without("FEAT_LOR").decide(lorc, false)).isEqualTo(Access.UNDEFINED);
    }

    @Test
    void spEl0IsUndefinedWhileItIsTheStackPointer() {
        Bench b = new Bench(85, Bench.V85);
        b.context.pe.spSel = 0;
        assertThat(b.decide(SystemRegister.SP_EL0, true)).isEqualTo(Access.UNDEFINED);
        b.context.pe.spSel = 1;
        assertThat(b.decide(SystemRegister.SP_EL0, true)).isEqualTo(Access.ALLOWED);
        assertThat(b.decide(SystemRegister.SP_EL1, true)).isEqualTo(Access.UNDEFINED);
        assertThat(b.el(2).decide(SystemRegister.SP_EL1, true)).isEqualTo(Access.ALLOWED);
    }

    @Test
    @DisplayName(
            "FPCR and FPSR: CPACR_EL1 traps to EL1, with EC 0x00 where TGE takes it to EL2; CPTR_EL2 and CPTR_EL3 say it")
    void floatingPointAccess() {
        Set<String> features = new TreeSet<>(Bench.V85);
        features.add("FEAT_FP");
        Bench b = new Bench(85, features);
        int toEl1 = Access.trap(1, 7);
        for (int register : new int[] {SystemRegister.FPCR, SystemRegister.FPSR}) {
            b.context.register(SystemRegister.CPTR_EL3, 0);
            b.context.register(SystemRegister.HCR_EL2, 0);
            b.context.register(SystemRegister.CPACR_EL1, 0);
            assertThat(b.el(0).decide(register, true)).isEqualTo(toEl1);
            assertThat(b.el(1).decide(register, false)).isEqualTo(toEl1);
            b.context.register(SystemRegister.CPACR_EL1, 1 << 20);
            assertThat(b.el(0).decide(register, true)).isEqualTo(toEl1);
            assertThat(b.el(1).decide(register, true)).isEqualTo(Access.ALLOWED);
            b.context.register(SystemRegister.HCR_EL2, 1L << 27);
            assertThat(b.el(0).decide(register, true)).isEqualTo(Access.UNDEFINED);
            b.context.register(SystemRegister.CPACR_EL1, 3 << 20);
            assertThat(b.el(0).decide(register, true)).isEqualTo(Access.ALLOWED);
            b.context.register(SystemRegister.HCR_EL2, 1L << 34 | 1L << 27);
            b.context.register(SystemRegister.CPTR_EL2, 0);
            assertThat(b.el(0).decide(register, true)).isEqualTo(Access.trap(2, 7));
            b.context.register(SystemRegister.CPTR_EL2, 3 << 20);
            assertThat(b.el(2).decide(register, true)).isEqualTo(Access.ALLOWED);
            b.context.register(SystemRegister.CPTR_EL3, 1 << 10);
            assertThat(b.el(2).decide(register, true)).isEqualTo(Access.trap(3, 7));
        }
    }
}
