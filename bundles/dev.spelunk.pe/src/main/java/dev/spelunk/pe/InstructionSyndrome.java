// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;

/** What the syndrome of a Data Abort from stage 2 says of the load or store, so that it can be emulated. */
final class InstructionSyndrome {
    private InstructionSyndrome() {}

    /**
     * ISV, SAS, SSE, SRT, SF and AR of a load or store of one general-purpose register without writeback,
     * 0 for any other instruction (DDI 0487, D24.2.40, ISS encoding for an exception from a Data Abort).
     */
    static int of(int word) {
        Instruction instruction = InstructionSet.whole().decode(word);
        if (instruction == null || instruction.get("isv", word) == 0) {
            return 0;
        }
        return 1 << 24
                | Long.numberOfTrailingZeros(instruction.get("bytes", word)) << 22
                | (int) instruction.get("signed", word) << 21
                | (word & 31) << 16
                | (int) instruction.get("wide", word) << 15
                | (int) instruction.get("ar", word) << 14;
    }
}
