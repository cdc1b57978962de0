// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

/** A stream is not a sequence of sample records. The message says what is wrong and at which offset. */
public final class MalformedRecordException extends Exception {
    private static final long serialVersionUID = 1L;
    private final long offset;

    public MalformedRecordException(String message, long offset) {
        super(message);
        this.offset = offset;
    }

    /** Byte offset of the first bad byte. */
    public long offset() {
        return offset;
    }
}
