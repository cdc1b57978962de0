// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.fields.ID_AA64DFR0_EL1;
import dev.spelunk.api.registers.fields.ID_AA64DFR1_EL1;
import dev.spelunk.api.registers.fields.ID_AA64DFR2_EL1;
import dev.spelunk.api.registers.fields.ID_AA64ISAR0_EL1;
import dev.spelunk.api.registers.fields.ID_AA64ISAR1_EL1;
import dev.spelunk.api.registers.fields.ID_AA64MMFR0_EL1;
import dev.spelunk.api.registers.fields.ID_AA64MMFR1_EL1;
import dev.spelunk.api.registers.fields.ID_AA64MMFR2_EL1;
import dev.spelunk.api.registers.fields.ID_AA64PFR0_EL1;
import dev.spelunk.api.registers.fields.ID_AA64PFR1_EL1;

/**
 * Values of the AArch64 feature ID registers. A field claims what is in the machine's set of features and nothing
 * else, also where the architecture version makes more mandatory.
 */
final class FeatureFields {
    private FeatureFields() {}

    private static long field(long mask, long value) {
        return value << Field.lowest(mask);
    }

    /** A field that is 1 when the feature is in the set. */
    private static long one(Architecture a, long mask, String feature) {
        return a.has(feature) ? field(mask, 1) : 0;
    }

    /** ID_AA64PFR0_EL1 (DDI 0487, D24.2.93). */
    static long pfr0(Architecture a) {
        return field(ID_AA64PFR0_EL1.EL0, 1)
                | field(ID_AA64PFR0_EL1.EL1, 1)
                | one(a, ID_AA64PFR0_EL1.EL2, "FEAT_EL2")
                | one(a, ID_AA64PFR0_EL1.EL3, "FEAT_EL3")
                | field(ID_AA64PFR0_EL1.FP, a.has("FEAT_FP") ? half(a) : 0xF)
                | field(ID_AA64PFR0_EL1.AdvSIMD, a.has("FEAT_AdvSIMD") ? half(a) : 0xF)
                | field(ID_AA64PFR0_EL1.GIC, 1)
                | one(a, ID_AA64PFR0_EL1.DIT, "FEAT_DIT")
                // Nothing is executed speculatively, so the guarantees of FEAT_CSV2 and FEAT_CSV3 hold.
                | one(a, ID_AA64PFR0_EL1.CSV2, "FEAT_CSV2")
                | one(a, ID_AA64PFR0_EL1.CSV3, "FEAT_CSV3");
    }

    /** The FP and AdvSIMD fields: 1 with half-precision arithmetic. */
    private static long half(Architecture a) {
        return a.has("FEAT_FP16") ? 1 : 0;
    }

    /** ID_AA64PFR1_EL1 (DDI 0487, D24.2.94). */
    static long pfr1(Architecture a) {
        return one(a, ID_AA64PFR1_EL1.BT, "FEAT_BTI")
                | field(ID_AA64PFR1_EL1.SSBS, a.has("FEAT_SSBS2") ? 2 : a.has("FEAT_SSBS") ? 1 : 0);
    }

    /** ID_AA64DFR0_EL1 (DDI 0487, D24.2.80): breakpoints and watchpoints as in {@link DebugRegisters}. */
    static long dfr0(Architecture a) {
        int debug = a.has("FEAT_Debugv8p4") ? 9 : a.has("FEAT_Debugv8p2") ? 8 : a.has("FEAT_VHE") ? 7 : 6;
        int profiling = a.profiling() == null ? 0 : a.profiling().pmsVer();
        return field(ID_AA64DFR0_EL1.DebugVer, debug)
                | field(ID_AA64DFR0_EL1.PMUVer, monitors(a))
                | field(ID_AA64DFR0_EL1.BRPs, DebugRegisters.BREAKPOINTS - 1)
                | field(ID_AA64DFR0_EL1.WRPs, DebugRegisters.WATCHPOINTS - 1)
                | field(ID_AA64DFR0_EL1.CTX_CMPs, DebugRegisters.CONTEXT_AWARE - 1)
                | field(ID_AA64DFR0_EL1.PMSVer, profiling)
                | (a.has("FEAT_DoubleLock") ? 0 : field(ID_AA64DFR0_EL1.DoubleLock, 0xF))
                | (a.has("FEAT_EL2") ? one(a, ID_AA64DFR0_EL1.HPMN0, "FEAT_HPMN0") : 0);
    }

    /** PMUVer. Registers that are RAZ/WI are an IMPLEMENTATION DEFINED form of performance monitors, not PMUv3. */
    private static int monitors(Architecture a) {
        return a.has("FEAT_PMUv3p8")
                ? 8
                : a.has("FEAT_PMUv3p7")
                        ? 7
                        : a.has("FEAT_PMUv3p5")
                                ? 6
                                : a.has("FEAT_PMUv3p4") ? 5 : a.has("FEAT_PMUv3p1") ? 4 : a.has("FEAT_PMUv3") ? 1 : 0xF;
    }

    /** ID_AA64DFR1_EL1 (DDI 0487, D24.2.81). */
    static long dfr1(Architecture a) {
        return one(a, ID_AA64DFR1_EL1.DPFZS, "FEAT_SPE_DPFZS");
    }

    /** ID_AA64DFR2_EL1 (DDI 0487, D24.2.82). */
    static long dfr2(Architecture a) {
        return one(a, ID_AA64DFR2_EL1.SPE_EXC, "FEAT_SPE_EXC") | one(a, ID_AA64DFR2_EL1.SPE_nVM, "FEAT_SPE_nVM");
    }

