// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.lds;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PhysicalMemory;

/** Data Source packet (DDI 0487, D18.2.4): of loads and value-returning atomics; one byte, two for larger codes. */
final class DataSourcePacket implements PacketEncoder {
    private static final int BYTE = 0x43;
    private static final int HALFWORD = 0x53;

    @Override
    public int encode(Operation operation, ProfilingExtension extension, byte[] out, int at) {
        if (!operation.is(Operation.HAS_DATA_SOURCE) || !operation.is(Operation.LOAD)) {
            return at;
        }
        if (operation.dataSource >>> 8 == 0) {
            out[at] = BYTE;
            out[at + 1] = (byte) operation.dataSource;
            return at + 2;
        }
        out[at] = HALFWORD;
        PhysicalMemory.put16(out, at + 1, operation.dataSource);
        return at + 3;
    }
}
