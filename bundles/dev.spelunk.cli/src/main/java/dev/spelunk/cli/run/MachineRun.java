// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.cli.ExitCode;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Runs machines, one after the other, for a command. When the user interrupts the program, the machine stops, and
 * the program ends only when the command has written what it must and closed this.
 */
public final class MachineRun implements AutoCloseable {
    private static final long INTERRUPT_SECONDS = 20;

    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook;
    private TraceSink trace;
    private volatile Machine current;
    private volatile boolean interrupted;

    /**
     * Begins to listen for interrupts.
     *
     * @param atEnd done last when the user interrupts the program
     */
    public MachineRun(Runnable atEnd) {
        hook = new Thread(() -> interrupted(atEnd), "interrupt");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** The timeline of what is run, which ends with this; null for none. */
    public MachineRun timeline(TraceSink sink) {
        trace = sink;
        return this;
    }

    /** Runs a machine to its end; at once to its interruption when the user has interrupted the program. */
    public Result run(Machine machine) {
        current = machine;
        if (interrupted) {
            machine.interrupt();
        }
        machine.passed()
                .forEach((port, bytes) -> System.err.println(String.format(
                        Locale.ROOT,
                        "spelunk: port %s: the %,d bytes that the guest wrote before the snapshot went to the run that saved it",
                        port,
                        bytes)));
        Result result = machine.run();
        for (long point : machine.unsaved()) {
            System.err.println("spelunk: the run ended before --save-at " + point + ": that snapshot is not written");
        }
        return result;
    }

    /**
     * The program's exit code for the end of a run, explained on standard error where it is not the guest's own.
     *
     * @param machine that has run
     * @param result of the run
     */
    public static int exitCode(Machine machine, Result result) {
        switch (result.ending()) {
            case EXITED:
                return result.exitCode();
            case POWERED_OFF:
                return ExitCode.SUCCESS;
            case INSTRUCTION_LIMIT:
                System.err.println(String.format(
                        Locale.ROOT, "spelunk: --max-instructions %d ended the run", result.instructions()));
                return ExitCode.INSTRUCTION_LIMIT;
            case INTERRUPTED:
                System.err.println("spelunk: interrupted");
                return ExitCode.INTERRUPTED;
            case INVARIANT_BROKEN:
                System.err.println("spelunk: " + result.message());
                return ExitCode.INVARIANT_BROKEN;
            default:
                System.err.println(machine.dump().stripTrailing());
                System.err.println("spelunk: the guest " + (result.ending() == Ending.RESET ? "reset itself" : "failed")
                        + (result.message() == null || result.message().isEmpty() ? "" : ": " + result.message()));
                return ExitCode.GUEST_FAILED;
        }
    }

    private void interrupted(Runnable atEnd) {
        interrupted = true;
        Machine machine = current;
        if (machine != null) {
            machine.interrupt();
        }
        try {
            if (!done.await(INTERRUPT_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("spelunk: the machine did not stop; its files are not written");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        atEnd.run();
    }

    /** Everything is written. */
    @Override
    public void close() {
        try {
            if (trace != null) {
                trace.close();
            }
        } finally {
            done.countDown();
            removeHook();
        }
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is shutting down because of the interrupt: the hook is running.
            return;
        }
    }
}
