// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.log;

import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.ends.Rewindable;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Logs changes of the PEs' interrupt inputs. */
final class InputLog {
    private static final String[] NAMES = {"IRQ", "FIQ", "SError", "VIRQ", "VFIQ", "VSError"};
    private static final int[] INPUTS = {
        PeState.IRQ, PeState.FIQ, PeState.SERROR, PeState.VIRQ, PeState.VFIQ, PeState.VSERROR
    };

    private final EventLog log;
    /** By PE: what was asserted. */
    private final int[] asserted;

    InputLog(EventLog log, PeContext[] pes) {
        this.log = log;
        asserted = new int[pes.length];
        begin(pes);
    }

    /** What is asserted now is no change. */
    void begin(PeContext[] pes) {
        for (PeContext context : pes) {
            asserted[context.pe.index] = context.pe.interrupts;
        }
    }

    /** What has been told of each PE, to go back with the machine. */
    Stream<Rewindable> ends() {
        return IntStream.range(0, asserted.length).mapToObj(pe -> new Rewindable() {
            @Override
            public long position() {
                return asserted[pe];
            }

            @Override
            public void rewind(long position) {
                asserted[pe] = (int) position;
            }
        });
    }

    void look(PeContext context) {
        int now = context.pe.interrupts;
        int changed = now ^ asserted[context.pe.index];
        asserted[context.pe.index] = now;
        for (int i = 0; changed != 0 && i < INPUTS.length; i++) {
            Line line = (changed & INPUTS[i]) == 0 ? null : log.begin(context);
            if (line != null) {
                line.add(NAMES[i]).add((now & INPUTS[i]) != 0 ? " asserted" : " deasserted");
                log.end();
            }
        }
    }
}
