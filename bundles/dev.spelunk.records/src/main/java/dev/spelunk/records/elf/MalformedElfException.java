// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.elf;

import java.io.IOException;

/** A file is not a readable 64-bit little-endian ELF file. The message names the file and what is wrong with it. */
public final class MalformedElfException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedElfException(String message) {
        super(message);
    }
}
