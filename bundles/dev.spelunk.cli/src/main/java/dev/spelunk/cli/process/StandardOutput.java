// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.process;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * Standard output that remembers why it could not be written: {@link PrintStream} forgets, and a full disk is
 * an error while a reader that has seen enough is none.
 */
public final class StandardOutput extends OutputStream {
    private static final int BUFFER_SIZE = 1 << 16;

    private final OutputStream out = new FileOutputStream(FileDescriptor.out);
    private IOException failure;

    /** Puts it in the place of {@link System#out}. */
    public static StandardOutput install() {
        StandardOutput output = new StandardOutput();
        System.setOut(new PrintStream(new BufferedOutputStream(output, BUFFER_SIZE), false, Charset.defaultCharset()));
        return output;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    /** Why something was not written; null when all was, or when nobody reads any more. */
    public String failure() {
        return failure == null || "Broken pipe".equals(failure.getMessage()) ? null : failure.getMessage();
    }
}
