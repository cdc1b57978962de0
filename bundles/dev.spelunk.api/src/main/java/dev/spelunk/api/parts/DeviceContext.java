// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.parts;

import dev.spelunk.api.platform.Device;
import dev.spelunk.api.platform.GuestMemory;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.versioning.ProviderType;

/** What a device gets from the machine, or from the VM that it is a part of. */
@ProviderType
public interface DeviceContext {
    MachineState machine();

    /** The contexts of the PEs. */
    PeContext[] pes();

    /** Sets an interrupt line, as {@link InterruptDistributor#setLine} of the controller that the device is wired to. */
    void setLine(int pe, int intid, boolean level);

    /**
     * Says when {@link Device#advance} must be called next, in place of what the device has said for the PE before.
     *
     * @param pe index of the PE
     * @param cycles virtual time of the PE; one that has passed means before its next operation, Long.MAX_VALUE never
     */
    void deadline(int pe, long cycles);

    /** A byte for the terminal. */
    void console(int value);

    /** The next byte from the terminal, or -1 when there is none. */
    int consoleInput();

    /** What the run connects to the machine. */
    default Peripherals peripherals() {
        return Peripherals.NONE;
    }

    /** The Exception level at which the guest is entered: at 2, what EL2 has is the guest's. */
    default int entryEl() {
        return 1;
    }

    /** The guest's memory, for devices that reach it themselves. */
    GuestMemory memory();
}
