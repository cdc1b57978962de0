// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p4;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.state.Operation;

/**
 * Operation Type packet of what accesses a Guarded Control Stack: a branch that does has the bit G, anything
 * else is a load or store with a subclass of its own (DDI 0487, D18.2.7); all others as before.
 */
final class GuardedControlStackPacket implements PacketEncoder {
    private static final int LOAD_STORE_HEADER = 0x49;
    private static final int SUBCLASS = 0b0100_0000;
    /** Neither a branch with link nor a procedure return. */
    private static final int COMMON = 1 << 2;

    private static final int STORE = 1;
    /** G of a Branch packet. */
    private static final int BRANCH_G = 1 << 2;

    private final PacketEncoder others;

    GuardedControlStackPacket(PacketEncoder others) {
        this.others = others;
    }

    @Override
    public int encode(Operation operation, ProfilingExtension extension, byte[] out, int at) {
        if (operation.form != Operation.GUARDED_CONTROL_STACK) {
            return others.encode(operation, extension, out, at);
        }
        if (operation.operationClass == Operation.BRANCH) {
            int end = others.encode(operation, extension, out, at);
            out[at + 1] |= BRANCH_G;
            return end;
        }
        boolean callOrReturn = operation.is(Operation.BRANCH_WITH_LINK | Operation.PROCEDURE_RETURN);
        out[at] = LOAD_STORE_HEADER;
        out[at + 1] = (byte) (SUBCLASS | (callOrReturn ? 0 : COMMON) | (operation.is(Operation.LOAD) ? 0 : STORE));
        return at + 2;
    }
}
