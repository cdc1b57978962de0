// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.composition;

import dev.spelunk.api.machine.LogOptions;
import dev.spelunk.cli.run.LogFile;
import java.util.List;

/**
 * What the machines of a composition log.
 *
 * @param options what, and where to
 * @param files that end with the composition
 */
public record Logging(LogOptions options, List<LogFile> files) implements AutoCloseable {
    @Override
    public void close() {
        files.forEach(LogFile::close);
    }
}
