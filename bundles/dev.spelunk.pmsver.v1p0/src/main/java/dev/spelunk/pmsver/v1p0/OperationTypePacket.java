// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.state.Operation;

/** Operation Type packet (DDI 0487, D18.2.7): the class in the header, the subclass in one byte. */
final class OperationTypePacket implements PacketEncoder {
    private static final int HEADER = 0x48;

    private static final int CONDITIONAL = 1;
    private static final int INDIRECT = 1 << 1;

    private static final int STORE = 1;
    private static final int EXTENDED = 1 << 1;
    private static final int SIMD_FP_REGISTERS = 1 << 2;
    private static final int ATOMIC = 1 << 2;
    private static final int EXCLUSIVE = 1 << 3;
    private static final int ACQUIRE_RELEASE = 1 << 4;
    /** MRS or MSR that FEAT_NV2 made a load or store. */
    private static final int TRANSFORMED_SYSTEM_REGISTER = 0b0011_0000;

    @Override
    public int encode(Operation operation, ProfilingExtension extension, byte[] out, int at) {
        out[at] = (byte) (HEADER | operation.operationClass);
        out[at + 1] = (byte) subclass(operation);
        return at + 2;
    }

    private static int subclass(Operation o) {
        switch (o.operationClass) {
            case Operation.LOAD_STORE:
                return loadStore(o);
            case Operation.BRANCH:
                return (o.is(Operation.CONDITIONAL) ? CONDITIONAL : 0)
                        | (o.is(Operation.INDIRECT | Operation.PROCEDURE_RETURN | Operation.EXCEPTION_RETURN)
                                ? INDIRECT
                                : 0);
            default:
                return o.is(Operation.CONDITIONAL) ? CONDITIONAL : 0;
        }
    }

    private static int loadStore(Operation o) {
        int direction = o.is(Operation.LOAD) ? 0 : STORE;
        if (o.form == Operation.SYSTEM_REGISTER) {
            return TRANSFORMED_SYSTEM_REGISTER | direction;
        }
        if (o.is(Operation.ATOMIC | Operation.EXCLUSIVE | Operation.ACQUIRE_RELEASE)) {
            return EXTENDED
                    | direction
                    | (o.is(Operation.ATOMIC) ? ATOMIC : 0)
                    | (o.is(Operation.EXCLUSIVE) ? EXCLUSIVE : 0)
                    | (o.is(Operation.ACQUIRE_RELEASE) ? ACQUIRE_RELEASE : 0);
        }
        return direction | (o.is(Operation.SIMD_FP_REGISTERS) ? SIMD_FP_REGISTERS : 0);
    }
}
