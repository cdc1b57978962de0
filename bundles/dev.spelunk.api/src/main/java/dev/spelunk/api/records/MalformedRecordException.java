// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

/** A stream is not a sequence of sample records. The message says what is wrong and at which offset. */
public final class MalformedRecordException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String reason;
    private final long offset;

    /**
     * @param reason what is wrong, without the place
     * @param offset byte offset of the first bad byte
     */
    public MalformedRecordException(String reason, long offset) {
        super("not a stream of sample records: at offset 0x" + Long.toHexString(offset) + ": " + reason);
        this.reason = reason;
        this.offset = offset;
    }

    /** What is wrong, without the place. */
    public String reason() {
        return reason;
    }

    /** Byte offset of the first bad byte. */
    public long offset() {
        return offset;
    }
}
