// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.records;

import dev.spelunk.api.records.BufferHistory;
import dev.spelunk.api.records.RecordOrigin;
import dev.spelunk.api.records.RecordSink;
import dev.spelunk.api.trace.TraceSink;
import java.util.Arrays;

/**
 * Follows how full the profiling buffer of each vCPU is: tells the timeline, with each record that reaches it, and remembers
 * the most in each of some stretches of virtual time, which become longer with the run.
 */
public final class BufferFill implements RecordSink {
    private static final int STRETCHES = 256;
    /** Binary logarithm of the cycles of the first stretches. */
    private static final int FIRST_SHIFT = 12;

    /** Null when nobody asked for one. */
    private final TraceSink trace;
    /** For each vCPU: where its records begin, and where they end. */
    private final long[] begins;

    private final long[] ends;
    private final long[] counts;
    /** For each vCPU, the most bytes in each stretch. */
    private final long[][] most;

    private int shift = FIRST_SHIFT;

    public BufferFill(int vcpus, TraceSink trace) {
        this.trace = trace;
        begins = new long[vcpus];
        ends = new long[vcpus];
        counts = new long[vcpus];
        most = new long[vcpus][STRETCHES];
        Arrays.fill(ends, -1);
    }

    @Override
    public void record(RecordOrigin origin, byte[] data, int offset, int length) {
        int vcpu = origin.vcpu;
        if (vcpu == RecordOrigin.HOST) {
            return;
        }
        boolean anew = origin.address != ends[vcpu];
        if (anew) {
            begins[vcpu] = origin.address;
        }
        ends[vcpu] = origin.address + length;
        counts[vcpu]++;
        remember(vcpu, origin.cycles);
        if (trace != null) {
            if (anew) {
                trace.counter(vcpu, TraceSink.FILL, 0, origin.cycles);
            }
            trace.counter(vcpu, TraceSink.FILL, ends[vcpu] - begins[vcpu], origin.cycles);
            trace.counter(vcpu, TraceSink.RECORDS, counts[vcpu], origin.cycles);
        }
    }

    private void remember(int vcpu, long cycles) {
        while (cycles >>> shift >= STRETCHES) {
            for (long[] of : most) {
                for (int i = 0; i < STRETCHES; i++) {
                    of[i] = 2 * i < STRETCHES ? Math.max(of[2 * i], of[2 * i + 1]) : 0;
                }
            }
            shift++;
        }
        int stretch = (int) (cycles >>> shift);
        most[vcpu][stretch] = Math.max(most[vcpu][stretch], ends[vcpu] - begins[vcpu]);
    }

    /** What is remembered, up to the last stretch in which there was a record. */
    public BufferHistory history() {
        int used = 0;
        for (long[] of : most) {
            for (int i = used; i < STRETCHES; i++) {
                used = of[i] != 0 ? i + 1 : used;
            }
        }
        int length = used;
        return new BufferHistory(
                1L << shift,
                Arrays.stream(most).map(of -> Arrays.copyOf(of, length)).toList());
    }
}
