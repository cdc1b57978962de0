// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Input of the guest from a file: all of it is there at once, so that when the guest gets it is the guest's doing
 * alone. Like {@link PipedInput} it throws {@link EOFException} from {@link #available} at the end.
 */
public final class FileInput extends InputStream {
    private static final int BUFFER_SIZE = 4096;
    private static final Path STANDARD_INPUT = Path.of("/proc/self/fd/0");
    private static final Path NOTHING = Path.of("/dev/null");

    private final Path place;
    /** Null until somebody looks at what is there. */
    private InputStream file;

    private final byte[] buffer = new byte[BUFFER_SIZE];
    private int at;
    private int count;

    /**
     * Creates an input.
     *
     * @param file whose reads do not wait
     */
    public FileInput(InputStream file) {
        place = null;
        this.file = file;
    }

    /**
     * Creates an input.
     *
     * @param file is opened when somebody looks at what is there
     */
    public FileInput(Path file) {
        place = file;
    }

    /** Standard input: as a file where it is one, else as a pipe. */
    public static InputStream standardInput() {
        return isFile() ? new FileInput(System.in) : new PipedInput(System.in);
    }

    private static boolean isFile() {
        try {
            return Files.isRegularFile(STANDARD_INPUT) || Files.isSameFile(STANDARD_INPUT, NOTHING);
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public int available() throws IOException {
        if (at == count) {
            at = 0;
            if (file == null) {
                file = Files.newInputStream(place);
            }
            count = Math.max(file.read(buffer), 0);
            if (count == 0) {
                throw new EOFException("the input has ended");
            }
        }
        return count - at;
    }

    /** The next byte; -1 at the end. */
    @Override
    public int read() throws IOException {
        try {
            return available() > 0 ? buffer[at++] & 0xff : -1;
        } catch (EOFException e) {
            return -1;
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
