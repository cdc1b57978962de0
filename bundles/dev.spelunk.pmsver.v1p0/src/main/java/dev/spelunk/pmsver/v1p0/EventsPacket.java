// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.registers.fields.PMSEVFR_EL1;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PhysicalMemory;

/**
 * Events packet (DDI 0487, D18.2.6). The payload is of the smallest size that holds every event of the
 * composed rules, so that it is the same for each record of a machine.
 */
final class EventsPacket implements PacketEncoder {
    /** Of every version. */
    static final long BASE_EVENTS = PMSEVFR_EL1.GENERATED_EXCEPTION
            | PMSEVFR_EL1.RETIRED
            | PMSEVFR_EL1.L1D_ACCESS
            | PMSEVFR_EL1.L1D_REFILL
            | PMSEVFR_EL1.TLB_ACCESS
            | PMSEVFR_EL1.TLB_WALK
            | PMSEVFR_EL1.NOT_TAKEN
            | PMSEVFR_EL1.MISPREDICTED
            | PMSEVFR_EL1.LAST_LEVEL_CACHE_ACCESS
            | PMSEVFR_EL1.LAST_LEVEL_CACHE_MISS
            | PMSEVFR_EL1.REMOTE_ACCESS;

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
