// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.debug;

/**
 * How a machine that stands is to move.
 *
 * @param kind where to
 * @param pe index of the PE of a step, or, where {@code alone}, of the only one that moves; else -1
 * @param from a step goes on while the PC is from here on
 * @param to and below this; a single instruction where both are the same
 * @param alone whether the other PEs stand meanwhile: another run than the machine's own, so that what was before can not be
 *     gone back to
 * @param leaves whether a condition that holds where the machine stands does not hold it
 * @param count of operations of {@link Kind#GO_TO}, over all PEs
 */
public record Order(Kind kind, int pe, long from, long to, boolean alone, boolean leaves, long count) {
    /** Where to. */
    public enum Kind {
        /** Forwards until a condition holds. */
        CONTINUE,
        /** Forwards until the PE has executed an operation or taken an exception. */
        STEP,
        /** Back to where a condition held last. */
        BACK_CONTINUE,
        /** Back to before the last operation of the PE. */
        BACK_STEP,
        /**
         * To where so many operations have been executed, whatever conditions hold on the way: to the first such place, or,
         * where the machine has stood with so many, to how it stood there last. What happens between two operations, as an
         * interrupt, a sample record or an exit to the hypervisor, lies between two places of the same count.
         */
        GO_TO
    }

    /** Forwards until a condition holds that does not hold here. */
    public static Order go() {
        return new Order(Kind.CONTINUE, -1, 0, 0, false, true, 0);
    }

    /** Forwards by one instruction of a PE. */
    public static Order step(int pe) {
        return new Order(Kind.STEP, pe, 0, 0, false, true, 0);
    }

    /** Back by one instruction of a PE. */
    public static Order backStep(int pe) {
        return new Order(Kind.BACK_STEP, pe, 0, 0, false, true, 0);
    }

    /** Back to where a condition held last. */
    public static Order back() {
        return new Order(Kind.BACK_CONTINUE, -1, 0, 0, false, true, 0);
    }

    /** To where so many operations have been executed. */
    public static Order goTo(long count) {
        return new Order(Kind.GO_TO, -1, 0, 0, false, true, count);
    }

    /** Whether it goes back. */
    public boolean backwards() {
        return kind == Kind.BACK_CONTINUE || kind == Kind.BACK_STEP;
    }
}
