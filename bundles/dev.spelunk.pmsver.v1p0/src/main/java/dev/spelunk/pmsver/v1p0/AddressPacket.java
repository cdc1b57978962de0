// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.profiling.Packets;
import dev.spelunk.api.state.Operation;

/** Address packet (DDI 0487, D18.2.1): 8 bytes; byte 7 says where the address is valid. */
enum AddressPacket implements PacketEncoder {
    PC(0) {
        @Override
        boolean present(Operation operation) {
            return true;
        }

        @Override
        long value(Operation operation) {
            return Packets.instruction(operation.pc, operation.el, operation.ns);
        }
    },
    /** With the Exception level after the branch; only of a branch that was taken. */
    BRANCH_TARGET(1) {
        @Override
        boolean present(Operation operation) {
            return operation.is(Operation.TAKEN);
        }

        @Override
        long value(Operation operation) {
            return Packets.instruction(operation.target, operation.targetEl, operation.ns);
        }
    },
    /** All 64 bits as the program computed them: the tag is VA[63:56] whether TBI applies or not. */
    DATA_VIRTUAL(2) {
        @Override
        boolean present(Operation operation) {
            return operation.is(Operation.HAS_VA);
        }

        @Override
        long value(Operation operation) {
            return operation.va;
        }
    },
    DATA_PHYSICAL(3) {
        @Override
        boolean present(Operation operation) {
            return (operation.flags & (Operation.HAS_VA | Operation.HAS_PA)) == (Operation.HAS_VA | Operation.HAS_PA);
        }

        @Override
        long value(Operation operation) {
            return operation.pa & ADDRESS | (operation.ns ? NS : 0);
        }
    };

    private static final long ADDRESS = (1L << 56) - 1;
    private static final long NS = 1L << 63;

    private final int index;

    AddressPacket(int index) {
        this.index = index;
    }

    abstract boolean present(Operation operation);

    abstract long value(Operation operation);

    @Override
    public int encode(Operation operation, ProfilingExtension extension, byte[] out, int at) {
        return present(operation) ? Packets.address(out, at, index, value(operation)) : at;
    }
}
