// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.registers;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.hypervisor.VcpuProfilingDevice.Series;
import dev.spelunk.api.registers.fields.CNTHCTL_EL2;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.HDFGRTR2_EL2;
import dev.spelunk.api.registers.fields.HDFGRTR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import dev.spelunk.api.registers.fields.PMSCR_EL1;
import dev.spelunk.api.registers.fields.PMSCR_EL2;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import dev.spelunk.api.wiring.PeContext;

/** Values of the EL2 control registers as VHE KVM programs them (DDI 0487, D24.2, D24.3). */
public final class HypervisorControls {
    private static final long HCR_BSU_INNER_SHAREABLE = 1L << HCR_EL2.BSU_SHIFT;

    /** HCR_EL2 while a guest runs: E2H = 1, TGE = 0, stage 2 on. */
    public static final long HCR_GUEST = HCR_EL2.VM
            | HCR_EL2.SWIO
            | HCR_EL2.PTW
            | HCR_EL2.FMO
            | HCR_EL2.IMO
            | HCR_EL2.AMO
            | HCR_EL2.FB
            | HCR_BSU_INNER_SHAREABLE
            | HCR_EL2.TWI
            | HCR_EL2.TID1
            | HCR_EL2.TID3
            | HCR_EL2.TSC
            | HCR_EL2.TIDCP
            | HCR_EL2.TACR
            | HCR_EL2.TSW
            | HCR_EL2.RW
            | HCR_EL2.E2H;
    /** HCR_EL2 while the host runs: E2H = 1, TGE = 1, which takes stage 2 away. */
    public static final long HCR_HOST = HCR_EL2.RW | HCR_EL2.TGE | HCR_EL2.E2H;

    /** HCR_EL2 while the host walks the guest's stage 1: E2H = 1, TGE = 0, no stage 2. */
    public static final long HCR_WALK = HCR_EL2.RW | HCR_EL2.E2H;

    private static final long MDCR_E2PB_EL1_TRAPPED = 2L << MDCR_EL2.E2PB_SHIFT;

    /** CNTHCTL_EL2 with E2H = 1: EL1PCTEN and EL1PTEN, the guest's timers are its own. */
    public static final long CNTHCTL_GUEST = CNTHCTL_EL2.HOST_EL1PCTEN | CNTHCTL_EL2.HOST_EL1PTEN;

    private HypervisorControls() {}

    /**
     * HCR_EL2 while a guest of that machine runs: where there is pointer authentication it is the guest's, keys and all.
     *
     * @param trapsWfe whether a WFE that would wait leaves the guest, as it does where others want the PE
     */
    public static long hcrGuest(PeContext context, boolean trapsWfe) {
        return HCR_GUEST
                | (trapsWfe ? HCR_EL2.TWE : 0)
                | (context.architecture.has("FEAT_PAuth") ? HCR_EL2.APK | HCR_EL2.API : 0);
    }

    /** Whether the machine can trap PMSIDR_EL1 and PMBIDR_EL1 alone. */
    public static boolean fineGrainedTraps(PeContext context) {
        return context.architecture.has("FEAT_FGT");
    }

    /**
     * Whether the guest's reads of PMSIDR_EL1 and PMBIDR_EL1 trap alone: series v7 shows it hardware's, and needs no
     * FEAT_FGT.
     */
    public static boolean idRegistersTrap(PeContext context, Series series) {
        return series == Series.V6 && fineGrainedTraps(context);
    }

    /** Whether the sampling controls trap, since series v6 gets hold of PMSIDR_EL1 in no other way. */
    public static boolean samplingTraps(PeContext context, Series series) {
        return series == Series.V6 && !fineGrainedTraps(context);
    }

    /**
     * MDCR_EL2 while a guest runs: EL1 owns the buffer and its buffer registers trap. The performance monitors are the
     * guest's, where there are any.
     *
     * @param host MDCR_EL2 of the host, for HPMN
     * @param debugTraps whether the guest's accesses to breakpoints and watchpoints trap
     */
    public static long mdcrGuest(PeContext context, Series series, long host, boolean debugTraps) {
        long mdcr = host & MDCR_EL2.HPMN
                | monitors(context)
                | (debugTraps ? MDCR_EL2.TDA : 0)
                | MDCR_EL2.TDOSA
                | MDCR_EL2.TDRA;
        if (context.architecture.profiling() == null) {
            return mdcr;
        }
        return mdcr | MDCR_E2PB_EL1_TRAPPED | (samplingTraps(context, series) ? MDCR_EL2.TPMS : 0);
    }

    private static long monitors(PeContext context) {
        return context.architecture.has("FEAT_PMUv3") ? MDCR_EL2.HPMD | MDCR_EL2.HCCD : MDCR_EL2.TPMCR | MDCR_EL2.TPM;
    }

    /** MDCR_EL2 while the host runs: EL2 owns the buffer, and the guest's counters do not count at EL2. */
    public static long mdcrHost(long mdcr) {
        return mdcr & (MDCR_EL2.HPMN | MDCR_EL2.HPMD | MDCR_EL2.HCCD);
    }

    /** HDFGRTR_EL2 while a guest runs: in series v6 PMSIDR_EL1 and PMBIDR_EL1 trap, PMSNEVFR_EL1 never does. */
    public static long hdfgrtr(PeContext context, Series series) {
        if (context.architecture.profiling() == null) {
            return 0;
        }
        return (idRegistersTrap(context, series) ? HDFGRTR_EL2.PMSIDR_EL1 | HDFGRTR_EL2.PMBIDR_EL1 : 0)
                | hdfgwtr(context);
    }

    /**
     * PMSCR_EL2 while a guest runs: virtual time and no host context.
     *
     * @param physicalAddresses whether the guest may have them
     * @param physicalTime whether the guest may choose it with PMSCR_EL1.PCT
     */
    public static long pmscr(boolean physicalAddresses, boolean physicalTime) {
        return (physicalAddresses ? PMSCR_EL2.PA : 0) | (physicalTime ? 1L << PMSCR_EL1.PCT_SHIFT : 0);
    }

    /** HDFGWTR_EL2 while a guest runs. */
    public static long hdfgwtr(PeContext context) {
        ProfilingExtension extension = context.architecture.profiling();
        return extension != null && (extension.pmsidr() & PMSIDR_EL1.FnE) != 0 ? HDFGRTR_EL2.nPMSNEVFR_EL1 : 0;
    }

    /** HDFGRTR2_EL2 and HDFGWTR2_EL2 while a guest runs. */
    public static long hdfg2(PeContext context) {
        ProfilingExtension extension = context.architecture.profiling();
        return extension != null && (extension.pmsidr() & PMSIDR_EL1.FDS) != 0 ? HDFGRTR2_EL2.nPMSDSFR_EL1 : 0;
    }
}
