// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.ends;

import dev.spelunk.api.trace.TraceSink;
import java.util.function.LongFunction;

/** A timeline that is told everything once, though the machine may go back and through it again. */
public final class OnceTrace extends Once implements TraceSink {
    private final TraceSink sink;
    private LongFunction<String> functions = address -> "";

    public OnceTrace(TraceSink sink) {
        this.sink = sink;
    }

    /** Sets who knows the guest's function at an address, and the offset in it. */
    public void functions(LongFunction<String> symbols) {
        functions = symbols;
    }

    @Override
    public void state(int vcpu, String track, String text, long cycles) {
        if (fresh()) {
            sink.state(vcpu, track, text, cycles);
        }
    }

    @Override
    public void exit(int vcpu, Exit exit, long cycles) {
        if (fresh()) {
            String function = exit.function().isEmpty() ? functions.apply(exit.pc()) : exit.function();
            sink.exit(vcpu, new Exit(exit.reason(), exit.access(), exit.pc(), function), cycles);
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
}
