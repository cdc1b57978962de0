// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The system registers of one PE: decisions, reads and writes over {@code PeState.sys}. */
@ProviderType
public interface RegisterFile {
    /** Storage index in {@code PeState.sys} of the register with this encoding, aliases resolved; -1 when absent. */
    int index(int encoding);

    /** The register with this encoding; null when absent. */
    RegisterDescription description(int encoding);

    /** Every register and every other name of one, in order of encoding. */
    List<RegisterDescription> descriptions();

    /**
     * Decides an MRS or MSR at the current EL (DDI 0487, D24.1): absent registers and too low an EL are
     * UNDEFINED, then the register's trap controls in their order.
     *
     * @return see {@link Access}
     */
    int decide(int encoding, boolean read);

    /** Reads as an allowed MRS at the current EL does: with redirections and hooks. */
    long read(int encoding);

    /** Writes as an allowed MSR at the current EL does: with redirections, field rules and hooks. */
    void write(int encoding, long value);

    /** Sets every register to its value after a Warm reset. */
    void reset();

    /**
     * Gives the registers that software can write at some Exception level, and that belong to a level up to this one,
     * their values after a Warm reset.
     */
    void reset(int level);
}
