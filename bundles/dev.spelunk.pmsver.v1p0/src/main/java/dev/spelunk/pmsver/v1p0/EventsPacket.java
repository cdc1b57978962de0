// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PhysicalMemory;

/**
 * Events packet (DDI 0487, D18.2.6). The payload is of the smallest size that holds every event of the
 * composed rules, so that it is the same for each record of a machine.
 */
final class EventsPacket implements PacketEncoder {
    /** Bits 10:0: exception, retired, L1D access and refill, TLB access and walk, not taken, mispredicted, LLC, remote. */
    static final long BASE_EVENTS = 0x7FF;

    @Override
    public int encode(Operation operation, ProfilingExtension extension, byte[] out, int at) {
        int size = payloadSize(extension.events());
        long events = operation.events & extension.events();
        out[at] = (byte) (0x42 | size << 4);
        switch (size) {
            case 0:
                PhysicalMemory.put8(out, at + 1, (int) events);
                break;
            case 1:
                PhysicalMemory.put16(out, at + 1, (int) events);
                break;
            case 2:
                PhysicalMemory.put32(out, at + 1, (int) events);
                break;
            default:
                PhysicalMemory.put64(out, at + 1, events);
                break;
        }
        return at + 1 + (1 << size);
    }

    /** log2 of the payload's bytes. */
    private static int payloadSize(long events) {
        int bits = 64 - Long.numberOfLeadingZeros(events);
        return bits <= 8 ? 0 : bits <= 16 ? 1 : bits <= 32 ? 2 : 3;
    }
}
