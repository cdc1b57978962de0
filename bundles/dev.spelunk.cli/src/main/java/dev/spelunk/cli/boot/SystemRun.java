// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.boot;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.cli.ExitCode;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Runs an operating system until it ends, also over its resets, with the terminal as its console. */
public final class SystemRun implements Callable<Integer> {
    private static final int LAST_LINES = 12;
    private static final long INTERRUPT_SECONDS = 20;

    private final Supplier<Machine> machines;
    private final SerialConsole console;
    private final EscapeInput keys;
    private final RawTerminal terminal;
    private final boolean reboot;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile Machine current;
    private volatile boolean interrupted;

    /**
     * Creates a run.
     *
     * @param machines makes a machine with the guest loaded, anew after each reset
     * @param console the guest's console
     * @param keys the terminal's keys; null when the input is no terminal
     * @param terminal in raw mode; null when it is not
     * @param reboot whether to start again after a reset
     */
    public SystemRun(Supplier<Machine> machines, SerialConsole console, EscapeInput keys, RawTerminal terminal,
            boolean reboot) {
        this.machines = machines;
        this.console = console;
        this.keys = keys;
        this.terminal = terminal;
        this.reboot = reboot;
    }

    /**
     * Runs the guest.
     *
     * @return the exit code of the program
     */
    @Override
    public Integer call() {
        Thread hook = new Thread(this::interrupted, "interrupt");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            while (true) {
                try (Machine machine = machines.get()) {
                    current = machine;
                    if (keys != null) {
                        keys.onLeave(machine::interrupt);
                    }
                    if (interrupted) {
                        machine.interrupt();
                    }
                    Result result = machine.run();
                    console.flush();
                    if (result.ending() != Ending.RESET || !reboot) {
                        return ended(machine, result);
                    }
                }
            }
        } finally {
            closeTerminal();
            done.countDown();
            removeHook(hook);
        }
    }

    private int ended(Machine machine, Result result) {
        closeTerminal();
        System.err.println(String.format(Locale.ROOT, "spelunk: %,d instructions in %.1f s, %.0f million a second",
                result.instructions(), result.nanoseconds() / 1e9,
                result.nanoseconds() == 0 ? 0 : result.instructions() * 1e3 / result.nanoseconds()));
        switch (result.ending()) {
            case EXITED:
                return result.exitCode();
            case POWERED_OFF:
                return ExitCode.SUCCESS;
            case INSTRUCTION_LIMIT:
                System.err.println("spelunk: --max-instructions ended the run");
                return ExitCode.INSTRUCTION_LIMIT;
            case INTERRUPTED:
                if (keys != null && keys.left()) {
                    System.err.println("spelunk: left with Ctrl-A x");
                    return ExitCode.SUCCESS;
                }
                System.err.println("spelunk: interrupted");
                return ExitCode.INTERRUPTED;
            case RESET:
                System.err.println("spelunk: the guest reset itself (--reboot starts it again); the last lines of its console:");
                console.lastLines(LAST_LINES).forEach(line -> System.err.println("  " + line));
                return ExitCode.GUEST_FAILED;
            default:
                System.err.println(machine.dump().stripTrailing());
                System.err.println("spelunk: the guest failed: " + result.message());
                return ExitCode.GUEST_FAILED;
        }
    }

    private void closeTerminal() {
        if (terminal != null) {
            terminal.close();
        }
    }

    private void interrupted() {
        interrupted = true;
        Machine machine = current;
        if (machine != null) {
            machine.interrupt();
        }
        try {
            if (!done.await(INTERRUPT_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("spelunk: the machine did not stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeTerminal();
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is shutting down because of the interrupt: the hook is running.
            return;
        }
    }
}
