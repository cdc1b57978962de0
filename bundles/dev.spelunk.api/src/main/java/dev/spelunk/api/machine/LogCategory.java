// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

/** What a machine can log of a run. */
public enum LogCategory {
    /** Every instruction, with the registers and the memory that it changed, in the form of Arm's Tarmac traces. */
    EXEC,
    /** Exceptions that are taken, interrupts too, and returns from them. */
    EXCEPTIONS,
    /** Walks of translation tables, with what they found. */
    TRANSLATIONS,
    /** What becomes of the modelled TLB's entries, and TLB maintenance. */
    TLB,
    /** System registers that MRS reads and MSR writes. */
    SYSREGS,
    /** Sample records, and buffer management events. */
    SPE,
    /** Accesses of devices. */
    MMIO,
    /** Interrupt inputs of PEs, interrupts that are taken, acknowledged and ended. */
    INTERRUPTS
}
