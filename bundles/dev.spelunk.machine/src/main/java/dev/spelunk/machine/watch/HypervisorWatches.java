// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.watch;

import dev.spelunk.api.records.RecordOrigin;
import dev.spelunk.api.records.RecordSink;
import dev.spelunk.api.wiring.PeContext;

/** The watches of all PEs of a machine whose guest is entered at EL2. It is to be told of each sample record. */
public final class HypervisorWatches implements RecordSink {
    private final PeContext[] pes;
    private final Findings findings;
    private final HypervisorWatch[] watches;

    /**
     * Begins to watch.
     *
     * @param pes the PEs
     * @param findings gets what is found
     */
    public HypervisorWatches(PeContext[] pes, Findings findings) {
        this.pes = pes;
        this.findings = findings;
        watches = new HypervisorWatch[pes.length];
        begin();
    }

    /** Watches anew from the state that the PEs are in. */
    public void begin() {
        for (int i = 0; i < pes.length; i++) {
            watches[i] = new HypervisorWatch(pes[i], findings);
            pes[i].listener = watches[i];
        }
    }

    @Override
    public void record(RecordOrigin origin, byte[] data, int offset, int length) {
        watches[origin.pe].record(origin);
    }
}
