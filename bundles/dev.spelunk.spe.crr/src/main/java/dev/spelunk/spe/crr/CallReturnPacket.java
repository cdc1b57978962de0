// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.crr;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.state.Operation;

/** Operation Type packet of a branch, with the field CR (DDI 0487, D18.2.7); all others as before. */
final class CallReturnPacket implements PacketEncoder {
    private static final int CR_SHIFT = 3;
    private static final int BRANCH_WITH_LINK = 1;
    private static final int PROCEDURE_RETURN = 2;
    private static final int NEITHER = 3;

    private final PacketEncoder others;

    CallReturnPacket(PacketEncoder others) {
        this.others = others;
    }

    @Override
    public int encode(Operation operation, ProfilingExtension extension, byte[] out, int at) {
        int end = others.encode(operation, extension, out, at);
        if (operation.operationClass == Operation.BRANCH) {
            out[at + 1] |= kind(operation) << CR_SHIFT;
        }
        return end;
    }

    private static int kind(Operation operation) {
        if (operation.is(Operation.BRANCH_WITH_LINK)) {
            return BRANCH_WITH_LINK;
        }
        return operation.is(Operation.PROCEDURE_RETURN) ? PROCEDURE_RETURN : NEITHER;
    }
}
