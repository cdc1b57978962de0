// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.ends;

import dev.spelunk.api.trace.TraceSink;

/** A timeline that is told everything once, though the machine may go back and through it again. */
public final class OnceTrace implements TraceSink, Rewindable {
    private final TraceSink sink;
    private long count;
    private long told;

    public OnceTrace(TraceSink sink) {
        this.sink = sink;
    }

    private boolean fresh() {
        if (count++ < told) {
            return false;
        }
        told = count;
        return true;
    }

    @Override
    public void state(int vcpu, String track, String text, long cycles) {
        if (fresh()) {
            sink.state(vcpu, track, text, cycles);
        }
    }

    @Override
    public void instant(int vcpu, String track, String name, String detail, long cycles) {
        if (fresh()) {
            sink.instant(vcpu, track, name, detail, cycles);
        }
    }

    @Override
    public void counter(int vcpu, String track, long value, long cycles) {
        if (fresh()) {
            sink.counter(vcpu, track, value, cycles);
        }
    }

    @Override
    public void close() {
        sink.close();
    }

    @Override
    public long position() {
        return count;
    }

    @Override
    public void rewind(long position) {
        count = position;
    }
}
