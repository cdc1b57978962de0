// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import dev.spelunk.api.state.Operation;

/**
 * The access of a load or store of one or two registers, as the keys {@code bytes}, {@code element}, {@code offset},
 * {@code writeback}, {@code signed}, {@code wide} and {@code scale} of its entry and its fields say.
 */
public final class Access {
    private static final int LOGARITHM_OF_NONE = 32;

    private final Expression bytes;
    private final Expression element;
    private final Expression offset;
    private final Expression writeback;
    private final Expression signed;
    private final Expression wide;
    private final Expression scale;
    private final Roles roles;

    Access(Instruction instruction) {
        bytes = of(instruction, "bytes");
        element = of(instruction, "element");
        offset = of(instruction, "offset");
        writeback = of(instruction, "writeback");
        signed = of(instruction, "signed");
        wide = of(instruction, "wide");
        scale = of(instruction, "scale");
        roles = instruction.roles();
    }

    private static Expression of(Instruction instruction, String key) {
        return instruction.has(key) ? instruction.expression(key) : Expression.constant(0);
    }

    /** Whether it is a store: nothing else is one that does not load. */
    public boolean isStore(int word) {
        return (roles.flags(word) & Operation.STORE) != 0;
    }

    /** log2 of the bytes accessed, or of one of the elements where {@code element} tells them apart. */
    public int sizeOfElement(int word) {
        return LOGARITHM_OF_NONE - 1 - Integer.numberOfLeadingZeros((int) element.evaluate(word));
    }

    /** Bytes accessed. */
    public int bytes(int word) {
        return (int) bytes.evaluate(word);
    }

    /** What is added to the base register for the access. */
    public int offset(int word) {
        return (int) offset.evaluate(word);
    }

    /** What is added to the base register after the access; 0 for nothing. */
    public int writeback(int word) {
        return (int) writeback.evaluate(word);
    }

    /** Whether what is loaded is sign-extended. */
    public boolean isSigned(int word) {
        return signed.evaluate(word) != 0;
    }

    /** Whether the transfer register is a 64-bit one. */
    public boolean isWide(int word) {
        return wide.evaluate(word) != 0;
    }

    /** By how much a register offset is shifted, where the field S says so. */
    public int scale(int word) {
        return (int) scale.evaluate(word);
    }
}
