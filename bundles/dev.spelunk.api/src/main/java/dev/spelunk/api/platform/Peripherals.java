// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.platform;

import java.time.Instant;
import java.util.List;

/**
 * What a run connects to a machine beside its terminal. A device model shows the guest no more than that: with
 * {@link #NONE} the board is the same as without the model.
 *
 * @param drives disks, in the order in which the guest finds them
 * @param console whether the terminal is a console of its own (Linux: {@code hvc0}) that gets the keys in place of
 *     the UART; what the guest writes to the UART goes to the terminal all the same
 * @param ports channels beside the terminal
 * @param entropy whether there is a source of random numbers, from the machine's seed
 * @param clock what a real-time clock shows when the machine begins, in whole seconds from 1970 to 2106; null for a
 *     machine without one
 */
public record Peripherals(
        List<Drive> drives, boolean console, List<ConsolePort> ports, boolean entropy, Instant clock) {
    /** Nothing. */
    public static final Peripherals NONE = new Peripherals(List.of(), false, List.of(), false);

    /** Without a clock. */
    public Peripherals(List<Drive> drives, boolean console, List<ConsolePort> ports, boolean entropy) {
        this(drives, console, ports, entropy, null);
    }

    public Peripherals {
        drives = List.copyOf(drives);
        ports = List.copyOf(ports);
    }

    /** The same with a clock that shows that time when the machine begins, null for none. */
    public Peripherals withClock(Instant time) {
        return new Peripherals(drives, console, ports, entropy, time);
    }
}
