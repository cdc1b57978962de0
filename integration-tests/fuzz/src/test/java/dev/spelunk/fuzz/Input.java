// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

/** Reads an input byte by byte; behind its end there are zeros. */
public final class Input {
    private final byte[] bytes;
    private int at;

    public Input(byte[] bytes) {
        this.bytes = bytes;
    }

    public boolean ended() {
        return at >= bytes.length;
    }

    /** The next byte, without sign. */
    public int next() {
        return ended() ? 0 : bytes[at++] & 0xFF;
    }

    /** The next bytes as a number, the lowest first. */
    public long next(int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= (long) next() << 8 * i;
        }
        return value;
    }

    /** What is left. */
    public byte[] rest() {
        byte[] rest = java.util.Arrays.copyOfRange(bytes, Math.min(at, bytes.length), bytes.length);
        at = bytes.length;
        return rest;
    }

    /** A number as guests write: small, one bit, all bits, near an address, or anything. */
    public long value(long address) {
        int kind = next();
        return switch (kind & 7) {
            case 0 -> kind >> 3;
            case 1 -> next();
            case 2 -> 1L << (next() & 63);
            case 3 -> -1L << (next() & 63);
            case 4 -> address + (next(2) & -8);
            case 5 -> address + next(3);
            case 6 -> next(4);
            default -> next(8);
        };
    }
}
