// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.pe;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is told what the software of one PE does to its system state: enough to follow a hypervisor. Nothing of it is on the path
 * of an ordinary instruction. It is called on the thread that runs the machine, and may look at the PE's registers, where
 * the program counter is still that of the instruction.
 */
@ConsumerType
public interface SystemListener {
    /** Kinds of barriers: PSB CSYNC, DSB and ISB. */
    int PSB_CSYNC = 0;

    int DSB = 1;
    int ISB = 2;

    /**
     * An MRS has read a register.
     *
     * @param encoding as the instruction has it
     * @param value what it read
     */
    default void read(int encoding, long value) {
        // Most follow what changes.
    }

    /**
     * An MSR has written a register.
     *
     * @param encoding as the instruction has it; which register that names may depend on HCR_EL2.E2H
     * @param value what the instruction had; fields that cannot be written are not told apart
     */
    void written(int encoding, long value);

    /** A barrier has been executed; one that is trapped, or a NOP here, has not. */
    void barrier(int kind);

    /**
     * An exception is being taken: the PE is still where it was, PSTATE included.
     *
     * @param to the Exception level that takes it
     * @param kind see {@link Core}
     * @param syndrome of ESR_ELx; 0 for an interrupt
     * @param address for FAR_ELx; 0 where it has none
     */
    void taken(int to, int kind, long syndrome, long address);

    /**
     * The PE has returned from an exception.
     *
     * @param from the Exception level from which it came
     */
    void returned(int from);
}
