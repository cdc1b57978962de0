// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.debug;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a debugger does with one machine. May be called from any thread but the machine's own; what needs a machine that
 * stands throws an IllegalStateException with one sentence while it runs. A machine for which nobody asked has none
 * of it and runs as fast as ever.
 */
@ProviderType
public interface Debugger {
    /** Before the name of a register: the value that the hypervisor keeps in memory for the vCPU that is on the PE. */
    String IN_MEMORY = "vcpu_";

    /** By which translation an address is meant. */
    enum Space {
        /** The PE's current one. */
        CURRENT,
        /** None: a physical address of the machine. */
        PHYSICAL,
        /** That of EL1 and EL0. */
        EL1,
        /** That of EL2. */
        EL2
    }

    /** Lets the machine stand before its first operation; to be called before it runs. */
    void standAtBegin();

    /** Lets the machine keep how it was, so that it can be gone back to, in at most so many bytes. Call before the run. */
    void keepHistory(long bytes);

    /** Adds a condition. */
    void add(Condition condition);

    /** Takes a condition away; no effect when it is not there. */
    void remove(Condition condition);

    /** The conditions in the order in which they were added. */
    List<Condition> conditions();

    /** Lets a machine that stands move. */
    void go(Order order);

    /** Lets a machine that moves stand between two operations, and returns when it does. */
    void halt();

    /**
     * Waits until the machine stands.
     *
     * @param milliseconds at most
     * @return why it stands; null when it still moves
     */
    Stop await(long milliseconds) throws InterruptedException;

    /** Whether the machine stands. */
    boolean standing();

    /** Operations executed over all PEs where the machine stands. */
    long place();

    /** Operations executed over all PEs at the earliest place that can be gone back to; -1 where no history is kept. */
    long earliest();

    /** Operations executed over all PEs at the latest place where the machine has been. */
    long latest();

    /** Bytes that the history has. */
    long historyBytes();

    /** Names of a PE's system registers, as the manual spells them, then those in memory. */
    List<String> registers(int pe);

    /**
     * The value of a system register, without any effect that reading it has.
     *
     * @throws IllegalArgumentException when there is none of the name
     */
    long register(int pe, String name);

    /**
     * Sets a system register as no instruction can: every bit that it has.
     *
     * @throws IllegalArgumentException when there is none of the name
     */
    void register(int pe, String name, long value);

    /** The value of a system register with its fields by name, one on a line. */
    String decoded(int pe, String name);

    /**
     * Reads memory, without any effect of a load: translations are not cached, and what is no RAM is not read.
     *
     * @return how many bytes from the first on could be read
     */
    int read(int pe, Space space, long address, byte[] to);

    /**
     * Writes memory, read-only pages too.
     *
     * @return how many bytes from the first on could be written
     */
    int write(int pe, Space space, long address, byte[] from);

    /**
     * Changes something of the machine. From here on it is another run than the one that the history is of, which ends.
     *
     * @throws IllegalStateException in the past, which cannot be changed
     */
    void change(Runnable change);

    /** The function at an address and the offset in it, {@code main+0x1c}; empty when it is not known. */
    String symbol(long address);

    /** The address of a function of the guest by its name, or -1. */
    long address(String symbol);

    /** The names of the guest's functions. */
    List<String> symbols();

    /** RAM by physical addresses: first and size in turn, in bytes. */
    List<Long> memoryMap();

    /** The guest's file. */
    String guest();
}
