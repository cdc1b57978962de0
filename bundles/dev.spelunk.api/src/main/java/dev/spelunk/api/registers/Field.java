// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers;

/**
 * One field of a system register.
 *
 * @param name as the manual spells it
 * @param high most significant bit, 0..63
 * @param low least significant bit
 * @param kind how it takes writes
 */
public record Field(String name, int high, int low, Kind kind) {
    /** How a field takes writes and what it reads. Bits of no field are RES0: they read 0 and ignore writes. */
    public enum Kind {
        /** Holds what is written. */
        RW,
        /** Keeps its reset value. */
        RO,
        /** Reads 1, ignores writes. */
        RES1
    }

    /** The most significant bit of a field's bits in place. */
    public static int highest(long mask) {
        return 63 - Long.numberOfLeadingZeros(mask);
    }

    /**
     * The least significant bit of a field's bits in place.
     *
     * @throws IllegalArgumentException when they are not one after the other
     */
    public static int lowest(long mask) {
        int low = Long.numberOfTrailingZeros(mask);
        if (mask == 0 || Long.bitCount(mask) != highest(mask) - low + 1) {
            throw new IllegalArgumentException("0x" + Long.toHexString(mask) + " are not the bits of one field");
        }
        return low;
    }

    /** The value of a field. @param mask the field's bits in place */
    public static long valueIn(long register, long mask) {
        return (register & mask) >>> Long.numberOfTrailingZeros(mask);
    }

    /** A field's value in place; excess bits are dropped. @param mask the field's bits in place */
    public static long inPlace(long value, long mask) {
        return value << Long.numberOfTrailingZeros(mask) & mask;
    }

    /** The field's bits in place. */
    public long mask() {
        return (high == 63 ? -1L : (1L << high + 1) - 1) & -1L << low;
    }

    /** The field's value in a register value. */
    public long get(long register) {
        return (register & mask()) >>> low;
    }

    /** The register value with the field set; excess bits of value are dropped. */
    public long set(long register, long value) {
        return register & ~mask() | value << low & mask();
    }
}
