// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Counter-timer control registers CNTP_CTL_EL0, CNTV_CTL_EL0 and their like (DDI 0487, D24.10): each field as its bits in place. */
public final class CNT_CTL {
    public static final long ENABLE = 1L;
    public static final long IMASK = 1L << 1;
    public static final long ISTATUS = 1L << 2;

    private CNT_CTL() {}
}
