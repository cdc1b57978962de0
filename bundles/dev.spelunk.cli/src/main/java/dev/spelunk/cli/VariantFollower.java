// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli;

import dev.spelunk.api.machine.BadInputException;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.VariantUpdate;
import java.util.concurrent.TimeUnit;

/** Takes over what changes in a variant's file, or in a bundle's, while a machine runs. Closing it ends that. */
final class VariantFollower implements AutoCloseable {
    private static final long PERIOD_MILLISECONDS = 500;

    private final Thread thread;

    /**
     * Begins to follow.
     *
     * @param update reads the file; changes nothing where nothing differs
     * @param machine the machine
     */
    VariantFollower(VariantUpdate update, Machine machine) {
        thread = new Thread(() -> follow(update, machine), "variant");
        thread.setDaemon(true);
        thread.start();
    }

    private static void follow(VariantUpdate update, Machine machine) {
        String said = "";
        while (!Thread.currentThread().isInterrupted()) {
            try {
                TimeUnit.MILLISECONDS.sleep(PERIOD_MILLISECONDS);
                String done = update.update(machine, false);
                if (!done.isEmpty()) {
                    System.err.println("spelunk: " + done);
                }
                said = "";
            } catch (UserError | BadInputException e) {
                // The same file says the same every time it is read.
                if (!said.equals(e.getMessage())) {
                    said = e.getMessage();
                    System.err.println("spelunk: " + said);
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
