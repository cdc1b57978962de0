// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.composition;

import dev.spelunk.api.machine.SwapRequest;

/**
 * A swap on the command line.
 *
 * @param at how many operations have been executed before it
 * @param request what is to be swapped
 */
public record ScheduledSwap(long at, SwapRequest request) {}
