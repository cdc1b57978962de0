// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.sme;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.state.Operation;

/** Operation Type packet of data processing on the ZA array (DDI 0487, D18.2.7 and SPEEncodeETS); all others as before. */
final class ArrayPacket implements PacketEncoder {
    private static final int OTHER_HEADER = 0x48;
    private static final int SUBCLASS = 0b1000_1000;
    private static final int FLOATING_POINT = 1 << 1;
    private static final int WHOLE_ZA = 0b1111;
    private static final int SMALLEST = 128;
    private static final int LARGEST = 0b1011;

    private final PacketEncoder others;

    ArrayPacket(PacketEncoder others) {
        this.others = others;
    }

    @Override
    public int encode(Operation operation, ProfilingExtension extension, byte[] out, int at) {
        if (operation.operationClass != Operation.OTHER || operation.form != Operation.SME_ARRAY) {
            return others.encode(operation, extension, out, at);
        }
        int ets = tileSize(operation.vectorBits);
        out[at] = OTHER_HEADER;
        out[at + 1] = (byte) (SUBCLASS
                | ets >>> 1 << 4
                | (ets & 1) << 2
                | (operation.is(Operation.FLOATING_POINT) ? FLOATING_POINT : 0));
        return at + 2;
    }

    /** ETS: log2 of the size in bits over 128, rounded up. */
    static int tileSize(int bits) {
        if (bits == Operation.WHOLE_ZA) {
            return WHOLE_ZA;
        }
        int ets = 0;
        while (ets < LARGEST && SMALLEST << ets < bits) {
            ets++;
        }
        return ets;
    }
}
