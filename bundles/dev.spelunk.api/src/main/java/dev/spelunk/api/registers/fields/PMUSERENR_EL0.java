// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Performance Monitors User Enable Register (DDI 0487, D24.5): each field as its bits in place. */
public final class PMUSERENR_EL0 {
    public static final long EN = 1L;
    public static final long SW = 1L << 1;
    public static final long CR = 1L << 2;
    public static final long ER = 1L << 3;

    private PMUSERENR_EL0() {}
}
