// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.linux;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.run.Console;
import dev.spelunk.cli.run.MachineRun;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Runs an operating system until it ends, also over its resets, with the terminal as its console. */
public final class SystemRun implements Callable<Integer> {
    /** The guest's memory in bytes where the user does not say one. */
    public static final long MEMORY = 512 << 20;
    /** The same for a host at EL2, half of which is its VM's. */
    public static final long HOST_MEMORY = 1L << 30;
    /** A panic of Linux prints its reason, then about as much again. */
    private static final int LAST_LINES = 40;

    private final Supplier<Machine> machines;
    private final Console console;
    private final EscapeInput keys;
    private final RawTerminal terminal;
    private final boolean reboot;
    private TraceSink trace;

    /**
     * Creates a run.
     *
     * @param machines makes a machine with the guest loaded, anew after each reset
     * @param console the guest's console
     * @param keys the terminal's keys; null when the input is no terminal
     * @param terminal in raw mode; null when it is not
     * @param reboot whether to start again after a reset
     */
    public SystemRun(
            Supplier<Machine> machines, Console console, EscapeInput keys, RawTerminal terminal, boolean reboot) {
        this.machines = machines;
        this.console = console;
        this.keys = keys;
        this.terminal = terminal;
        this.reboot = reboot;
    }

    /** The timeline of the machines; null for none. */
    public SystemRun timeline(TraceSink sink) {
        trace = sink;
        return this;
    }

    /**
     * Runs the guest.
     *
     * @return the exit code of the program
     */
    @Override
    public Integer call() {
        try (MachineRun run = new MachineRun().timeline(trace).releasing(console)) {
            return run(run);
        } finally {
            closeTerminal();
        }
    }

    private int run(MachineRun run) {
        while (true) {
            try (Machine machine = machines.get()) {
                if (keys != null) {
                    keys.onLeave(machine::interrupt);
                }
                Result result = run.run(machine);
                console.drain();
                if (result.ending() != Ending.RESET || !reboot) {
                    return ended(machine, result, result.instructions() - run.before());
                }
            }
        }
    }

    private int ended(Machine machine, Result result, long here) {
        closeTerminal();
        System.err.println(String.format(
                Locale.ROOT,
                "spelunk: %,d instructions in %.1f s, %.0f million a second",
                here,
                result.nanoseconds() / 1e9,
                result.nanoseconds() == 0 ? 0 : here * 1e3 / result.nanoseconds()));
        if (result.ending() == Ending.INTERRUPTED && keys != null && keys.left()) {
            System.err.println("spelunk: left with Ctrl-A x");
            return ExitCode.SUCCESS;
        }
        if (result.ending() == Ending.RESET) {
            System.err.println(
                    "spelunk: the guest reset itself (--reboot starts it again); the last lines of its console:");
            console.lastLines(LAST_LINES).forEach(line -> System.err.println("  " + line));
            MachineRun.tellDiagnosis(machine, result);
            return ExitCode.GUEST_FAILED;
        }
        int code = MachineRun.exitCode(machine, result);
        MachineRun.tellDiagnosis(machine, result);
        return code;
    }

    private void closeTerminal() {
        if (terminal != null) {
            terminal.close();
        }
    }
}
