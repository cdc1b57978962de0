// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.profiling.Packets;
import dev.spelunk.api.state.Operation;

/** Counter packet (DDI 0487, D18.2.3): saturates at the largest value that PMSIDR_EL1.CountSize allows. */
enum CounterPacket implements PacketEncoder {
    TOTAL_LATENCY(0) {
        @Override
        int value(Operation operation) {
            return operation.totalLatency;
        }
    },
    ISSUE_LATENCY(1) {
        @Override
        int value(Operation operation) {
            return operation.issueLatency;
        }
    },
    TRANSLATION_LATENCY(2) {
        @Override
        int value(Operation operation) {
            return operation.translationLatency;
        }

        @Override
        boolean present(Operation operation) {
            return operation.is(Operation.HAS_TRANSLATION_LATENCY);
        }
    };

    private final int index;

    CounterPacket(int index) {
        this.index = index;
    }

    abstract int value(Operation operation);

    boolean present(Operation operation) {
        return true;
    }

    @Override
    public int encode(Operation operation, ProfilingExtension extension, byte[] out, int at) {
        return present(operation) ? Packets.counter(out, at, index, value(operation), extension.counterMaximum()) : at;
    }
}
