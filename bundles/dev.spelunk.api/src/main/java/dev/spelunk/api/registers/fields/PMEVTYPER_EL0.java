// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Performance Monitors Event Type Registers, and PMCCFILTR_EL0 but for evtCount (DDI 0487, D24.5): each field as its bits in place. */
public final class PMEVTYPER_EL0 {
    public static final long evtCount = 0xFFFFL;
    public static final long M = 1L << 26;
    public static final long NSH = 1L << 27;
    public static final long NSU = 1L << 28;
    public static final long NSK = 1L << 29;
    public static final long U = 1L << 30;
    public static final long P = 1L << 31;

    private PMEVTYPER_EL0() {}
}
