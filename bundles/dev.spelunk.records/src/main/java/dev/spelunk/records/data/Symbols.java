// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

import dev.spelunk.records.elf.FunctionCode;

/** Names the functions that were sampled, and knows their instructions. */
public interface Symbols {
    /** Why there are no symbols, or null. */
    String problem();

    /**
     * The function of an address.
     *
     * @param address with bits 63:56 as bit 55
     * @param el Exception level at which it is executed
     * @param space which address space it is in, where they differ by process
     * @return its name, or null
     */
    String function(long address, int el, int space);

    /**
     * The instructions of a function.
     *
     * @param address of one of them, with bits 63:56 as bit 55
     * @param el Exception level at which it is executed
     * @param space which address space it is in, where they differ by process
     * @param most how many there may be
     * @return null when the address is in no function, or in one with more, or when no file tells
     */
    FunctionCode code(long address, int el, int space, int most);
}
