// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.profiling;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.state.PhysicalMemory;

/**
 * Writes counter and address packets with any index, with the extended header where the index needs it
 * (DDI 0487, D18.2.1 and D18.2.3). Indexes 6, 7 and 16 to 31 are IMPLEMENTATION DEFINED.
 */
public final class Packets {
    private static final int ADDRESS = 0xB0;
    private static final int COUNTER = 0x98;
    private static final int EXTENDED = 0x20;
    private static final long ADDRESS_BITS = (1L << 56) - 1;

    private Packets() {}

    /**
     * Writes a counter packet.
     *
     * @param index 0..31
     * @param value not negative; saturates at the maximum
     * @param maximum {@link ProfilingExtension#counterMaximum}
     * @return index after the packet
     */
    public static int counter(byte[] out, int at, int index, int value, int maximum) {
        int p = header(out, at, COUNTER, index);
        PhysicalMemory.put16(out, p, Math.min(value, maximum));
        return p + 2;
    }

    /**
     * Writes an address packet.
     *
     * @param index 0..31
     * @param payload all eight bytes
     * @return index after the packet
     */
    public static int address(byte[] out, int at, int index, long payload) {
        int p = header(out, at, ADDRESS, index);
        PhysicalMemory.put64(out, p, payload);
        return p + 8;
    }

    /** Payload of an instruction address: byte 7 says in which Security state and at which Exception level it is valid. */
    public static long instruction(long address, int el, boolean ns) {
        return address & ADDRESS_BITS | (long) el << 61 | (ns ? 1L << 63 : 0);
    }

    private static int header(byte[] out, int at, int kind, int index) {
        int p = at;
        if (index >= 8) {
            out[p++] = (byte) (EXTENDED | index >>> 3);
        }
        out[p++] = (byte) (kind | index & 7);
        return p;
    }
}
