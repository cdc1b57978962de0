// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine;

import dev.spelunk.api.machine.PeContext;
import dev.spelunk.api.records.RecordSink;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.trace.TraceSink;

/** Tells the timeline how full the profiling buffer of one PE is, with each record that reaches it. */
final class TracedRecords implements RecordSink {
    private final PeContext context;
    private final RecordSink records;
    private final TraceSink trace;
    private long begin;
    private long end = -1;

    TracedRecords(PeContext context, RecordSink records, TraceSink trace) {
        this.context = context;
        this.records = records;
        this.trace = trace;
    }

    @Override
    public void record(int pe, long cycles, byte[] record, int offset, int size) {
        long pointer = context.register(SystemRegister.PMBPTR_EL1);
        if (pointer - size != end) {
            begin = pointer - size;
            trace.counter(pe, TraceSink.FILL, 0, cycles);
        }
        end = pointer;
        trace.counter(pe, TraceSink.FILL, end - begin, cycles);
        records.record(pe, cycles, record, offset, size);
    }
}
