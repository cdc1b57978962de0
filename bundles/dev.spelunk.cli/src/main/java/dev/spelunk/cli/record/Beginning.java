// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.debian.Cache;
import dev.spelunk.cli.options.MachineOptions;
import dev.spelunk.cli.run.FileInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * From where the guest of a recording goes on: from its reset, from the state that the user names, or from where one of an
 * earlier recording waited for its orders. What follows is the same.
 */
final class Beginning {
    private final SavedGuests saved;
    private final Orders orders;
    private final boolean restores;
    /** Whether a guest that has booted is kept. */
    private final boolean keeps;

    private BootedGuest guest;
    private boolean booted;

    /**
     * Decides what may be done.
     *
     * @param cache where the packages are
     * @param order what is to be recorded
     * @param options of the machine
     * @param orders for a guest that waits for them; null for one that has them
     */
    Beginning(Cache cache, RecordingOrder order, MachineOptions options, Orders orders) {
        saved = new SavedGuests(cache);
        this.orders = orders;
        restores = options.restores();
        keeps = orders != null && !order.fresh() && options.undisturbed();
    }

    /** What brings the orders; null for none. */
    InputStream orders() {
        return orders == null ? null : new FileInput(orders.file());
    }

    /** Whether the guest had booted in an earlier recording. */
    boolean booted() {
        return booted;
    }

    /**
     * Composes the machine. Then its guest's orders are written.
     *
     * @param channels of the guest
     */
    Machine machine(Composition composition, RunOptions options, GuestChannels channels) throws IOException {
        if (orders != null && restores) {
            orders.write(true);
            channels.skipping();
        }
        Machine machine = composition.machine(options);
        if (keeps) {
            guest = new BootedGuest(saved, composition, machine);
            machine = restored(machine, composition, options);
            if (!booted) {
                Machine boots = machine;
                channels.onBooted(() -> guest.save(boots));
            }
        }
        if (orders != null && !restores) {
            Path symbols = booted ? guest.symbols() : null;
            orders.write(symbols == null);
            if (symbols != null) {
                channels.symbols(symbols);
            }
        }
        return machine;
    }

    /** The machine in the state that is saved, else one that begins with its reset. */
    private Machine restored(Machine machine, Composition composition, RunOptions options) {
        if (!guest.exists()) {
            return machine;
        }
        try {
            guest.restore(machine);
            booted = true;
            return machine;
        } catch (BadInputException e) {
            machine.close();
            System.err.println("spelunk: " + e.getMessage() + ": Linux boots anew");
            return composition.machine(options);
        }
    }

    /** The kernel's symbols have come, for later recordings too. */
    void keepSymbols(Path file) {
        if (guest != null) {
            guest.keepSymbols(file);
        }
    }
}
