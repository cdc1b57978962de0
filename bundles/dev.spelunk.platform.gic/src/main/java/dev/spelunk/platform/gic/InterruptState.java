// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

import dev.spelunk.api.registers.fields.MPIDR_EL1;
import dev.spelunk.api.state.StateBlock;

/**
 * Where the state of each interrupt of one GICv3 lies in its words: one bit for each INTID in words of 64,
 * private (SGI and PPI) ones for each PE, shared (SPI) ones once. All zero is the state after reset.
 */
final class InterruptState {
    /** INTIDs 0..287: 32 private ones and 256 SPIs. */
    static final int INTIDS = 288;

    static final int PRIVATE = 32;

    static final int ENABLED = 0;
    static final int LATCHED = 1;
    static final int ACTIVE = 2;
    static final int LINE = 3;
    static final int EDGE = 4;
    /** Inverted IGROUPR: after reset every interrupt is in Group 1, as KVM's virtual GIC has it. */
    static final int GROUP0 = 5;

    private static final int MAPS = 6;

    private static final int SHARED_WORDS = (INTIDS - PRIVATE) / 64;
    private static final int PRIVATE_PRIORITIES = PRIVATE / 8;
    private static final int SHARED_PRIORITIES = (INTIDS - PRIVATE) / 8;
    private static final int CONTROL = 0;
    private static final int SHARED_MAPS = 1;
    private static final int SHARED_PRIORITY = SHARED_MAPS + MAPS * SHARED_WORDS;
    private static final int ROUTER = SHARED_PRIORITY + SHARED_PRIORITIES;
    private static final int FIRST_PE = ROUTER + INTIDS - PRIVATE;
    private static final int PE_WORDS = MAPS + PRIVATE_PRIORITIES + 1;

    private final StateBlock block;

    InterruptState(StateBlock block) {
        this.block = block;
    }

    static int words(int peCount) {
        return FIRST_PE + peCount * PE_WORDS;
    }

    long control() {
        return block.words[CONTROL];
    }

    void control(long value) {
        block.words[CONTROL] = value;
    }

    /** GICR_WAKER of a PE, inverted: after reset the PE sleeps. */
    long waker(int pe) {
        return ~block.words[FIRST_PE + pe * PE_WORDS + MAPS + PRIVATE_PRIORITIES] & 2;
    }

    void waker(int pe, long value) {
        block.words[FIRST_PE + pe * PE_WORDS + MAPS + PRIVATE_PRIORITIES] = ~value & 2;
    }

    private static int word(int map, int pe, int intid) {
        return intid < PRIVATE
                ? FIRST_PE + pe * PE_WORDS + map
                : SHARED_MAPS + map * SHARED_WORDS + (intid - PRIVATE) / 64;
    }

    boolean get(int map, int pe, int intid) {
        return (block.words[word(map, pe, intid)] >>> shift(intid) & 1) != 0;
    }

    void set(int map, int pe, int intid, boolean value) {
        long bit = 1L << shift(intid);
        int w = word(map, pe, intid);
        block.words[w] = value ? block.words[w] | bit : block.words[w] & ~bit;
    }

    private static int shift(int intid) {
        return intid < PRIVATE ? intid : intid - PRIVATE & 63;
    }

    /** 32 bits of a map from an INTID that is a multiple of 32. */
    int get32(int map, int pe, int intid) {
        return (int) (block.words[word(map, pe, intid)] >>> shift(intid));
    }

    void set32(int map, int pe, int intid, int bits) {
        long mask = 0xFFFFFFFFL << shift(intid);
        int w = word(map, pe, intid);
        block.words[w] = block.words[w] & ~mask | (bits & 0xFFFFFFFFL) << shift(intid);
    }

    int priority(int pe, int intid) {
        return (int) (block.words[priorityWord(pe, intid)] >>> (intid & 7) * 8) & 0xFF;
    }

    void priority(int pe, int intid, int value) {
        int w = priorityWord(pe, intid);
        int s = (intid & 7) * 8;
        block.words[w] = block.words[w] & ~(0xFFL << s) | (value & 0xF8L) << s;
    }

    private static int priorityWord(int pe, int intid) {
        return intid < PRIVATE ? FIRST_PE + pe * PE_WORDS + MAPS + intid / 8 : SHARED_PRIORITY + (intid - PRIVATE) / 8;
    }

    long router(int intid) {
        return block.words[ROUTER + intid - PRIVATE];
    }

    /** There is no 1 of N distribution, so Interrupt_Routing_Mode is RES0. */
    void router(int intid, long value) {
        block.words[ROUTER + intid - PRIVATE] = value & MPIDR_EL1.AFFINITY;
    }

    /** Level-sensitive: the line or a latch from ISPENDR; edge-triggered: the latch. */
    boolean pending(int pe, int intid) {
        return get(LATCHED, pe, intid) || !get(EDGE, pe, intid) && get(LINE, pe, intid);
    }

    /** Bits of pending and enabled Group 1 interrupts, 64 from an INTID: 0 for private ones, 32, 96, … for SPIs. */
    long candidates(int pe, int first) {
        long latched = block.words[word(LATCHED, pe, first)];
        long level = block.words[word(LINE, pe, first)] & ~block.words[word(EDGE, pe, first)];
        return (latched | level) & block.words[word(ENABLED, pe, first)] & ~block.words[word(GROUP0, pe, first)];
    }

    long active(int pe, int first) {
        return block.words[word(ACTIVE, pe, first)];
    }
}
