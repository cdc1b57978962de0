// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.composition;

/**
 * How a debugger gets the machines of a composition.
 *
 * @param where {@code PORT}, {@code HOST:PORT} or {@code stdio}
 * @param waits whether a machine stands before its first instruction until the debugger lets it go
 * @param history bytes for going back; 0 for none
 */
public record Debugging(String where, boolean waits, long history) {
    /** {@link #where} for standard input and output. */
    public static final String STREAMS = "stdio";
}
