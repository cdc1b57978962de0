// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.composition;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.cli.process.UserError;
import java.util.concurrent.TimeUnit;

/** Takes over what changes in a variant's file, or in a bundle's, while a machine runs. Closing it ends that. */
final class VariantFollower implements AutoCloseable {
    private static final long PERIOD_MILLISECONDS = 500;

    private final Thread thread;

    /**
     * Begins to follow.
     *
     * @param composition of the variant
     * @param machine the machine
     */
    VariantFollower(Composition composition, Machine machine) {
        thread = new Thread(() -> follow(composition, machine), "variant");
        thread.setDaemon(true);
        thread.start();
    }

    private static void follow(Composition composition, Machine machine) {
        String said = "";
        Object tried = null;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                TimeUnit.MILLISECONDS.sleep(PERIOD_MILLISECONDS);
                Object wanted = composition.wanted();
                if (wanted.equals(tried)) {
                    // Refused or done: parts must not be started again and again for the same.
                    continue;
                }
                tried = wanted;
                String done = composition.update(machine, false);
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
