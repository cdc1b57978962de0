// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

/** Indexes of the Address packet and the fields of their payloads (DDI 0487, D18.2.1). */
public enum AddressIndex {
    /** Instruction virtual address. */
    PC("PC"),
    /** Branch target address, with the state after the branch. */
    TARGET("TGT"),
    /** Data access virtual address; byte 7 is its tag. */
    VA("VA"),
    /** Data access physical address. */
    PA("PA"),
    /** Previous branch target address (FEAT_SPE_PBT). */
    PREVIOUS_TARGET("PBT");

    private static final AddressIndex[] VALUES = values();

    private final String label;

    AddressIndex(String label) {
        this.label = label;
    }

    /** The name in a printed packet. */
    String label() {
        return label;
    }

    /** Index of the packet header. */
    public int index() {
        return ordinal();
    }

    /** The architected packet of an index, or null. */
    static AddressIndex of(int index) {
        return index < VALUES.length ? VALUES[index] : null;
    }

    /** Bits 55:0, the address itself. */
    public static long address(long payload) {
        return payload & 0x00ff_ffff_ffff_ffffL;
    }

    /** NS, bit 63, of an instruction, target or physical address. */
    public static boolean ns(long payload) {
        return payload < 0;
    }

    /** NSE, bit 60, of an instruction, target or physical address (FEAT_RME). */
    public static boolean nse(long payload) {
        return (payload & 1L << 60) != 0;
    }

    /** EL, bits 62:61, of an instruction or target address. */
    public static int el(long payload) {
        return (int) (payload >>> 61) & 3;
    }

    /** CH, bit 62, of a physical address: the tag was checked (FEAT_MTE2). */
    public static boolean ch(long payload) {
        return (payload & 1L << 62) != 0;
    }

    /** PAT, bits 59:56, of a physical address: the tag (FEAT_MTE2). */
    public static int pat(long payload) {
        return (int) (payload >>> 56) & 0xf;
    }
}
