// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Interrupt Controller Interrupt Priority Mask Register (IHI 0069): each field as its bits in place. */
public final class ICC_PMR_EL1 {
    public static final long Priority = 0xFFL;

    private ICC_PMR_EL1() {}
}
