// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.debug;

/**
 * Where a machine is to stand still. {@link At} stops before the operation, the others after the operation with which it
 * happened. On the way back all stop before it.
 */
public sealed interface Condition {
    /** Stands for any Exception level, VMID or PE. */
    int ANY = -1;

    /**
     * A PE is about to execute the instruction at an address.
     *
     * @param address its virtual address
     * @param el the Exception level at which it must be, or {@link #ANY}
     * @param vmid what VTTBR_EL2.VMID must be, or {@link #ANY}
     */
    record At(long address, int el, int vmid) implements Condition {
        /** At any Exception level of any VM. */
        public At(long address) {
            this(address, ANY, ANY);
        }
    }

    /**
     * An operation accesses memory by virtual addresses that overlap with these. What devices and the SPU write is no
     * access of an operation.
     *
     * @param address the first
     * @param size number of bytes, above 0
     * @param read whether a load counts
     * @param write whether a store counts
     */
    record Access(long address, long size, boolean read, boolean write) implements Condition {}

    /**
     * A PE takes an exception or an interrupt.
     *
     * @param el the Exception level that takes it, or {@link #ANY}
     */
    record Taken(int el) implements Condition {}

    /**
     * A system register gets another value, or an MSR writes it.
     *
     * @param name the manual's, or with {@link Debugger#IN_MEMORY} before it that of a vCPU's register in memory
     */
    record Written(String name) implements Condition {}

    /** Something happens in a Statistical Profiling Unit. */
    record Profiling(Event event) implements Condition {}

    /** What can happen in a Statistical Profiling Unit. */
    enum Event {
        /** A sample record has been written. */
        RECORD,
        /** The profiling buffer is full. */
        BUFFER_FULL,
        /** Any other buffer management event: a fault or an External abort on a write to the buffer. */
        FAULT
    }
}
