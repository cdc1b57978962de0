// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.hypervisor;

import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.versioning.ProviderType;

/** A vCPU as trap handlers see it: the guest's in-memory registers and the PE that it is loaded on. */
@ProviderType
public interface Vcpu {
    /** Its number in the VM, from 0. */
    int index();

    /** The PE, with the hardware registers. */
    PeContext pe();

    /** In-memory value of a register that does not go to hardware directly. */
    long memory(int encoding);

    void memory(int encoding, long value);

    /** The guest writes a buffer register: the SPE part takes the value, or what it takes of it, into memory. */
    void bufferWrite(int encoding, long value);

    /** Tells that the guest has accessed a breakpoint, a watchpoint or MDSCR_EL1, which are lent to it from then on. */
    void debugAccessed();

    /** Tells that the guest has written OSLAR_EL1 (in memory already). */
    void osLockWritten();

    /** The VM's virtual GIC. */
    InterruptDistributor interrupts();

    /** How the VM is run. */
    VmOptions options();
}
