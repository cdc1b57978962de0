// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.records;

import dev.spelunk.api.records.RecordOrigin;
import dev.spelunk.api.records.RecordSink;
import dev.spelunk.api.trace.TraceSink;
import java.util.Arrays;

/** Tells the timeline how full the profiling buffer of a vCPU is and how many records there were, with each record that reaches it. */
public final class BufferFill implements RecordSink {
    private final TraceSink trace;
    /** For each vCPU: where its records begin, and where they end. */
    private final long[] begins;

    private final long[] ends;
    private final long[] counts;

    public BufferFill(int vcpus, TraceSink trace) {
        this.trace = trace;
        begins = new long[vcpus];
        ends = new long[vcpus];
        counts = new long[vcpus];
        Arrays.fill(ends, -1);
    }

    @Override
    public void record(RecordOrigin origin, byte[] data, int offset, int length) {
        int vcpu = origin.vcpu;
        if (vcpu == RecordOrigin.HOST) {
            return;
        }
        if (origin.address != ends[vcpu]) {
            begins[vcpu] = origin.address;
            trace.counter(vcpu, TraceSink.FILL, 0, origin.cycles);
        }
        ends[vcpu] = origin.address + length;
        trace.counter(vcpu, TraceSink.FILL, ends[vcpu] - begins[vcpu], origin.cycles);
        trace.counter(vcpu, TraceSink.RECORDS, ++counts[vcpu], origin.cycles);
    }
}