    /** ID_AA64ISAR0_EL1 (DDI 0487, D24.2.84). */
    static long isar0(Architecture a) {
        return field(ID_AA64ISAR0_EL1.AES, a.has("FEAT_PMULL") ? 2 : a.has("FEAT_AES") ? 1 : 0)
                | one(a, ID_AA64ISAR0_EL1.SHA1, "FEAT_SHA1")
                | one(a, ID_AA64ISAR0_EL1.SHA2, "FEAT_SHA256")
                | one(a, ID_AA64ISAR0_EL1.CRC32, "FEAT_CRC32")
                | (a.has("FEAT_LSE") ? field(ID_AA64ISAR0_EL1.Atomic, 2) : 0)
                | one(a, ID_AA64ISAR0_EL1.RDM, "FEAT_RDM")
                | one(a, ID_AA64ISAR0_EL1.DP, "FEAT_DotProd")
                | one(a, ID_AA64ISAR0_EL1.FHM, "FEAT_FHM")
                | field(ID_AA64ISAR0_EL1.TS, a.has("FEAT_FlagM2") ? 2 : a.has("FEAT_FlagM") ? 1 : 0)
                | field(ID_AA64ISAR0_EL1.TLB, a.has("FEAT_TLBIRANGE") ? 2 : a.has("FEAT_TLBIOS") ? 1 : 0)
                | one(a, ID_AA64ISAR0_EL1.RNDR, "FEAT_RNG");
    }

    /** ID_AA64ISAR1_EL1 (DDI 0487, D24.2.85). */
    static long isar1(Architecture a) {
        return field(ID_AA64ISAR1_EL1.DPB, a.has("FEAT_DPB2") ? 2 : a.has("FEAT_DPB") ? 1 : 0)
                | one(a, ID_AA64ISAR1_EL1.JSCVT, "FEAT_JSCVT")
                | one(a, ID_AA64ISAR1_EL1.FCMA, "FEAT_FCMA")
                | one(a, ID_AA64ISAR1_EL1.FRINTTS, "FEAT_FRINTTS")
                | one(a, ID_AA64ISAR1_EL1.I8MM, "FEAT_I8MM")
                | field(ID_AA64ISAR1_EL1.LRCPC, a.has("FEAT_LRCPC2") ? 2 : a.has("FEAT_LRCPC") ? 1 : 0)
                // APA and GPA: QARMA5, none of the later extensions.
                | one(a, ID_AA64ISAR1_EL1.APA, "FEAT_PAuth")
                | one(a, ID_AA64ISAR1_EL1.GPA, "FEAT_PAuth")
                | one(a, ID_AA64ISAR1_EL1.SB, "FEAT_SB")
                | one(a, ID_AA64ISAR1_EL1.SPECRES, "FEAT_SPECRES");
    }

    /** ID_AA64MMFR0_EL1 (DDI 0487, D24.2.88): 48-bit physical addresses, 16-bit ASIDs, all granules, little-endian. */
    static long mmfr0(Architecture a) {
        return field(ID_AA64MMFR0_EL1.PARange, 5)
                | field(ID_AA64MMFR0_EL1.ASIDBits, 2)
                | field(ID_AA64MMFR0_EL1.TGran16, 1)
                | field(ID_AA64MMFR0_EL1.FGT, a.has("FEAT_FGT2") ? 2 : a.has("FEAT_FGT") ? 1 : 0);
    }

    /** ID_AA64MMFR1_EL1 (DDI 0487, D24.2.89). */
    static long mmfr1(Architecture a) {
        int pan = !a.has("FEAT_PAN") ? 0 : a.has("FEAT_PAN2") ? 2 : 1;
        return (a.has("FEAT_HAFDBS") ? field(ID_AA64MMFR1_EL1.HAFDBS, 2) : 0)
                | (a.has("FEAT_VMID16") ? field(ID_AA64MMFR1_EL1.VMIDBits, 2) : 0)
                | (a.has("FEAT_EL2") ? one(a, ID_AA64MMFR1_EL1.VH, "FEAT_VHE") : 0)
                | one(a, ID_AA64MMFR1_EL1.HPDS, "FEAT_HPDS")
                | one(a, ID_AA64MMFR1_EL1.LO, "FEAT_LOR")
                | field(ID_AA64MMFR1_EL1.PAN, pan)
                | one(a, ID_AA64MMFR1_EL1.XNX, "FEAT_XNX");
    }

    /** ID_AA64MMFR2_EL1 (DDI 0487, D24.2.90). */
    static long mmfr2(Architecture a) {
        return one(a, ID_AA64MMFR2_EL1.CnP, "FEAT_TTCNP")
                | one(a, ID_AA64MMFR2_EL1.UAO, "FEAT_UAO")
                | one(a, ID_AA64MMFR2_EL1.ST, "FEAT_TTST")
                | one(a, ID_AA64MMFR2_EL1.AT, "FEAT_LSE2")
                | one(a, ID_AA64MMFR2_EL1.IDS, "FEAT_IDST")
                | one(a, ID_AA64MMFR2_EL1.FWB, "FEAT_S2FWB")
                | one(a, ID_AA64MMFR2_EL1.TTL, "FEAT_TTL")
                | one(a, ID_AA64MMFR2_EL1.E0PD, "FEAT_E0PD");
    }
}
