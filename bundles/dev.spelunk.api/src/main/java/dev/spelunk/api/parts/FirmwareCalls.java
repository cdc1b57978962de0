// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.parts;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Service: answers PSCI and SMCCC calls (DEN 0022, DEN 0028), as firmware or a hypervisor does. It changes nothing but
 * the caller's registers: what a call asks for it returns, and whoever passed the call on does it.
 */
@ProviderType
public interface FirmwareCalls {
    /** The PEs that a call can name: of the machine, or the vCPUs of a VM. */
    @ConsumerType
    interface Pes {
        /** How many there are. */
        int count();

        /** MPIDR_EL1 of one, from 0 to {@link #count} - 1. */
        long affinity(int pe);

        /** Whether it is switched on. */
        boolean powered(int pe);
    }

    /** What is to be done about a call. */
    enum Action {
        /** Nothing: the results are in the caller's registers. */
        RETURN,
        /** The caller waits for an interrupt, as in WFI. */
        STANDBY,
        /** The caller is switched off. */
        CPU_OFF,
        /** A PE is reset and switched on. */
        CPU_ON,
        SYSTEM_OFF,
        SYSTEM_RESET
    }

    /**
     * What a call asks for.
     *
     * @param pe with {@link Action#CPU_ON}: which PE
     * @param entry with {@link Action#CPU_ON}: where it begins, with its MMU off
     * @param argument with {@link Action#CPU_ON}: its X0
     */
    record Request(Action action, int pe, long entry, long argument) {
        /** A request that names no PE. */
        public Request(Action action) {
            this(action, -1, 0, 0);
        }
    }

    /**
     * Serves a call.
     *
     * @param x the caller's general-purpose registers: the call in X0 to X7, its results in X0 to X3
     * @param pes that the caller can name
     */
    Request call(long[] x, Pes pes);
}
