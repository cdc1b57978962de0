// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Hypervisor Fine-Grained Read Trap Register, and HFGWTR_EL2 where registers can be written (DDI 0487, D24.2.73, D24.2.75): each field as its bits in place. */
public final class HFGRTR_EL2 {
    public static final long AFSR0_EL1 = 1L;
    public static final long AFSR1_EL1 = 1L << 1;
    public static final long AIDR_EL1 = 1L << 2;
    public static final long AMAIR_EL1 = 1L << 3;
    public static final long APDAKey = 1L << 4;
    public static final long APDBKey = 1L << 5;
    public static final long APGAKey = 1L << 6;
    public static final long APIAKey = 1L << 7;
    public static final long APIBKey = 1L << 8;
    public static final long CCSIDR_EL1 = 1L << 9;
    public static final long CLIDR_EL1 = 1L << 10;
    public static final long CONTEXTIDR_EL1 = 1L << 11;
    public static final long CPACR_EL1 = 1L << 12;
    public static final long CSSELR_EL1 = 1L << 13;
    public static final long CTR_EL0 = 1L << 14;
    public static final long DCZID_EL0 = 1L << 15;
    public static final long ESR_EL1 = 1L << 16;
    public static final long FAR_EL1 = 1L << 17;
    public static final long ISR_EL1 = 1L << 18;
    public static final long LORC_EL1 = 1L << 19;
    public static final long LOREA_EL1 = 1L << 20;
    public static final long LORID_EL1 = 1L << 21;
    public static final long LORN_EL1 = 1L << 22;
    public static final long LORSA_EL1 = 1L << 23;
    public static final long MAIR_EL1 = 1L << 24;
    public static final long MIDR_EL1 = 1L << 25;
    public static final long MPIDR_EL1 = 1L << 26;
    public static final long PAR_EL1 = 1L << 27;
    public static final long REVIDR_EL1 = 1L << 28;
    public static final long SCTLR_EL1 = 1L << 29;
    public static final long TCR_EL1 = 1L << 32;
    public static final long TPIDR_EL1 = 1L << 33;
    public static final long TPIDRRO_EL0 = 1L << 34;
    public static final long TPIDR_EL0 = 1L << 35;
    public static final long TTBR0_EL1 = 1L << 36;
    public static final long TTBR1_EL1 = 1L << 37;
    public static final long VBAR_EL1 = 1L << 38;
    public static final long ICC_IGRPENn_EL1 = 1L << 39;

    private HFGRTR_EL2() {}
}
