// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p3;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.state.Operation;

/** Operation Type packet of Memory Copy, Memory Set and Allocation Tag operations (DDI 0487, D18.2.7); others as before. */
final class MemoryOperationPacket implements PacketEncoder {
    private static final int LOAD_STORE_HEADER = 0x49;
    private static final int ALLOCATION_TAGS = 0b0001_0100;
    private static final int MEMORY_COPY = 0b0010_0000;
    /** The whole payload: a Memory Set is always a store. */
    private static final int MEMORY_SET = 0b0010_0101;

    private static final int STORE = 1;

    private final PacketEncoder others;

    MemoryOperationPacket(PacketEncoder others) {
        this.others = others;
    }

    @Override
    public int encode(Operation operation, ProfilingExtension extension, byte[] out, int at) {
        int direction = operation.is(Operation.LOAD) ? 0 : STORE;
        switch (operation.operationClass == Operation.LOAD_STORE ? operation.form : Operation.PLAIN) {
            case Operation.ALLOCATION_TAGS:
                return write(out, at, ALLOCATION_TAGS | direction);
            case Operation.MEMORY_COPY:
                return write(out, at, MEMORY_COPY | direction);
            case Operation.MEMORY_SET:
                return write(out, at, MEMORY_SET);
            default:
                return others.encode(operation, extension, out, at);
        }
    }

    private static int write(byte[] out, int at, int subclass) {
        out[at] = LOAD_STORE_HEADER;
        out[at + 1] = (byte) subclass;
        return at + 2;
    }
}
