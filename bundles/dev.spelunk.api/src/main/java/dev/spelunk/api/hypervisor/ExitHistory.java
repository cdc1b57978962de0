// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.hypervisor;

import java.util.SortedMap;

/**
 * When a VM's vCPUs left their guest, and when profiling stood still.
 *
 * @param cycles of virtual time in each of the equal stretches into which the run is divided
 * @param exits for each reason, as exits are counted by, how many there were in each stretch; all of one length
 * @param unprofiled of that length too: operations of the guest while a buffer management event was on its way to the host, by
 *     the stretch in which it arrived
 */
public record ExitHistory(long cycles, SortedMap<String, long[]> exits, long[] unprofiled) {}
