// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.records;

import dev.spelunk.api.records.RecordSink;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.api.wiring.PeContext;
import java.util.Arrays;

/** Tells the timeline how full the profiling buffer of a PE's vCPU is, with each record that reaches it. */
public final class TracedRecords implements RecordSink {
    private static final int AFFINITY_0 = 0xFF;

    private final PeContext context;
    private final RecordSink records;
    private final TraceSink trace;
    /** For each vCPU that has been on the PE: where its records begin, and where they end. */
    private final long[] begins = new long[AFFINITY_0 + 1];

    private final long[] ends = new long[AFFINITY_0 + 1];

    public TracedRecords(PeContext context, RecordSink records, TraceSink trace) {
        this.context = context;
        this.records = records;
        this.trace = trace;
        Arrays.fill(ends, -1);
    }

    @Override
    public void record(int pe, long cycles, byte[] record, int offset, int size) {
        // Without EL2 it is the PE itself.
        int vcpu = context.registers.index(SystemRegister.VMPIDR_EL2) < 0
                ? pe
                : (int) context.register(SystemRegister.VMPIDR_EL2) & AFFINITY_0;
        long pointer = context.register(SystemRegister.PMBPTR_EL1);
        if (pointer - size != ends[vcpu]) {
            begins[vcpu] = pointer - size;
            trace.counter(vcpu, TraceSink.FILL, 0, cycles);
        }
        ends[vcpu] = pointer;
        trace.counter(vcpu, TraceSink.FILL, pointer - begins[vcpu], cycles);
        records.record(pe, cycles, record, offset, size);
    }
}
