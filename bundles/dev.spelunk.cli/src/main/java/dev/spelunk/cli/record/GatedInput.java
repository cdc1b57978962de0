// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Input of a guest of which nothing is there, and which has not ended, as long as it is closed. */
final class GatedInput extends FilterInputStream {
    private volatile boolean open;

    /** A closed input. */
    GatedInput(InputStream input) {
        super(input);
    }

    /** From now on there is what there is. */
    void open() {
        open = true;
    }

    /** From now on there is nothing. */
    @Override
    public void close() {
        open = false;
    }

    @Override
    public int available() throws IOException {
        return open ? super.available() : 0;
    }
}
