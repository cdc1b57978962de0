// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.linux;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;

/** The keys of a terminal: Ctrl-A begins a command to the program, everything else passes. */
public final class EscapeInput extends FilterInputStream {
    private static final int ESCAPE = 1;
    private static final String HELP = "\r\nCtrl-A x  leave\r\nCtrl-A h  this list\r\nCtrl-A Ctrl-A  send Ctrl-A\r\n";

    private final PrintStream messages;
    private boolean escaped;
    private volatile boolean left;
    private volatile Runnable onLeave = () -> {};

    /**
     * Creates a filter.
     *
     * @param keys what is typed
     * @param messages gets the list of keys
     */
    public EscapeInput(InputStream keys, PrintStream messages) {
        super(keys);
        this.messages = messages;
    }

    /** Sets what Ctrl-A x does; done at once when it has been typed already. */
    void onLeave(Runnable action) {
        onLeave = action;
        if (left) {
            action.run();
        }
    }

    /** Whether Ctrl-A x has been typed. */
    boolean left() {
        return left;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** At least one byte for the guest; waits for it. */
    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int passed = 0;
        while (passed == 0) {
            int count = super.read(buffer, offset, length);
            if (count < 0) {
                return count;
            }
            for (int i = 0; i < count; i++) {
                if (passes(buffer[offset + i])) {
                    buffer[offset + passed++] = buffer[offset + i];
                }
            }
        }
        return passed;
    }

    private boolean passes(byte key) {
        if (!escaped) {
            escaped = key == ESCAPE;
            return !escaped;
        }
        escaped = false;
        switch (key) {
            case 'x':
                left = true;
                onLeave.run();
                return false;
            case 'h':
            case '?':
                messages.print(HELP);
                messages.flush();
                return false;
            default:
                return key == ESCAPE;
        }
    }
}
