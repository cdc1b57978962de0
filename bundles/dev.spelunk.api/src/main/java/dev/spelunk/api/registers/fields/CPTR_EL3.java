// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Architectural Feature Trap Register (EL3) (DDI 0487, D24.2): each field as its bits in place. */
public final class CPTR_EL3 {
    public static final long TFP = 1L << 10;
    public static final long TCPAC = 1L << 31;

    private CPTR_EL3() {}
}
