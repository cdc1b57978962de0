// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.records;

import dev.spelunk.api.records.RecordSink;
import dev.spelunk.api.wiring.PeContext;

/** Keeps the records of a host task apart from the guest's: its buffer was EL2's when the sample was taken. */
public final class HostRecords implements RecordSink {
    private final PeContext context;
    private final RecordSink guest;
    private final RecordSink host;

    public HostRecords(PeContext context, RecordSink guest, RecordSink host) {
        this.context = context;
        this.guest = guest;
        this.host = host;
    }

    @Override
    public void record(int pe, long cycles, byte[] record, int offset, int size) {
        (context.pe.spu.sampleOwner == 2 ? host : guest).record(pe, cycles, record, offset, size);
    }
}
