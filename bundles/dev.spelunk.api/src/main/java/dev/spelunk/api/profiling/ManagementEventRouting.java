// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.profiling;

import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Where buffer management events are recorded and how they are signalled (DDI 0487, D17.8). Functions of
 * register values; asked when a sample is due, when an event is recorded and when the PE's state changes.
 */
@ConsumerType
public interface ManagementEventRouting {
    /**
     * Which PMBSR_ELx records an event (rule RHJXHT).
     *
     * @param ec PMBSR_ELx.EC: 0x24 and 0x25 for aborts of stage 1 and 2, 0x1E for other granule protection
     *     check faults, 0 for all other events and for a collision
     * @param fsc fault status code of an abort
     * @return 1, 2 or 3
     */
    int target(PeContext context, int ec, int fsc);

    /** Whether a recorded event stops profiling (rule RTWFRY). */
    boolean stopped(PeContext context);

    /** Level of PMBIRQ (rule RTSJRP). */
    boolean interrupt(PeContext context);

    /**
     * The SPE Profiling exception that is enabled, pending and unmasked at the PE's current Exception level
     * (rule RYZJQX).
     *
     * @return its target Exception level, 0 when there is none
     */
    int exceptionTarget(PeContext context);
}
