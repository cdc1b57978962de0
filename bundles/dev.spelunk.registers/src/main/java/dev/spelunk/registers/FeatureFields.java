// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;

/**
 * Values of the AArch64 feature ID registers. A field claims what is in the machine's set of features and nothing
 * else, also where the architecture version makes more mandatory.
 */
final class FeatureFields {
    private FeatureFields() {}

    private static long field(int low, long value) {
        return value << low;
    }

    /** A field that is 1 when the feature is in the set. */
    private static long one(Architecture a, int low, String feature) {
        return a.has(feature) ? 1L << low : 0;
    }

    /** ID_AA64PFR0_EL1 (DDI 0487, D24.2.93). */
    static long pfr0(Architecture a) {
        return field(0, 1)
                | field(4, 1)
                | one(a, 8, "FEAT_EL2")
                | one(a, 12, "FEAT_EL3")
                | field(16, a.has("FEAT_FP") ? half(a) : 0xF)
                | field(20, a.has("FEAT_AdvSIMD") ? half(a) : 0xF)
                | field(24, 1)
                | one(a, 48, "FEAT_DIT")
                // Nothing is executed speculatively, so the guarantees of FEAT_CSV2 and FEAT_CSV3 hold.
                | one(a, 56, "FEAT_CSV2")
                | one(a, 60, "FEAT_CSV3");
    }

    /** The FP and AdvSIMD fields: 1 with half-precision arithmetic. */
    private static long half(Architecture a) {
        return a.has("FEAT_FP16") ? 1 : 0;
    }

    /** ID_AA64PFR1_EL1 (DDI 0487, D24.2.94). */
    static long pfr1(Architecture a) {
        return one(a, 0, "FEAT_BTI") | field(4, a.has("FEAT_SSBS2") ? 2 : a.has("FEAT_SSBS") ? 1 : 0);
    }

    /** ID_AA64DFR0_EL1 (DDI 0487, D24.2.80): two breakpoints and two watchpoints, the fewest that there may be. */
    static long dfr0(Architecture a) {
        int debug = a.has("FEAT_Debugv8p4") ? 9 : a.has("FEAT_Debugv8p2") ? 8 : a.has("FEAT_VHE") ? 7 : 6;
        int profiling = a.profiling() == null ? 0 : a.profiling().pmsVer();
        return field(0, debug)
                | field(8, monitors(a))
                | field(12, DebugRegisters.BREAKPOINTS - 1)
                | field(20, DebugRegisters.WATCHPOINTS - 1)
                | field(28, DebugRegisters.CONTEXT_AWARE - 1)
                | field(32, profiling)
                | (a.has("FEAT_DoubleLock") ? 0 : field(36, 0xF))
                | (a.has("FEAT_EL2") ? one(a, 60, "FEAT_HPMN0") : 0);
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
        return one(a, 52, "FEAT_SPE_DPFZS");
    }

    /** ID_AA64DFR2_EL1 (DDI 0487, D24.2.82). */
    static long dfr2(Architecture a) {
        return one(a, 16, "FEAT_SPE_EXC") | one(a, 20, "FEAT_SPE_nVM");
    }

    /** ID_AA64ISAR0_EL1 (DDI 0487, D24.2.84). */
    static long isar0(Architecture a) {
        return field(4, a.has("FEAT_PMULL") ? 2 : a.has("FEAT_AES") ? 1 : 0)
                | one(a, 8, "FEAT_SHA1")
                | one(a, 12, "FEAT_SHA256")
                | one(a, 16, "FEAT_CRC32")
                | (a.has("FEAT_LSE") ? field(20, 2) : 0)
                | one(a, 28, "FEAT_RDM")
                | one(a, 44, "FEAT_DotProd")
                | one(a, 48, "FEAT_FHM")
                | field(52, a.has("FEAT_FlagM2") ? 2 : a.has("FEAT_FlagM") ? 1 : 0)
                | field(56, a.has("FEAT_TLBIRANGE") ? 2 : a.has("FEAT_TLBIOS") ? 1 : 0)
                | one(a, 60, "FEAT_RNG");
    }

    /** ID_AA64ISAR1_EL1 (DDI 0487, D24.2.85). */
    static long isar1(Architecture a) {
        return field(0, a.has("FEAT_DPB2") ? 2 : a.has("FEAT_DPB") ? 1 : 0)
                | one(a, 12, "FEAT_JSCVT")
                | one(a, 16, "FEAT_FCMA")
                | one(a, 32, "FEAT_FRINTTS")
                | one(a, 52, "FEAT_I8MM")
                | field(20, a.has("FEAT_LRCPC2") ? 2 : a.has("FEAT_LRCPC") ? 1 : 0)
                // APA and GPA: QARMA5, none of the later extensions.
                | one(a, 4, "FEAT_PAuth")
                | one(a, 24, "FEAT_PAuth")
                | one(a, 36, "FEAT_SB")
                | one(a, 40, "FEAT_SPECRES");
    }

    /** ID_AA64MMFR0_EL1 (DDI 0487, D24.2.88): 48-bit physical addresses, 16-bit ASIDs, all granules, little-endian. */
    static long mmfr0(Architecture a) {
        return field(0, 5) | field(4, 2) | field(20, 1) | field(56, a.has("FEAT_FGT2") ? 2 : a.has("FEAT_FGT") ? 1 : 0);
    }

    /** ID_AA64MMFR1_EL1 (DDI 0487, D24.2.89). */
    static long mmfr1(Architecture a) {
        int pan = !a.has("FEAT_PAN") ? 0 : a.has("FEAT_PAN2") ? 2 : 1;
        return (a.has("FEAT_HAFDBS") ? field(0, 2) : 0)
                | (a.has("FEAT_VMID16") ? field(4, 2) : 0)
                | (a.has("FEAT_EL2") ? one(a, 8, "FEAT_VHE") : 0)
                | one(a, 12, "FEAT_HPDS")
                | one(a, 16, "FEAT_LOR")
                | field(20, pan)
                | one(a, 28, "FEAT_XNX");
    }

    /** ID_AA64MMFR2_EL1 (DDI 0487, D24.2.90). */
    static long mmfr2(Architecture a) {
        return one(a, 0, "FEAT_TTCNP")
                | one(a, 4, "FEAT_UAO")
                | one(a, 28, "FEAT_TTST")
                | one(a, 32, "FEAT_LSE2")
                | one(a, 36, "FEAT_IDST")
                | one(a, 40, "FEAT_S2FWB")
                | one(a, 48, "FEAT_TTL")
                | one(a, 60, "FEAT_E0PD");
    }
}
