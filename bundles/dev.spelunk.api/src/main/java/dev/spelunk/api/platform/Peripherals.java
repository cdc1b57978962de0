// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.platform;

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
 */
public record Peripherals(List<Drive> drives, boolean console, List<ConsolePort> ports, boolean entropy) {
    /** Nothing. */
    public static final Peripherals NONE = new Peripherals(List.of(), false, List.of(), false);

    public Peripherals {
        drives = List.copyOf(drives);
        ports = List.copyOf(ports);
    }
}
