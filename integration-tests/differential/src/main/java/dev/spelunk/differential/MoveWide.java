// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import dev.spelunk.a64.InstructionSet;

/** Sets registers by MOVZ, MOVN and MOVK. */
final class MoveWide {
    private final int movz;
    private final int movn;
    private final int movk;

    /** @param catalogue has the three instructions */
    MoveWide(InstructionSet catalogue) {
        movz = catalogue.named("MOVZ").fixedBits() | 1 << 31;
        movn = catalogue.named("MOVN").fixedBits() | 1 << 31;
        movk = catalogue.named("MOVK").fixedBits() | 1 << 31;
    }

    /**
     * Writes as few words as the value needs.
     *
     * @param code gets the words, from index at
     * @param register X0 to X30
     * @return the index after them
     */
    int write(int[] code, int at, int register, long value) {
        int next = at;
        int ones = 0;
        int zeros = 0;
        for (int i = 0; i < 64; i += 16) {
            long half = value >>> i & 0xffff;
            ones += half == 0xffff ? 1 : 0;
            zeros += half == 0 ? 1 : 0;
        }
        boolean inverted = ones > zeros;
        long implied = inverted ? 0xffff : 0;
        for (int i = 0; i < 4; i++) {
            long half = value >>> 16 * i & 0xffff;
            boolean first = next == at;
            boolean onlyChance = first && i == 3;
            if (half == implied && !onlyChance) {
                continue;
            }
            int move = !first ? movk : inverted ? movn : movz;
            long immediate = first && inverted ? ~half & 0xffff : half;
            code[next++] = move | i << 21 | (int) immediate << 5 | register;
        }
        return next;
    }
}
