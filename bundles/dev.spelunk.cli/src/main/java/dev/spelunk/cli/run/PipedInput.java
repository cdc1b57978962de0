// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Input of the guest's console from a pipe or a file. Unlike a plain stream it tells the end of the input
 * from a pause, so that a guest which waits for more than there is does not wait for ever:
 * {@link #available} throws {@link EOFException} when everything has been read.
 */
public final class PipedInput extends InputStream {
    private static final int BUFFER_SIZE = 4096;

    private final Deque<Byte> bytes = new ArrayDeque<>();
    private boolean ended;

    /**
     * Starts to read.
     *
     * @param source the pipe or file
     */
    public PipedInput(InputStream source) {
        Thread thread = new Thread(() -> pump(source), "console input");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public synchronized int available() throws IOException {
        if (bytes.isEmpty() && ended) {
            throw new EOFException("the input has ended");
        }
        return bytes.size();
    }

    /** The next byte; -1 when there is none now. */
    @Override
    public synchronized int read() {
        Byte next = bytes.poll();
        notifyAll();
        return next == null ? -1 : next & 0xff;
    }

    private synchronized void end() {
        ended = true;
    }

    private void pump(InputStream source) {
        byte[] buffer = new byte[BUFFER_SIZE];
        try {
            for (int count = source.read(buffer); count >= 0; count = source.read(buffer)) {
                synchronized (this) {
                    for (int i = 0; i < count; i++) {
                        bytes.add(buffer[i]);
                    }
                    while (bytes.size() > BUFFER_SIZE) {
                        wait();
                    }
                }
            }
        } catch (IOException e) {
            // What cannot be read is the end of the input.
            end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end();
    }
}
