// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import dev.spelunk.api.state.Operation;

/** What the encoding of one instruction word says. Immutable. */
public final class DecodedInstruction {
    /** Position of V0 in {@link #reads} and {@link #writes}. */
    public static final int V = 32;
    /** Position of NZCV, where X31 would be. */
    public static final int FLAGS = 31;

    /** What an UNALLOCATED word is: nothing but its exception. */
    private static final Roles NONE = new Roles();

    public final int word;
    /** Its entry in the table; null for a word that is UNALLOCATED. */
    public final Instruction instruction;
    /** The class for sample records: OTHER, LOAD_STORE or BRANCH of {@link Operation}. */
    public final int operationClass;
    /** What the encoding says of the operation, as bits of {@link Operation#flags}. */
    public final int flags;

    public final Unit unit;
    /** Registers read: X0 to X30, the flags and V0 to V31, by their positions. XZR and SP are not in it. */
    public final long reads;
    /** Registers written, as {@link #reads}. */
    public final long writes;
    /** Bytes of memory accessed, 0 for none; what is not known of the encoding alone (DC ZVA) is 0 too. */
    public final int accessSize;
    /** Bytes to which each part of the access should be aligned. */
    public final int elementSize;

    private DecodedInstruction(int word, Instruction instruction) {
        this.word = word;
        this.instruction = instruction;
        Roles roles = instruction == null ? NONE : instruction.roles();
        operationClass = roles.operationClass;
        flags = roles.flags(word);
        unit = roles.unit;
        reads = roles.reads(word);
        writes = roles.writes(word);
        boolean accesses = (flags & (Operation.LOAD | Operation.STORE)) != 0;
        accessSize = accesses ? (int) instruction.get("bytes", word) : 0;
        elementSize = accesses ? Math.max(1, (int) instruction.get("element", word)) : 1;
    }

    /** Decodes a word: the same for the same word. */
    public static DecodedInstruction of(int word) {
        return new DecodedInstruction(word, InstructionSet.whole().decode(word));
    }

    /** Whether the operation has one of these bits of {@link Operation#flags}. */
    public boolean is(int bits) {
        return (flags & bits) != 0;
    }
}
