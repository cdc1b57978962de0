// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Interrupt Controller End Of Interrupt Registers 0 and 1, and ICC_DIR_EL1 (IHI 0069): each field as its bits in place. */
public final class ICC_EOIRn_EL1 {
    public static final long INTID = 0xFFFFFFL;

    private ICC_EOIRn_EL1() {}
}
