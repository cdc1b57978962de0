// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import java.util.Collections;
import java.util.List;

/**
 * What has been swapped in one machine.
 *
 * @param pauses host time for which the machine stood still for each exchange, in nanoseconds, in their order
 * @param done a sentence for each of these exchanges: where it was and what came
 * @param waited host time in nanoseconds for which scheduled swaps waited for their preparation to end
 * @param refused a sentence for each swap that was not done
 * @param ahead number of scheduled swaps that are still to come
 * @param missing parts that have left, for which the machine waits; empty when it does not
 */
public record SwapReport(
        List<Long> pauses, List<String> done, long waited, List<String> refused, int ahead, List<String> missing) {
    /** Number of exchanges. */
    public int swaps() {
        return pauses.size();
    }

    /** The median of the pauses in nanoseconds, 0 when there was none. */
    public long medianPause() {
        return medianPause(0);
    }

    /** The median of the pauses from that one on, counted from 0. */
    public long medianPause(int from) {
        List<Long> sorted = pauses.stream().skip(from).sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
    }

    /** The longest pause in nanoseconds, 0 when there was none. */
    public long longestPause() {
        return pauses.isEmpty() ? 0 : Collections.max(pauses);
    }
}
