// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.fpf;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.state.Operation;

/** Operation Type packet of class Other, with the bits FP and ASE (DDI 0487, D18.2.7); all others as before. */
final class FloatingPointPacket implements PacketEncoder {
    private static final int FLOATING_POINT = 1 << 1;
    private static final int ADVANCED_SIMD = 1 << 2;

    private final PacketEncoder others;

    FloatingPointPacket(PacketEncoder others) {
        this.others = others;
    }

    @Override
    public int encode(Operation operation, ProfilingExtension extension, byte[] out, int at) {
        int end = others.encode(operation, extension, out, at);
        if (operation.operationClass == Operation.OTHER && operation.form == Operation.PLAIN) {
            out[at + 1] |= (operation.is(Operation.FLOATING_POINT) ? FLOATING_POINT : 0)
                    | (operation.is(Operation.ADVANCED_SIMD) ? ADVANCED_SIMD : 0);
        }
        return end;
    }
}
