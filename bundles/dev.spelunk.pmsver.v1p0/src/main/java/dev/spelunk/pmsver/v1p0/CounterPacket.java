// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.spu.PacketEncoder;
import dev.spelunk.api.spu.ProfilingRules;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PhysicalMemory;

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
    public int encode(Operation operation, ProfilingRules rules, byte[] out, int at) {
        return present(operation) ? write(out, at, index, value(operation), rules.counterMaximum()) : at;
    }

    /**
     * Writes a counter packet with any index: the extended header from index 8 on.
     *
     * @param index 0..31
     * @param value in cycles, not negative
     * @return index after the packet
     */
    static int write(byte[] out, int at, int index, int value, int maximum) {
        int p = at;
        if (index >= 8) {
            out[p++] = (byte) (0x20 | index >>> 3);
        }
        out[p] = (byte) (0x98 | index & 7);
        PhysicalMemory.put16(out, p + 1, Math.min(value, maximum));
        return p + 3;
    }
}
