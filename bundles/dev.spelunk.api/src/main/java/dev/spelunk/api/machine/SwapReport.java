// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import java.util.List;

/**
 * What has been swapped in one machine.
 *
 * @param swaps number of exchanges
 * @param medianPause host time for which the machine stood still for an exchange, in nanoseconds, the median
 * @param longestPause the longest of them
 * @param waited host time in nanoseconds for which scheduled swaps waited for their preparation to end
 * @param refused a sentence for each swap that was not done
 * @param ahead number of scheduled swaps that are still to come
 * @param missing parts that have left, for which the machine waits; empty when it does not
 */
public record SwapReport(long swaps, long medianPause, long longestPause, long waited, List<String> refused, int ahead,
        List<String> missing) {
}
