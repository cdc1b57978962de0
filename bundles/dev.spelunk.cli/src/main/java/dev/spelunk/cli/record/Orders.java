// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The orders of a recording for a guest that waits for them.
 *
 * @param writer of the archive
 * @param order what is to be recorded
 * @param file gets the archive
 * @param program the program's place
 * @param folder the working folder
 */
record Orders(Initramfs writer, RecordingOrder order, Path file, Path program, Path folder) {
    /**
     * Writes the archive and the line after it.
     *
     * @param symbols whether the kernel's symbols are wanted too
     */
    void write(boolean symbols) throws IOException {
        writer.order(file, program, folder, order.files(), GuestScript.order(order, folder, program));
        Files.writeString(
                file, (symbols ? GuestScript.SYMBOLS : GuestScript.NO_SYMBOLS) + "\n", StandardOpenOption.APPEND);
    }
}
