// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PhysicalMemory;

/** Context packet (DDI 0487, D18.2.2): CONTEXTIDR_EL1 or CONTEXTIDR_EL2, 4 bytes. */
enum ContextPacket implements PacketEncoder {
    EL1(0x64, Operation.HAS_CONTEXT_EL1) {
        @Override
        int value(Operation operation) {
            return operation.contextEl1;
        }
    },
    EL2(0x65, Operation.HAS_CONTEXT_EL2) {
        @Override
        int value(Operation operation) {
            return operation.contextEl2;
        }
    };

    private final int header;
    private final int present;

    ContextPacket(int header, int present) {
        this.header = header;
        this.present = present;
    }

    abstract int value(Operation operation);

    @Override
    public int encode(Operation operation, ProfilingExtension extension, byte[] out, int at) {
        if (!operation.is(present)) {
            return at;
        }
        out[at] = (byte) header;
        PhysicalMemory.put32(out, at + 1, value(operation));
        return at + 5;
    }
}
