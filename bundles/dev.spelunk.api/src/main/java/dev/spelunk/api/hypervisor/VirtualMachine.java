// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.hypervisor;

import dev.spelunk.api.wiring.PeContext;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import org.osgi.annotation.versioning.ProviderType;

/** A VM of a hypervisor, seen from the run loop. */
@ProviderType
public interface VirtualMachine {
    /** Key of {@link #host}: pages pinned, each time that one was. */
    String PINS = "pins";
    /** Key of {@link #host}: pages let go, each time that one was. */
    String UNPINS = "unpins";
    /** Key of {@link #host}: bytes pinned at a time, at most. */
    String PEAK_PINNED_BYTES = "peak pinned bytes";
    /** Key of {@link #host}: stage 2 faults by the SPU. */
    String SPU_STAGE_2_FAULTS = "SPU stage 2 faults";
    /** Key of {@link #host}: operations that the guest executed unprofiled from a stage 2 fault by the SPU to the restart. */
    String BLACKOUT_OPERATIONS = "blackout operations";
    /** Key of {@link #host}: bytes of the guest's memory that were made resident for good before the first entry. */
    String RESIDENT_BYTES = "bytes pre-faulted";
    /** Key of {@link #host}: exits to user space on behalf of a profiling buffer. */
    String USER_SPACE_EXITS = "exits to user space for a buffer";
    /** Key of {@link #host}: virtual cycles that the guest lost to the host. */
    String LOST_CYCLES = "virtual cycles lost";

    /** What the run loop does after an exit. */
    enum Outcome {
        RESUME,
        SYSTEM_OFF,
        SYSTEM_RESET,
        FAILED
    }

    /** vcpu load and the first entry: vCPU n starts at that IPA in EL1 with its MMU off and x0. */
    void start(PeContext pe, long entry, long x0);

    /**
     * Serves an exception that was taken to EL2, and enters the guest again: afterwards the PE is at EL1 or
     * EL0, unless the outcome ends the VM.
     */
    Outcome exit(PeContext pe);

    /** Sets the line of a virtual interrupt, for devices that the VM's user space emulates. */
    void setLine(int vcpu, int intid, boolean level);

    /** Binds a vCPU to another PE, between two operations, as the host's scheduler or user space does. */
    void move(int vcpu, int pe);

    /** Why the outcome was FAILED: one sentence. */
    String failure();

    /** VM exits by reason, with counts. */
    SortedMap<String, Long> exits();

    /** When these exits were. */
    ExitHistory exitHistory();

    /** Trapped accesses by register name, with counts. */
    SortedMap<String, Long> traps();

    /** Buffer management events delivered to the guest by kind, with counts. */
    SortedMap<String, Long> bufferEvents();

    /** For each kind of buffer management event that was delivered, in words why the first one was. */
    SortedMap<String, String> eventReasons();

    /** What the host did for the VM, by name: pins, host memory, blackouts, time; with counts, bytes or cycles. */
    SortedMap<String, Long> host();

    /**
     * Physical address of the byte that an IPA names, for an access by the VM's user space: as such an access
     * does, it brings the page in when the host has reclaimed it, and gives it a frame of its own before a
     * write. Each page has its own frame, and keeps it only until the VM runs again.
     *
     * @return -1 when no memslot backs the IPA
     */
    long hostAddress(long ipa, boolean write);

    /**
     * Physical address of the byte that an IPA names, for who looks and leaves everything as it is.
     *
     * @return -1 when no memslot backs the IPA, or its page is not in memory now
     */
    default long whereIs(long ipa) {
        return -1;
    }

    /** Encodings of the registers that each vCPU has in memory, beside or in place of the hardware's. */
    default SortedSet<Integer> registersInMemory() {
        return Collections.emptySortedSet();
    }

    /** The value in memory of one of {@link #registersInMemory}. */
    default long memory(int vcpu, int encoding) {
        throw new UnsupportedOperationException();
    }

    /** Virtual time in cycles of the PE at which {@link #advance} must be called; Long.MAX_VALUE for never. */
    long deadline(int pe);

    /**
     * Whether the guest does nothing of its own until an interrupt or an event comes from outside: every vCPU that is
     * on waits, in a PE or out of it, and the host has nothing in store that ends a wait, as the end of a time slice, a
     * timer of a vCPU that is on no PE, or an interrupt on its way. What the host does to memory ends none.
     */
    boolean idle();

    /** Does what the host does at that time, between two operations of the guest. */
    void advance(int pe);

    /**
     * Puts another policy in the place of the VM's, between two operations.
     *
     * @throws dev.spelunk.api.problems.BadInputException when the VM cannot have it: the old one goes on
     */
    void pinningPolicy(BufferPinningPolicy policy);

    /** Drops everything derived: the machine's state has been replaced. */
    void invalidate();

    /**
     * The hardware under the VM has become another one between two operations of the guest. As after a migration to
     * another host: every vCPU is put, what was loaded into the old hardware is loaded into the new, and what the
     * host pinned it pins again.
     */
    void hostChanged();

    /** vcpu put, unpin, tear down. */
    void close();
}
