// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

/**
 * A field of an instruction word.
 *
 * @param name the manual's name
 * @param shift the lowest bit
 * @param width the number of bits, 1 to 26
 */
public record Field(String name, int shift, int width) {

    /** The field's value in a word, zero-extended. */
    public int get(int word) {
        return word >>> shift & mask();
    }

    /** The field's value in a word, sign-extended. */
    public int getSigned(int word) {
        return word << 32 - shift - width >> 32 - width;
    }

    /** The word with the field replaced by the low bits of a value. */
    public int set(int word, int value) {
        return word & ~(mask() << shift) | (value & mask()) << shift;
    }

    /** The field's largest unsigned value. */
    public int mask() {
        return (1 << width) - 1;
    }

    /** Whether the field numbers a general-purpose register. */
    public boolean isRegister() {
        return name.charAt(0) == 'R' && name.length() > 1;
    }
}
