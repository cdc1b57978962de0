// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PhysicalMemory;

/** What ends a record: the Timestamp packet, or the End packet where there is none (DDI 0487, D18.1.2). */
final class TimestampOrEndPacket implements PacketEncoder {
    private static final int END = 0x01;
    private static final int TIMESTAMP = 0x71;

    @Override
    public int encode(Operation operation, ProfilingExtension extension, byte[] out, int at) {
        if (!operation.is(Operation.HAS_TIMESTAMP)) {
            out[at] = END;
            return at + 1;
        }
        out[at] = TIMESTAMP;
        PhysicalMemory.put64(out, at + 1, operation.timestamp);
        return at + 9;
    }
}
