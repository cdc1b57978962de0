// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Hypervisor Debug Fine-Grained Read Trap Register, and HDFGWTR_EL2 where registers can be written (DDI 0487, D24.2.67, D24.2.69): each field as its bits in place. */
public final class HDFGRTR_EL2 {
    public static final long DBGBCRn_EL1 = 1L;
    public static final long DBGBVRn_EL1 = 1L << 1;
    public static final long DBGWCRn_EL1 = 1L << 2;
    public static final long DBGWVRn_EL1 = 1L << 3;
    public static final long MDSCR_EL1 = 1L << 4;
    public static final long DBGCLAIM = 1L << 5;
    public static final long DBGAUTHSTATUS_EL1 = 1L << 6;
    public static final long DBGPRCR_EL1 = 1L << 7;
    public static final long OSLSR_EL1 = 1L << 9;
    public static final long OSECCR_EL1 = 1L << 10;
    public static final long OSDLR_EL1 = 1L << 11;
    public static final long PMEVCNTRn_EL0 = 1L << 12;
    public static final long PMEVTYPERn_EL0 = 1L << 13;
    public static final long PMCCFILTR_EL0 = 1L << 14;
    public static final long PMCCNTR_EL0 = 1L << 15;
    public static final long PMCNTEN = 1L << 16;
    public static final long PMINTEN = 1L << 17;
    public static final long PMOVS = 1L << 18;
    public static final long PMSELR_EL0 = 1L << 19;
    public static final long PMMIR_EL1 = 1L << 22;
    public static final long PMBLIMITR_EL1 = 1L << 23;
    public static final long PMBPTR_EL1 = 1L << 24;
    public static final long PMBSR_EL1 = 1L << 25;
    public static final long PMSCR_EL1 = 1L << 26;
    public static final long PMSEVFR_EL1 = 1L << 27;
    public static final long PMSFCR_EL1 = 1L << 28;
    public static final long PMSICR_EL1 = 1L << 29;
    public static final long PMSIDR_EL1 = 1L << 30;
    public static final long PMSIRR_EL1 = 1L << 31;
    public static final long PMSLATFR_EL1 = 1L << 32;
    public static final long PMUSERENR_EL0 = 1L << 57;
    public static final long PMCEIDn_EL0 = 1L << 58;
    public static final long nPMSNEVFR_EL1 = 1L << 62;
    public static final long PMBIDR_EL1 = 1L << 63;

    private HDFGRTR_EL2() {}
}
