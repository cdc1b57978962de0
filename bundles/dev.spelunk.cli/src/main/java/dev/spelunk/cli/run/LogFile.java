// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.cli.process.UserError;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A log of lines: a file that is in its place when the runs are over, or a stream that shows each line at once. */
public final class LogFile implements Consumer<CharSequence>, AutoCloseable {
    private final PlacedFile place;
    private final Writer out;
    private IOException failure;
    private boolean closed;

    /**
     * Begins a file.
     *
     * @throws UserError when it cannot be written
     */
    public LogFile(Path file) {
        place = new PlacedFile("--log", file);
        out = place.writer();
    }

    /** Lines on a stream, which stays open. */
    public LogFile(OutputStream stream) {
        place = null;
        out = new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
    }

    @Override
    public synchronized void accept(CharSequence line) {
        if (failure != null || closed) {
            return;
        }
        try {
            out.append(line).append('\n');
            if (place == null) {
                out.flush();
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    /**
     * Puts the file in its place, an empty one too.
     *
     * @throws UserError when it could not be written
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (place != null) {
            place.close(failure, true);
        }
    }
}
