// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongSupplier;

/** An input that may be long, or without an end: what has been read of it is said every ten seconds. */
final class ProgressInput extends FilterInputStream {
    private static final long PERIOD = 10_000_000_000L;
    private static final int LOOK = 1 << 16;

    private final Path name;
    private final LongSupplier nanoseconds;
    private long count;
    private long looked;
    private long said;

    ProgressInput(InputStream in, Path name) {
        this(in, name, System::nanoTime);
    }

    /** @param nanoseconds tells the host's time */
    ProgressInput(InputStream in, Path name, LongSupplier nanoseconds) {
        super(in);
        this.name = name;
        this.nanoseconds = nanoseconds;
        said = nanoseconds.getAsLong();
    }

    @Override
    public int read() throws IOException {
        int value = in.read();
        counted(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int n = in.read(bytes, offset, length);
        counted(Math.max(n, 0));
        return n;
    }

    private void counted(int bytes) {
        count += bytes;
        if (count - looked < LOOK) {
            return;
        }
        looked = count;
        long now = nanoseconds.getAsLong();
        if (now - said >= PERIOD) {
            said = now;
            System.err.println(
                    String.format(Locale.ROOT, "spelunk: %,d MiB of %s are decoded; Ctrl-C ends", count >> 20, name));
        }
    }
}
