// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

import java.io.IOException;

/** A file is no perf.data file that holds records of SPE, or is damaged. The message names the file and says why. */
public final class MalformedPerfDataException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message the file, and what is wrong with it */
    public MalformedPerfDataException(String message) {
        super(message);
    }
}
