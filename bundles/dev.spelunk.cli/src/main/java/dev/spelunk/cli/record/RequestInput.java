// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;

/**
 * What the host asks of perf in the guest: to end the recording and to write its profile. It asks once, when the user
 * interrupts the program, or when the guest has executed so many instructions; the guest looks at the same points of
 * every run, so a limit gives the same profile each time.
 */
final class RequestInput extends InputStream {
    private static final byte[] REQUEST = "INT\n".getBytes(StandardCharsets.US_ASCII);

    private final long limit;
    private LongSupplier executed = () -> 0;
    private boolean asked;
    private boolean limited;
    private int at;

    RequestInput(long limit) {
        this.limit = limit;
    }

    /** Says how many instructions the guest has executed. */
    synchronized void executed(LongSupplier instructions) {
        executed = instructions;
    }

    /** Asks now. */
    synchronized void ask() {
        asked = true;
    }

    /** Whether the limit was reached while the guest looked. */
    synchronized boolean limited() {
        return limited;
    }

    @Override
    public synchronized int available() {
        if (!asked && executed.getAsLong() >= limit) {
            asked = true;
            limited = true;
        }
        return asked ? REQUEST.length - at : 0;
    }

    @Override
    public synchronized int read() {
        return available() > 0 ? REQUEST[at++] : -1;
    }
}
