// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.linux;

import dev.spelunk.cli.process.UserError;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that gets what the guest writes to a port; a failure is told when it is closed. */
public final class PortFile extends OutputStream {
    private final Path file;
    private final OutputStream out;
    private String failure;

    /**
     * Creates the file.
     *
     * @throws UserError when it cannot be
     */
    public PortFile(Path file) {
        this.file = file;
        try {
            out = new BufferedOutputStream(Files.newOutputStream(file));
        } catch (IOException e) {
            throw new UserError("--port: " + file + " cannot be written: " + e.getMessage());
        }
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int at, int length) throws IOException {
        try {
            out.write(bytes, at, length);
        } catch (IOException e) {
            failure = e.getMessage();
            throw e;
        }
    }

    /** Closes the file. What went wrong is told on standard error. */
    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            failure = e.getMessage();
        }
        if (failure != null) {
            System.err.println("spelunk: " + file + " does not hold all that the guest wrote to its port: " + failure);
        }
    }
}
