// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * What a guest may write to one end of its host: so many bytes, and the rest is lost. A guest must not fill its host's
 * disk.
 */
public final class LimitedOutput extends FilterOutputStream {
    private final String name;
    private final long limit;
    private long count;
    private boolean told;

    /**
     * Creates a limit.
     *
     * @param name what the guest writes to, for the message
     * @param out gets what it may write
     * @param limit how many bytes
     */
    public LimitedOutput(String name, OutputStream out, long limit) {
        super(out);
        this.name = name;
        this.limit = limit;
    }

    @Override
    public void write(int value) throws IOException {
        if (count < limit) {
            count++;
            out.write(value);
        } else {
            tell();
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int allowed = (int) Math.min(length, limit - count);
        count += allowed;
        out.write(bytes, offset, allowed);
        if (allowed < length) {
            tell();
        }
    }

    private void tell() {
        if (!told) {
            told = true;
            System.err.println("spelunk: the guest has written " + limit + " bytes to " + name
                    + "; the rest is lost (--max-output)");
        }
    }
}
