// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What a machine does with the sample records of its run, beside giving them to sinks.
 *
 * @param kept whether it keeps them
 * @param places says in which files; null for temporary ones, which go with the machine
 * @param limit bytes in all these files together that end the run; Long.MAX_VALUE for no limit
 */
public record RecordOptions(boolean kept, Places places, long limit) {
    /** Records are kept in temporary files, without a limit. */
    public static final RecordOptions TEMPORARY = new RecordOptions(true, null, Long.MAX_VALUE);
    /** Sinks get the records, and nobody else. */
    public static final RecordOptions NONE = new RecordOptions(false, null, Long.MAX_VALUE);

    /** Says where records go. */
    @FunctionalInterface
    public interface Places {
        /**
         * The file of one stream. It is asked for once, when there is something to write.
         *
         * @param vcpu index of the vCPU, or {@link RecordOrigin#HOST}
         * @throws IOException when the host has no place for it
         */
        Path file(int vcpu) throws IOException;
    }
}
