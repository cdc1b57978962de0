// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Interrupt Controller System Register Enable registers (IHI 0069): each field as its bits in place. */
public final class ICC_SRE_ELx {
    public static final long SRE = 1L;
    public static final long DFB = 1L << 1;
    public static final long DIB = 1L << 2;
    /** Of EL2 and EL3 alone. */
    public static final long Enable = 1L << 3;

    public static final long ALL = SRE | DFB | DIB | Enable;

    private ICC_SRE_ELx() {}
}
