// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

/**
 * The packets of a sample record, each with the header byte that selects it (DDI 0487, D18.2). Any
 * other header is {@link #UNKNOWN}: the size rule still tells where the next packet begins, so that a
 * record with packets of a later architecture stays readable.
 */
public enum PacketType {
    /** D18.2.8: one byte of zero, between records only. */
    PADDING(0x00, 0xff),
    /** D18.2.5: closes a record that has no timestamp. */
    END(0x01, 0xff),
    /** D18.2.6: 1, 2, 4 or 8 bytes of event bits. */
    EVENTS(0x42, 0xcf),
    /** D18.2.4: 1 or 2 bytes. */
    DATA_SOURCE(0x43, 0xef),
    /** D18.2.7: class in bits 1:0, 1 byte. */
    OPERATION_TYPE(0x48, 0xfc),
    /** D18.2.2: CONTEXTIDR_EL1 (index 0) or CONTEXTIDR_EL2 (index 1), 4 bytes. */
    CONTEXT(0x64, 0xfc),
    /** D18.2.9: 8 bytes; closes a record. */
    TIMESTAMP(0x71, 0xff),
    /** D18.2.3: index in bits 2:0 and the extended header, 2 bytes. */
    COUNTER(0x98, 0xf8),
    /** D18.2.1: index in bits 2:0 and the extended header, 8 bytes. */
    ADDRESS(0xb0, 0xf8),
    /** An unallocated or reserved header, skipped by its size. */
    UNKNOWN(-1, 0xff);

    /** Bits 7:2 of the first byte of an extended header; bits 1:0 are INDEX[4:3]. */
    static final int EXTENDED_HEADER = 0x20;

    static final int EXTENDED_HEADER_MASK = 0xfc;
    /** The first header byte whose bits 5:4 give the size of a payload. */
    static final int FIRST_WITH_SIZE = 0x40;
    /** Header bytes from here up to {@link #FIRST_WITH_SIZE} are followed by a second header byte. */
    static final int FIRST_EXTENDED = 0x20;
    /** The longest packet: an extended header and eight bytes. */
    public static final int MAX_BYTES = 10;

    private static final PacketType[] BY_HEADER = new PacketType[256];

    static {
        for (int header = 0; header < 256; header++) {
            BY_HEADER[header] = UNKNOWN;
            for (PacketType type : values()) {
                if ((header & type.mask) == type.match) {
                    BY_HEADER[header] = type;
                }
            }
        }
    }

    private final int match;
    private final int mask;

    PacketType(int match, int mask) {
        this.match = match;
        this.mask = mask;
    }

    /** The packet that a short header selects. */
    static PacketType of(int header) {
        return BY_HEADER[header];
    }

    /** Payload bytes that follow a header byte. */
    static int payloadBytes(int header) {
        return header < FIRST_WITH_SIZE ? 0 : 1 << (header >>> 4 & 3);
    }

    /** Whether the packet has an index in the low bits of its header. */
    private boolean indexed() {
        return this == COUNTER || this == ADDRESS || this == CONTEXT || this == OPERATION_TYPE;
    }

    /** The index that a short header carries. */
    int index(int header) {
        return indexed() ? header & ~mask & 0xff : 0;
    }

    /** The first header byte of this packet. */
    public int header() {
        return match;
    }
}
