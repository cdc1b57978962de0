// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Interrupt Controller Binary Point Registers 0 and 1 (IHI 0069): each field as its bits in place. */
public final class ICC_BPRn_EL1 {
    public static final long BinaryPoint = 0x7L;

    private ICC_BPRn_EL1() {}
}
