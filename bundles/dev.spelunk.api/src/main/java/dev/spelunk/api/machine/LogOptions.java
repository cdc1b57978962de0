// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import java.util.Map;
import java.util.function.Consumer;

/**
 * What a machine logs, and where to.
 *
 * @param sinks who gets the lines of a category, without their ends; a line is valid during the call only
 * @param from operations over all PEs that have been executed where the logs begin
 * @param to and where they end, itself not in them
 * @param first lowest PC of what is logged
 * @param last highest one, both unsigned
 * @param el Exception level of what is logged, or {@link #ANY}
 */
public record LogOptions(
        Map<LogCategory, Consumer<CharSequence>> sinks, long from, long to, long first, long last, int el) {
    /** {@link #el} for all. */
    public static final int ANY = -1;
}
