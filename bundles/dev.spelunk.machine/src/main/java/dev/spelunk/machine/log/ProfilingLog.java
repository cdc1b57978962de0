// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.log;

import dev.spelunk.api.records.RecordOrigin;
import dev.spelunk.api.records.RecordSink;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.api.wiring.PeContext;

/** Logs sample records, and the buffer management events of the hardware. */
final class ProfilingLog implements RecordSink {
    private final EventLog records;
    private final EventLog events;
    private final PeContext[] pes;
    /** By PE: the counters of events. */
    private final long[][] counted;

    /**
     * @param records the log of records, which come once though the machine goes back
     * @param events that of what comes again
     */
    ProfilingLog(EventLog records, EventLog events, PeContext[] pes) {
        this.records = records;
        this.events = events;
        this.pes = pes;
        counted = new long[pes.length][SpuState.COUNTERS.length];
        begin();
    }

    /** What has been counted until now is no event. */
    void begin() {
        for (int i = 0; i < pes.length; i++) {
            counted[i] = pes[i].pe.spu.counters.clone();
        }
    }

    @Override
    public void record(RecordOrigin origin, byte[] data, int offset, int length) {
        Line line = records.begin(pes[origin.pe]);
        if (line == null) {
            return;
        }
        line.add("record of ").add(length).add(" bytes, ");
        if (origin.vcpu == RecordOrigin.HOST) {
            line.add("the host's, ");
        }
        line.add("owning EL").add(origin.owningEl).add(", at VA 0x").hex(origin.address, 16);
        if (origin.physicalAddress != RecordOrigin.UNKNOWN_ADDRESS) {
            line.add(" PA 0x").hex(origin.physicalAddress, 12);
        }
        line.add(origin.collided ? ", after a collision" : "")
                .add(origin.torn ? ", after a record that was lost in part" : origin.lost ? ", after a lost one" : "");
        records.end();
    }

    void look(PeContext context) {
        long[] now = context.pe.spu.counters;
        long[] was = counted[context.pe.index];
        for (int i = SpuState.BUFFER_FULL; i <= SpuState.ACCESS_NOT_ALLOWED; i++) {
            if (now[i] != was[i]) {
                was[i] = now[i];
                Line line = events.begin(context);
                if (line != null) {
                    line.add("buffer management event ").add(SpuState.COUNTERS[i]);
                    value(line, context, "PMBSR_EL1", SystemRegister.PMBSR_EL1);
                    value(line, context, "PMBPTR_EL1", SystemRegister.PMBPTR_EL1);
                    events.end();
                }
            }
        }
    }

    private static void value(Line line, PeContext context, String name, int encoding) {
        line.add(' ').add(name).add(" 0x").hex(context.register(encoding), 16);
    }
}
