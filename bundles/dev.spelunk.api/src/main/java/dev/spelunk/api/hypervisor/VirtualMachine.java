// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.hypervisor;

import dev.spelunk.api.machine.PeContext;
import java.util.SortedMap;
import org.osgi.annotation.versioning.ProviderType;

/** A VM of a hypervisor, seen from the run loop. */
@ProviderType
public interface VirtualMachine {
    /** What the run loop does after an exit. */
    enum Outcome { RESUME, SYSTEM_OFF, SYSTEM_RESET, FAILED }

    /** vcpu load and the first entry: vCPU n starts at that IPA in EL1 with its MMU off and x0. */
    void start(PeContext pe, long entry, long x0);

    /**
     * Serves an exception that was taken to EL2, and enters the guest again: afterwards the PE is at EL1 or
     * EL0, unless the outcome ends the VM.
     */
    Outcome exit(PeContext pe);

    /** Sets the line of a virtual interrupt, for devices that the VM's user space emulates. */
    void setLine(int vcpu, int intid, boolean level);

    /** Why the outcome was FAILED: one sentence. */
    String failure();

    /** VM exits by reason, with counts. */
    SortedMap<String, Long> exits();

    /** Trapped accesses by register name, with counts. */
    SortedMap<String, Long> traps();

    /** Buffer management events delivered to the guest by kind, with counts. */
    SortedMap<String, Long> bufferEvents();

    /** Physical address that backs an IPA now; -1 when no memslot does. */
    long hostAddress(long ipa);

    /** Drops everything derived: the machine's state has been replaced. */
    void invalidate();

    /** vcpu put, unpin, tear down. */
    void close();
}
