// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.ends;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Output of a guest, of which each byte goes out once, though the guest may go back and write it again. */
public final class OnceOutput extends FilterOutputStream implements Rewindable {
    /** Bytes that the guest has written. */
    public long count;

    private long gone;

    public OnceOutput(OutputStream out) {
        super(out);
    }

    /** So many bytes have gone out in the run that saved the machine. */
    public void begin(long bytes) {
        count = bytes;
        gone = bytes;
    }

    @Override
    public void write(int value) throws IOException {
        if (count++ >= gone) {
            gone = count;
            out.write(value);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int again = (int) Math.min(Math.max(gone - count, 0), length);
        count += length;
        if (again < length) {
            gone = count;
            out.write(bytes, offset + again, length - again);
        }
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
