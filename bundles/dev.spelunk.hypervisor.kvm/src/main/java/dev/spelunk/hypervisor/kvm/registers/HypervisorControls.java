// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.registers;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.wiring.PeContext;

/** Values of the EL2 control registers as VHE KVM programs them (DDI 0487, D24.2, D24.3). */
public final class HypervisorControls {
    private static final long HCR_VM = 1;
    private static final long HCR_SWIO = 1L << 1;
    private static final long HCR_PTW = 1L << 2;
    private static final long HCR_FMO = 1L << 3;
    private static final long HCR_IMO = 1L << 4;
    private static final long HCR_AMO = 1L << 5;
    private static final long HCR_FB = 1L << 9;
    private static final long HCR_BSU_INNER_SHAREABLE = 1L << 10;
    private static final long HCR_TWI = 1L << 13;
    private static final long HCR_TWE = 1L << 14;
    private static final long HCR_TID1 = 1L << 16;
    private static final long HCR_TID3 = 1L << 18;
    private static final long HCR_TSC = 1L << 19;
    private static final long HCR_TIDCP = 1L << 20;
    private static final long HCR_TACR = 1L << 21;
    private static final long HCR_TSW = 1L << 22;
    private static final long HCR_TGE = 1L << 27;
    private static final long HCR_RW = 1L << 31;
    private static final long HCR_E2H = 1L << 34;
    private static final long HCR_APK = 1L << 40;
    private static final long HCR_API = 1L << 41;

    /** HCR_EL2 while a guest runs: E2H = 1, TGE = 0, stage 2 on. */
    public static final long HCR_GUEST = HCR_VM
            | HCR_SWIO
            | HCR_PTW
            | HCR_FMO
            | HCR_IMO
            | HCR_AMO
            | HCR_FB
            | HCR_BSU_INNER_SHAREABLE
            | HCR_TWI
            | HCR_TID1
            | HCR_TID3
            | HCR_TSC
            | HCR_TIDCP
            | HCR_TACR
            | HCR_TSW
            | HCR_RW
            | HCR_E2H;
    /** HCR_EL2 while the host runs: E2H = 1, TGE = 1, which takes stage 2 away. */
    public static final long HCR_HOST = HCR_RW | HCR_TGE | HCR_E2H;

    /** HCR_EL2 while the host walks the guest's stage 1: E2H = 1, TGE = 0, no stage 2. */
    public static final long HCR_WALK = HCR_RW | HCR_E2H;

    private static final long MDCR_TPMCR = 1L << 5;
    private static final long MDCR_TPM = 1L << 6;
    private static final long MDCR_TDA = 1L << 9;
    private static final long MDCR_TDOSA = 1L << 10;
    private static final long MDCR_TDRA = 1L << 11;
    private static final long MDCR_E2PB_EL1_TRAPPED = 2L << 12;
    private static final long MDCR_TPMS = 1L << 14;
    private static final long MDCR_HPMN = 0x1F;
    private static final long MDCR_HPMD = 1L << 17;
    private static final long MDCR_HCCD = 1L << 23;

    /** CNTHCTL_EL2 with E2H = 1: EL1PCTEN and EL1PTEN, the guest's timers are its own. */
    public static final long CNTHCTL_GUEST = 1L << 10 | 1L << 11;
    /** CPTR_EL2 with E2H = 1: FPEN and ZEN trap nothing. */
    public static final long CPTR_GUEST = 3L << 20;

    private static final long HDFGRTR_PMSIDR = 1L << 30;
    private static final long HDFGRTR_PMBIDR = 1L << 63;
    private static final long HDFG_N_PMSNEVFR = 1L << 62;
    private static final long HDFG2_N_PMSDSFR = 1L << 19;
    private static final long PMSIDR_FNE = 1L << 6;
    private static final long PMSIDR_FDS = 1L << 7;

    /** PMSCR_EL2.PA. */
    public static final long PMSCR_PA = 1L << 4;

    private HypervisorControls() {}

    /**
     * HCR_EL2 while a guest of that machine runs: where there is pointer authentication it is the guest's, keys and all.
     *
     * @param trapsWfe whether a WFE that would wait leaves the guest, as it does where others want the PE
     */
    public static long hcrGuest(PeContext context, boolean trapsWfe) {
        return HCR_GUEST | (trapsWfe ? HCR_TWE : 0) | (context.architecture.has("FEAT_PAuth") ? HCR_APK | HCR_API : 0);
    }

    /** Whether the machine can trap PMSIDR_EL1 and PMBIDR_EL1 alone. */
    public static boolean fineGrainedTraps(PeContext context) {
        return context.architecture.has("FEAT_FGT");
    }

    /**
     * MDCR_EL2 while a guest runs: EL1 owns the buffer and its buffer registers trap; without fine-grained
     * traps all sampling registers trap too. The performance monitors are the guest's, where there are any.
     *
     * @param host MDCR_EL2 of the host, for HPMN
     * @param debugTraps whether the guest's accesses to breakpoints and watchpoints trap
     */
    public static long mdcrGuest(PeContext context, long host, boolean debugTraps) {
        long mdcr = host & MDCR_HPMN | monitors(context) | (debugTraps ? MDCR_TDA : 0) | MDCR_TDOSA | MDCR_TDRA;
        if (context.architecture.profiling() == null) {
            return mdcr;
        }
        return mdcr | MDCR_E2PB_EL1_TRAPPED | (fineGrainedTraps(context) ? 0 : MDCR_TPMS);
    }

    private static long monitors(PeContext context) {
        return context.architecture.has("FEAT_PMUv3") ? MDCR_HPMD | MDCR_HCCD : MDCR_TPMCR | MDCR_TPM;
    }

    /** MDCR_EL2 while the host runs: EL2 owns the buffer, and the guest's counters do not count at EL2. */
    public static long mdcrHost(long mdcr) {
        return mdcr & (MDCR_HPMN | MDCR_HPMD | MDCR_HCCD);
    }

    /** HDFGRTR_EL2 while a guest runs: PMSIDR_EL1 and PMBIDR_EL1 trap, PMSNEVFR_EL1 does not. */
    public static long hdfgrtr(PeContext context) {
        ProfilingExtension extension = context.architecture.profiling();
        return extension == null ? 0 : HDFGRTR_PMSIDR | HDFGRTR_PMBIDR | hdfgwtr(context);
    }

    /** HDFGWTR_EL2 while a guest runs. */
    public static long hdfgwtr(PeContext context) {
        ProfilingExtension extension = context.architecture.profiling();
        return extension != null && (extension.pmsidr() & PMSIDR_FNE) != 0 ? HDFG_N_PMSNEVFR : 0;
    }

    /** HDFGRTR2_EL2 and HDFGWTR2_EL2 while a guest runs. */
    public static long hdfg2(PeContext context) {
        ProfilingExtension extension = context.architecture.profiling();
        return extension != null && (extension.pmsidr() & PMSIDR_FDS) != 0 ? HDFG2_N_PMSDSFR : 0;
    }
}
