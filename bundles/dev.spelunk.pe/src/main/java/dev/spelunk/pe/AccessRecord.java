// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.DecodedInstruction;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PhysicalMemory;

/** Writes into an operation in observed form what its first data access met: addresses, alignment, translation. */
final class AccessRecord {
    /** Memory attributes: Normal, Inner and Outer Non-cacheable (DDI 0487, MAIR_EL1). */
    private static final int NORMAL_NON_CACHEABLE = 0x44;

    /** Whether the next access is to be recorded; then it is translated anew, whatever the software TLB has. */
    boolean due;

    private Operation operation;
    private DecodedInstruction instruction;
    private int size;

    /** The first access from now on is recorded. */
    void begin(Operation o, DecodedInstruction decoded) {
        operation = o;
        instruction = decoded;
        size = decoded.accessSize;
        due = true;
    }

    /** The operation has ended; an access that it did not make is not awaited any more. */
    void end() {
        due = false;
    }

    /** The access is DC ZVA's, whose size is not in the encoding. */
    void zeroes(int bytes) {
        size = bytes;
    }

    /** The access begins at an address. */
    void address(long va) {
        operation.va = va;
        operation.accessSize = size;
        operation.flags |= Operation.HAS_VA;
        if ((va & instruction.elementSize - 1) != 0) {
            operation.flags |= Operation.MISALIGNED;
        }
    }

    /** The access was translated, or failed to be; nothing more is recorded of the operation. */
    void translated(long va, boolean translated, Translation out, PhysicalMemory memory) {
        due = false;
        address(va);
        if (translated) {
            operation.pa = out.pa;
            operation.pageBits = out.pageBits;
            operation.flags |= Operation.HAS_PA;
            if (out.device || out.attributes == NORMAL_NON_CACHEABLE || !memory.isRam(out.pa, 1)) {
                operation.flags |= Operation.NON_CACHEABLE;
            }
        }
        if (out.walked) {
            operation.flags |= Operation.TLB_WALK;
        }
    }
}
