// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.log;

import dev.spelunk.api.state.PeState;
import java.util.function.Consumer;

/**
 * Makes the lines of a log, one after the other, in one buffer. Each begins as a line of a Tarmac trace: instructions executed
 * over all PEs before it, as the time, and the PE.
 */
final class Line {
    private final StringBuilder text = new StringBuilder();
    private final Consumer<CharSequence> sink;

    Line(Consumer<CharSequence> sink) {
        this.sink = sink;
    }

    Line begin(long count, PeState pe, String kind) {
        text.setLength(0);
        text.append(count).append(" clk cpu").append(pe.index).append(' ').append(kind);
        return this;
    }

    Line add(String part) {
        text.append(part);
        return this;
    }

    Line add(char part) {
        text.append(part);
        return this;
    }

    Line add(long number) {
        text.append(number);
        return this;
    }

    /** A number in so many hexadecimal digits. */
    Line hex(long value, int digits) {
        for (int shift = 4 * digits - 4; shift >= 0; shift -= 4) {
            text.append(Character.forDigit((int) (value >>> shift) & 15, 16));
        }
        return this;
    }

    void end() {
        sink.accept(text);
    }
}
