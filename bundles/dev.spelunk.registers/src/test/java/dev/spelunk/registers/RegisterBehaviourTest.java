// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.mmu.TranslationCache;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.testkit.PageMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegisterBehaviourTest {
    private static final long HCR_E2H = 1L << 34;

    @Test
    void pstateRegistersShowAndSetPstate() {
        Bench b = new Bench(85, Bench.V85);
        PeState pe = b.context.pe;
        b.write(SystemRegister.NZCV, 0xA000_0000L | 0xFFF);
        assertThat(pe.nzcv).isEqualTo(0xA);
        assertThat(b.read(SystemRegister.NZCV)).isEqualTo(0xA000_0000L);
        b.write(SystemRegister.DAIF, 0x3C0);
        assertThat(pe.daif).isEqualTo(0xF);
        b.write(SystemRegister.DAIF, 0x80);
        assertThat(b.read(SystemRegister.DAIF)).isEqualTo(0x80);
        b.write(SystemRegister.PAN, 1L << 22);
        b.write(SystemRegister.UAO, 1L << 23);
        b.write(SystemRegister.DIT, 1L << 24);
        b.write(SystemRegister.SSBS, 1L << 12);
        assertThat(pe.pan && pe.uao && pe.dit && pe.ssbs).isTrue();
        assertThat(b.read(SystemRegister.PAN)).isEqualTo(1L << 22);
        assertThat(b.read(SystemRegister.UAO)).isEqualTo(1L << 23);
        assertThat(b.read(SystemRegister.DIT)).isEqualTo(1L << 24);
        assertThat(b.read(SystemRegister.SSBS)).isEqualTo(1L << 12);
        for (int register :
                new int[] {SystemRegister.PAN, SystemRegister.UAO, SystemRegister.DIT, SystemRegister.SSBS}) {
            b.write(register, 0);
            assertThat(b.read(register)).isZero();
        }
        assertThat(pe.pan || pe.uao || pe.dit || pe.ssbs).isFalse();
        for (int el = 1; el <= 3; el++) {
            assertThat(b.el(el).read(SystemRegister.CurrentEL)).isEqualTo((long) el << 2);
        }
    }

    @Test
    void spselSwitchesTheStackPointer() {
        Bench b = new Bench(85, Bench.V85);
        PeState pe = b.context.pe;
        pe.x[PeState.SP] = 0x1000;
        b.write(SystemRegister.SP_EL0, 0x2000);
        b.write(SystemRegister.SPSel, 0);
        assertThat(pe.x[PeState.SP]).isEqualTo(0x2000);
        pe.x[PeState.SP] = 0x2010;
        b.write(SystemRegister.SPSel, 1);
        assertThat(pe.x[PeState.SP]).isEqualTo(0x1000);
        assertThat(b.read(SystemRegister.SP_EL0)).isEqualTo(0x2010);
        assertThat(b.read(SystemRegister.SPSel)).isEqualTo(1);
        b.write(SystemRegister.SPSel, 0);
        assertThat(b.read(SystemRegister.SPSel)).isZero();
    }

    @Test
    void unmaskingWithAPendingInterruptAsksForALook() {
        Bench b = new Bench(85, Bench.V85);
        b.context.pe.daif = 0xF;
        b.write(SystemRegister.DAIF, 0);
        assertThat(b.context.pe.changed).isZero();
        b.write(SystemRegister.DAIF, 0x3C0);
        b.context.pe.interrupts = PeState.IRQ;
        b.write(SystemRegister.DAIF, 0x80);
        assertThat(b.context.pe.changed).isEqualTo(PeState.CHANGED_INTERRUPTS);
        b.context.pe.changed = 0;
        b.write(SystemRegister.DAIF, 0x3C0);
        b.write(SystemRegister.DAIF, 0x3C0);
        assertThat(b.context.pe.changed).as("nothing is unmasked").isZero();
    }

    @Test
    void unmaskingWithAPendingVirtualInterruptAsksForALook() {
        for (int bit = 6; bit <= 8; bit++) {
            Bench b = new Bench(85, Bench.V85).set(SystemRegister.HCR_EL2, 1L << bit);
            b.context.pe.daif = 0xF;
            b.write(SystemRegister.DAIF, 0);
            assertThat(b.context.pe.changed).isEqualTo(PeState.CHANGED_INTERRUPTS);
        }
        Bench b = new Bench(85, Bench.V85).set(SystemRegister.HCR_EL2, 1L << 5 | 1L << 9);
        b.context.pe.daif = 0xF;
        b.write(SystemRegister.DAIF, 0);
        assertThat(b.context.pe.changed).isZero();
    }

    @Test
    void translationControlsTellTheTranslatorAfterTheValueIsInPlace() {
        Bench b = new Bench(85, Bench.V85);
        long[] seen = new long[1];
        PageMap translator = PageMap.empty();
        translator.attach(new TranslationCache() {
            @Override
            public void enterContext(int number, boolean anew) {
                throw new AssertionError("registers know no contexts");
            }

            @Override
            public void invalidateTranslations() {
                seen[0] = b.context.register(SystemRegister.TTBR0_EL1);
            }

            @Override
            public void invalidateTranslations(long va, long size) {
                throw new AssertionError("registers know no addresses");
            }
        });
        b.context.translator = translator;
        b.write(SystemRegister.TTBR0_EL1, 0x4000_1000L);
        assertThat(translator.contextChanges).isEqualTo(1);
        assertThat(seen[0]).isEqualTo(0x4000_1000L);
        int[] el1 = {
            SystemRegister.TTBR1_EL1,
            SystemRegister.TCR_EL1,
            SystemRegister.SCTLR_EL1,
            SystemRegister.MAIR_EL1,
            SystemRegister.PAN
        };
        for (int r : el1) {
            int before = translator.contextChanges;
            b.write(r, 4);
            assertThat(translator.contextChanges).isEqualTo(before + 1);
        }
        b.el(2);
        int[] el2 = {
            SystemRegister.TTBR0_EL2,
            SystemRegister.TTBR1_EL2,
            SystemRegister.TCR_EL2,
            SystemRegister.SCTLR_EL2,
            SystemRegister.MAIR_EL2,
            SystemRegister.VTTBR_EL2,
            SystemRegister.VTCR_EL2,
            SystemRegister.HCR_EL2
        };
        for (int r : el2) {
            int before = translator.contextChanges;
            b.write(r, 4);
            assertThat(translator.contextChanges).isEqualTo(before + 1);
        }
    }

    @Test
    void controlsOverProfilingAndInterruptsSaySo() {
        for (int r : new int[] {
            SystemRegister.HCR_EL2, SystemRegister.MDCR_EL2, SystemRegister.SCR_EL3, SystemRegister.MDCR_EL3
        }) {
            Bench b = new Bench(85, Bench.V85).el(3);
            b.write(r, b.read(r) ^ 0x40);
            assertThat(b.context.pe.changed)
                    .isEqualTo(
                            r == SystemRegister.SCR_EL3 ? 0 : PeState.CHANGED_PROFILING | PeState.CHANGED_INTERRUPTS);
            b.context.pe.changed = 0;
            b.write(r, b.read(r));
            assertThat(b.context.pe.changed).as("nothing changed").isZero();
        }
    }

    @Test
    void identificationIsVirtualAtEl1() {
        Bench b = new Bench(85, Bench.V85).el(2);
        assertThat(b.read(SystemRegister.MPIDR_EL1)).isEqualTo(0x8000_0000L);
        assertThat(b.read(SystemRegister.VMPIDR_EL2)).isEqualTo(0x8000_0000L);
        b.write(SystemRegister.VMPIDR_EL2, 0x8000_0003L);
        b.write(SystemRegister.VPIDR_EL2, 0x1234);
        assertThat(b.el(1).read(SystemRegister.MPIDR_EL1)).isEqualTo(0x8000_0003L);
        assertThat(b.read(SystemRegister.MIDR_EL1)).isEqualTo(0x1234);
        assertThat(b.el(2).read(SystemRegister.MPIDR_EL1)).isEqualTo(0x8000_0000L);
        assertThat(IdentificationRegisters.affinity(17)).isEqualTo(0x101);
    }

    @Test
    void cptrEl2HasTwoFormats() {
        Bench b = new Bench(85, Bench.V85).el(2);
        b.write(SystemRegister.CPTR_EL2, -1L);
        assertThat(b.read(SystemRegister.CPTR_EL2)).isEqualTo(1L << 31 | 1 << 10 | 0x33FF);
        b.set(SystemRegister.HCR_EL2, HCR_E2H);
        b.write(SystemRegister.CPTR_EL2, -1L);
        assertThat(b.read(SystemRegister.CPTR_EL2)).isEqualTo(1L << 31 | 3 << 20);
        assertThat(b.read(SystemRegister.CPACR_EL1)).isEqualTo(1L << 31 | 3 << 20);
    }

    @Test
    void tcrEl2HasTwoFormats() {
        Bench b = new Bench(85, Bench.V85).el(2);
        b.write(SystemRegister.TCR_EL2, -1L);
        assertThat(b.read(SystemRegister.TCR_EL2)).as("HA and HD are RES0").isEqualTo(0x8197_FF3FL);
        b.set(SystemRegister.HCR_EL2, HCR_E2H);
        b.write(SystemRegister.TCR_EL2, -1L);
        assertThat(b.read(SystemRegister.TCR_EL2) & 0x7F_FFFF_FFFFL).isEqualTo(0x77_FFFF_FFBFL);
        b.write(SystemRegister.TCR_EL2, 0);
        assertThat(b.read(SystemRegister.TCR_EL2)).isZero();
    }

    @Test
    void hcrRwIsOneWhateverIsWritten() {
        Bench b = new Bench(85, Bench.V85).el(2);
        b.write(SystemRegister.HCR_EL2, 0);
        assertThat(b.read(SystemRegister.HCR_EL2)).isEqualTo(1L << 31);
    }

    @Test
    void sctlrHasRes1WhereItsFeatureIsMissing() {
        Bench with = new Bench(85, Bench.V85);
        with.write(SystemRegister.SCTLR_EL1, 0);
        assertThat(with.read(SystemRegister.SCTLR_EL1)).isEqualTo(0x3050_0980L);
        Bench without = Bench.without("FEAT_PAN");
        without.write(SystemRegister.SCTLR_EL1, 0);
        assertThat(without.read(SystemRegister.SCTLR_EL1)).isEqualTo(0x30D0_0980L);
    }

    @Test
    void theOsLockIsSetAfterResetAndFollowsOslar() {
        int oslar = Encoding.of(2, 0, 1, 0, 4);
        int oslsr = Encoding.of(2, 0, 1, 1, 4);
        Bench b = new Bench(85, Bench.V85);
        assertThat(b.read(oslsr)).isEqualTo(0xA);
        b.write(oslar, 0);
        assertThat(b.read(oslsr)).isEqualTo(0x8);
        b.write(oslar, 1);
        assertThat(b.read(oslsr)).isEqualTo(0xA);
    }

    @Test
    void cacheSizesFollowTheSelection() {
        Bench b = new Bench(85, Bench.V85);
        long l1 = b.read(SystemRegister.CCSIDR_EL1);
        assertThat((l1 >>> 13) + 1).isEqualTo(128);
        assertThat((l1 >>> 3 & 0x3FF) + 1).isEqualTo(4);
        b.write(SystemRegister.CSSELR_EL1, 1);
        assertThat(b.read(SystemRegister.CCSIDR_EL1))
                .as("level 1 has an instruction cache of the same size")
                .isEqualTo(l1);
        b.write(SystemRegister.CSSELR_EL1, 2);
        assertThat(b.read(SystemRegister.CCSIDR_EL1)).isZero();
    }

    @Test
    void dczidSaysWhereZeroingIsProhibited() {
        Bench b = new Bench(85, Bench.V85);
        assertThat(b.read(SystemRegister.DCZID_EL0)).isEqualTo(4);
        assertThat(b.el(0).read(SystemRegister.DCZID_EL0))
                .as("SCTLR_EL1.DZE = 0")
                .isEqualTo(0x14);
        b.set(SystemRegister.SCTLR_EL1, 1L << 14);
        assertThat(b.read(SystemRegister.DCZID_EL0)).isEqualTo(4);
        b.set(SystemRegister.HCR_EL2, 1L << 28);
        assertThat(b.el(1).read(SystemRegister.DCZID_EL0)).isEqualTo(0x14);
        assertThat(b.el(2).read(SystemRegister.DCZID_EL0)).isEqualTo(4);
    }

    @Test
    void isrShowsVirtualInterruptsWhereTheyAreRoutedToEl2() {
        Bench b = new Bench(85, Bench.V85);
        b.context.pe.interrupts = PeState.IRQ | PeState.VFIQ;
        assertThat(b.read(SystemRegister.ISR_EL1)).isEqualTo(1 << 7);
        b.set(SystemRegister.HCR_EL2, 1L << 3 | 1L << 4);
        assertThat(b.read(SystemRegister.ISR_EL1)).isEqualTo(1 << 6);
        b.set(SystemRegister.HCR_EL2, 1L << 7);
        assertThat(b.read(SystemRegister.ISR_EL1)).isEqualTo(1 << 7 | 1 << 6);
        assertThat(b.el(2).read(SystemRegister.ISR_EL1)).isEqualTo(1 << 7);
    }

    @ParameterizedTest
    @CsvSource({
        "F, FIQ, VFIQ, 6, 3, 6",
        "I, IRQ, VIRQ, 7, 4, 7",
        "A, SERROR, VSERROR, 8, 5, 8",
    })
    @DisplayName("ISR_EL1: HCR_EL2.{FMO, IMO, AMO} show EL1 the virtual one, of a line or of HCR_EL2.{VF, VI, VSE}")
    void eachInterruptOfIsr(String name, String physical, String virtual, int bit, int route, int pend)
            throws ReflectiveOperationException {
        int line = PeState.class.getField(physical).getInt(null);
        int virtualLine = PeState.class.getField(virtual).getInt(null);
        Bench b = new Bench(85, Bench.V85);
        b.context.pe.interrupts = line;
        assertThat(b.read(SystemRegister.ISR_EL1)).isEqualTo(1L << bit);
        b.context.pe.interrupts = virtualLine;
        assertThat(b.read(SystemRegister.ISR_EL1)).isZero();
        b.set(SystemRegister.HCR_EL2, 1L << route);
        assertThat(b.read(SystemRegister.ISR_EL1)).isEqualTo(1L << bit);
        b.context.pe.interrupts = ~virtualLine;
        assertThat(b.read(SystemRegister.ISR_EL1) & 1L << bit).isZero();
        b.context.pe.interrupts = 0;
        assertThat(b.read(SystemRegister.ISR_EL1)).isZero();
        b.set(SystemRegister.HCR_EL2, 1L << pend);
        assertThat(b.read(SystemRegister.ISR_EL1)).isEqualTo(1L << bit);
        assertThat(b.el(2).read(SystemRegister.ISR_EL1)).as("EL2 sees lines").isZero();
        b.context.pe.interrupts = line;
        assertThat(b.read(SystemRegister.ISR_EL1)).isEqualTo(1L << bit);
        b.context.pe.interrupts = ~line;
        assertThat(b.read(SystemRegister.ISR_EL1) & 1L << bit).isZero();
    }

    @Test
    @DisplayName("FPCR and FPSR hold their fields, in 64 bits of which the upper 32 are zero")
    void floatingPointControlAndStatus() {
        Set<String> features = new TreeSet<>(Bench.V85);
        features.add("FEAT_FP");
        Bench b = new Bench(85, features);
        b.write(SystemRegister.FPCR, -1);
        b.write(SystemRegister.FPSR, -1);
        assertThat(b.read(SystemRegister.FPCR)).isEqualTo(0x07C0_0000L);
        assertThat(b.read(SystemRegister.FPSR)).isEqualTo(0x0800_009FL);
        b.context.pe.fpcr = 0x8000_0000;
        b.context.pe.fpsr = 0xF800_0000;
        assertThat(b.read(SystemRegister.FPCR)).isEqualTo(0x8000_0000L);
        assertThat(b.read(SystemRegister.FPSR)).isEqualTo(0xF800_0000L);
    }

    @Test
    @DisplayName("What the ID space has no name for is RES0 at EL1, up to op2 = 7 of CRm = 7 (DDI 0487, D24.1)")
    void idSpaceIsWhole() {
        Bench b = new Bench(85, Bench.V85);
        for (int crm = 1; crm <= 7; crm++) {
            for (int op2 = 0; op2 <= 7; op2++) {
                int encoding = Encoding.of(3, 0, 0, crm, op2);
                assertThat(b.decide(encoding, true)).isZero();
                if (b.context.registers.description(encoding).name().startsWith("S3_")) {
                    assertThat(b.read(encoding)).isZero();
                }
            }
        }
    }

    @Test
    @DisplayName("The shared pointer of a higher Exception level is read and written from there")
    void bankedStackPointers() {
        Bench b = new Bench(85, Bench.V85).el(3);
        int spEl2 = Encoding.of(3, 6, 4, 1, 0);
        b.write(SystemRegister.SP_EL1, 0x1110).write(spEl2, 0x2220);
        assertThat(b.context.pe.sp[1]).isEqualTo(0x1110);
        assertThat(b.context.pe.sp[2]).isEqualTo(0x2220);
        assertThat(b.read(spEl2)).isEqualTo(0x2220);
        assertThat(b.el(2).decide(spEl2, true)).isEqualTo(-1);
    }

    @Test
    void featureRegistersClaimWhatIsThere() {
        Bench b = new Bench(85, Bench.V85);
        assertThat(b.read(SystemRegister.ID_AA64PFR0_EL1)).isEqualTo(0x1101_0000_01FF_1111L);
        assertThat(b.read(SystemRegister.ID_AA64PFR1_EL1)).isEqualTo(0x20);
        assertThat(b.read(SystemRegister.ID_AA64ISAR0_EL1)).isEqualTo(0x0020_0000_0021_0000L);
        assertThat(b.read(SystemRegister.ID_AA64MMFR0_EL1)).isEqualTo(0x0100_0000_0010_0025L);
        assertThat(b.read(SystemRegister.ID_AA64MMFR1_EL1)).isEqualTo(0x1021_1120L);
        assertThat(b.read(SystemRegister.ID_AA64MMFR2_EL1)).isEqualTo(0x1001_0010_1000_0011L);
        assertThat(b.read(SystemRegister.ID_AA64DFR0_EL1) & 0xF)
                .as("the debug of FEAT_VHE")
                .isEqualTo(7);
        for (int version : new int[] {80, 82, 85, 95}) {
            Bench bare = new Bench(version, Set.of());
            assertThat(bare.read(SystemRegister.ID_AA64PFR0_EL1))
                    .as("%d claims nothing by itself", version)
                    .isEqualTo(0x01FF_0011L);
            assertThat(bare.read(SystemRegister.ID_AA64DFR0_EL1) & 0xF).isEqualTo(6);
            assertThat(bare.read(SystemRegister.ID_AA64ISAR0_EL1)).isZero();
            assertThat(bare.read(SystemRegister.ID_AA64ISAR1_EL1)).isZero();
            assertThat(bare.read(SystemRegister.ID_AA64MMFR0_EL1)).isEqualTo(0x0010_0025L);
            assertThat(bare.read(SystemRegister.ID_AA64MMFR1_EL1)).isZero();
            assertThat(bare.read(SystemRegister.ID_AA64MMFR2_EL1)).isZero();
        }
    }

    @Test
    void hotRegistersAllocateNothing() {
        Bench b = new Bench(85, Bench.V85);
        int[] hot = {
            SystemRegister.TPIDR_EL0,
            SystemRegister.TPIDR_EL1,
            SystemRegister.NZCV,
            SystemRegister.DAIF,
            SystemRegister.SP_EL0,
            SystemRegister.ELR_EL1,
            SystemRegister.SPSR_EL1,
            SystemRegister.CONTEXTIDR_EL1
        };
        access(b, hot, 20_000);
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        access(b, hot, 10_000);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated).as("bytes for 240,000 calls").isLessThan(4096);
    }

    private static void access(Bench b, int[] registers, int times) {
        for (int i = 0; i < times; i++) {
            for (int r : registers) {
                if (b.decide(r, true) != 0 || b.decide(r, false) != 0) {
                    throw new AssertionError("not allowed");
                }
                b.write(r, b.read(r));
            }
        }
    }

    @Test
    void pmsverIsThatOfTheComposedProfilingFeatures() {
        ProfilingRulesBuilder rules = new ProfilingRulesBuilder();
        rules.pmsVer = 2;
        long dfr0 =
                FeatureFields.dfr0(new Architecture(85, Set.of(), rules.build().extension(), Map.of()));
        assertThat(dfr0 >>> 32 & 0xF).isEqualTo(2);
        assertThat(FeatureFields.dfr0(new Architecture(85, Set.of(), null, Map.of())) >>> 32 & 0xF)
                .isZero();
    }

    @Test
    void theVariantStatesIdentificationValues() {
        Architecture a = new Architecture(85, Bench.V85, null, Map.of("MIDR_EL1", 0x410F_D490L));
        assertThat(new IdentificationRegisters().registers(a))
                .filteredOn(d -> d.name().equals("MIDR_EL1"))
                .singleElement()
                .satisfies(d -> assertThat(d.reset()).isEqualTo(0x410F_D490L));
    }
}
