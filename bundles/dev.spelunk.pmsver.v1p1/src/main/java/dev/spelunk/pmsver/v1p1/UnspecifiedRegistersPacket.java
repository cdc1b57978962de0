// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p1;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.state.Operation;

/** Operation Type packet of a load or store of unspecified registers (DDI 0487, D18.2.7); all others as before. */
final class UnspecifiedRegistersPacket implements PacketEncoder {
    private static final int LOAD_STORE_HEADER = 0x49;
    private static final int UNSPECIFIED = 0b0001_0000;
    private static final int STORE = 1;

    private final PacketEncoder others;

    UnspecifiedRegistersPacket(PacketEncoder others) {
        this.others = others;
    }

    @Override
    public int encode(Operation operation, ProfilingExtension extension, byte[] out, int at) {
        if (operation.operationClass != Operation.LOAD_STORE || !operation.is(Operation.UNSPECIFIED_REGISTERS)) {
            return others.encode(operation, extension, out, at);
        }
        out[at] = LOAD_STORE_HEADER;
        out[at + 1] = (byte) (UNSPECIFIED | (operation.is(Operation.LOAD) ? 0 : STORE));
        return at + 2;
    }
}
