// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Interrupt Controller Interrupt Group 0 and 1 Enable registers (IHI 0069): each field as its bits in place. */
public final class ICC_IGRPENn_EL1 {
    public static final long Enable = 1L;

    private ICC_IGRPENn_EL1() {}
}
