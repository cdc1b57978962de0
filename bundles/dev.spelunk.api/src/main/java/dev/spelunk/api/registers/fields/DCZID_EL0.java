// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Data Cache Zero ID register (DDI 0487, D24.2): each field as its bits in place. */
public final class DCZID_EL0 {
    public static final long BS = 0xFL;
    public static final long DZP = 1L << 4;

    private DCZID_EL0() {}
}
