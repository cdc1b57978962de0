// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.records;

import dev.spelunk.api.pe.SystemListener;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.api.wiring.PeContext;

/** Tells the timeline which task of the guest a PE executes: what its kernel writes to CONTEXTIDR_EL1. */
public final class TaskTrack implements SystemListener {
    private final PeContext context;
    private final SystemListener next;
    private long shown = -1;

    private TaskTrack(PeContext context) {
        this.context = context;
        next = context.listener;
    }

    /** Follows a PE from now on, beside whoever does already. */
    public static void follow(PeContext context) {
        context.listener = new TaskTrack(context);
    }

    @Override
    public void read(int encoding, long value) {
        if (next != null) {
            next.read(encoding, value);
        }
    }

    @Override
    public void written(int encoding, long value) {
        if (next != null) {
            next.written(encoding, value);
        }
        // Of a host at EL2 it is another register that has the name; that one says nothing of its guests.
        long task = context.register(SystemRegister.CONTEXTIDR_EL1);
        if (task != shown && context.pe.vcpu != PeState.NO_VCPU) {
            shown = task;
            context.trace.state(context.pe.vcpu, TraceSink.TASK, "CONTEXTIDR_EL1 " + task, context.pe.cycles());
        }
    }

    @Override
    public void barrier(int kind) {
        if (next != null) {
            next.barrier(kind);
        }
    }

    @Override
    public void taken(int to, int kind, long syndrome, long address) {
        if (next != null) {
            next.taken(to, kind, syndrome, address);
        }
    }

    @Override
    public void returned(int from) {
        if (next != null) {
            next.returned(from);
        }
    }
}
