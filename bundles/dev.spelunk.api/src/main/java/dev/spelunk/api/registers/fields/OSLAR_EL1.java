// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** OS Lock Access Register (DDI 0487, D24.3): each field as its bits in place. */
public final class OSLAR_EL1 {
    public static final long OSLK = 1L;

    private OSLAR_EL1() {}
}
