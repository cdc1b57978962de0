// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p1;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import dev.spelunk.api.state.Operation;

/** Operation Type packet of an SVE operation, data processing, load or store (DDI 0487, D18.2.7); all others as before. */
final class VectorPacket implements PacketEncoder {
    private static final int OTHER_HEADER = 0x48;
    private static final int LOAD_STORE_HEADER = 0x49;
    /** Bit 3 of the payload, clear in the other subclasses of either class. */
    private static final int SUBCLASS = 1 << 3;

    private static final int STORE = 1;
    private static final int FLOATING_POINT = 1 << 1;
    private static final int PREDICATED = 1 << 2;
    private static final int GATHER_SCATTER = 1 << 7;
    private static final int EVL_SHIFT = 4;
    private static final int SMALLEST = 32;
    /** EVL of 2048 bits; only with FEAT_SPE_SME there is one more, for longer ones. */
    private static final int LARGEST = 6;

    private final PacketEncoder others;

    VectorPacket(PacketEncoder others) {
        this.others = others;
    }

    @Override
    public int encode(Operation operation, ProfilingExtension extension, byte[] out, int at) {
        if (operation.form != Operation.SVE || operation.operationClass == Operation.BRANCH) {
            return others.encode(operation, extension, out, at);
        }
        int largest = LARGEST + (int) (extension.pmsidr() >>> PMSIDR_EL1.SME_SHIFT & 1);
        int payload = SUBCLASS
                | vectorLength(operation.vectorBits, largest) << EVL_SHIFT
                | (operation.is(Operation.PREDICATED) ? PREDICATED : 0);
        if (operation.operationClass == Operation.LOAD_STORE) {
            out[at] = LOAD_STORE_HEADER;
            payload |= (operation.is(Operation.LOAD) ? 0 : STORE)
                    | (operation.is(Operation.GATHER_SCATTER) ? GATHER_SCATTER : 0);
        } else {
            out[at] = OTHER_HEADER;
            payload |= operation.is(Operation.FLOATING_POINT) ? FLOATING_POINT : 0;
        }
        out[at + 1] = (byte) payload;
        return at + 2;
    }

    /** EVL: log2 of the length in bits over 32, rounded up. */
    static int vectorLength(int bits, int largest) {
        int evl = 0;
        while (evl < largest && SMALLEST << evl < bits) {
            evl++;
        }
        return evl;
    }
}
