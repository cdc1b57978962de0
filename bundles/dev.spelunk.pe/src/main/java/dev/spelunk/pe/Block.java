// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.DecodedInstruction;

/** A run of decoded operations that lie in one page, entered at the first and left at the last. */
final class Block {
    /** Most operations of a block. */
    static final int LIMIT = 64;
    /** Context of a block that must not be entered. */
    static final int NO_CONTEXT = -1;
    /** Stands for a block that is not known yet. */
    static final Block UNKNOWN = new Block(-1, -1, 0, new long[0], new int[0]);

    final long pc;
    /** Index of the first instruction in RAM. */
    final int index;

    final int count;
    /** Kinds of the operations, then {@link Kinds#FALL}. */
    final byte[] kinds;
    /** The same without {@link Kinds#REGION}: another array in blocks that are entries of regions only. */
    byte[] plain;
    /** Operands of the operations and of FALL, then constants. */
    final long[] ops;
    /** The instruction words. */
    final int[] words;
    /** Where a direct branch at the end goes, and the address after the last instruction. */
    final long takenPc;

    final long nextPc;
    /** The context of fetches in which it was found last; {@link #taken} and {@link #next} ask theirs. */
    int context = NO_CONTEXT;
    /** Whether its page was guarded in that context, so that indirect branches to it are checked. */
    boolean guarded;

    Block taken;
    Block next;
    /** The translated region that begins here; null for none. */
    Region region;
    /** How many regions it is in, with those that are not translated yet. */
    int regions;
    /** How often the end of a slice of a run met it. */
    int heat;
    /** Whether it is in the cache. */
    boolean live = true;
    /** PSTATE.BTYPE after its last operation, in a guarded page in bits 5:4; -1 until somebody asks. */
    private int branchTypes = -1;
    /** See {@link BranchTargets#landing}; -1 until somebody asks. */
    private int landing = -1;
    /** What the performance monitors count of the operations, see {@link Retirement}; null until they ask for it. */
    private long[] retires;
    /** Next of the blocks with the same hash of address. */
    Block sameHash;
    /** Next of the blocks in the same page. */
    Block samePage;

    Block(long pc, int index, int count, long[] ops, int[] words) {
        this.pc = pc;
        this.index = index;
        this.count = count;
        this.ops = ops;
        kinds = new byte[count + 1];
        for (int i = 0; i < ops.length && i <= count; i++) {
            kinds[i] = (byte) Decoder.kind(ops[i]);
        }
        plain = kinds;
        this.words = words;
        long last = pc + 4L * (count - 1);
        takenPc = count == 0 ? 0 : Decoder.directTarget(words[count - 1], last);
        nextPc = last + 4;
        taken = UNKNOWN == null ? this : UNKNOWN;
        next = taken;
    }

    /** PSTATE.BTYPE after its last operation. */
    int branchType() {
        if (branchTypes < 0) {
            askBranchTypes();
        }
        return branchTypes >>> (guarded ? 4 : 0) & 3;
    }

    private void askBranchTypes() {
        DecodedInstruction last = DecodedInstruction.of(words[count - 1]);
        branchTypes = BranchTargets.type(last, true) << 4 | BranchTargets.type(last, false);
    }

    /** What {@link BranchTargets#landing} says of its first operation. */
    int landing(Processor p) {
        if (landing < 0) {
            landing = BranchTargets.landing(p, words[0]);
        }
        return landing;
    }

    /** For each operation what {@link Retirement#of} says. */
    long[] retires() {
        long[] known = retires;
        if (known == null) {
            known = new long[count];
            for (int i = 0; i < count; i++) {
                known[i] = Retirement.of(DecodedInstruction.of(words[i]));
            }
            retires = known;
        }
        return known;
    }
}
