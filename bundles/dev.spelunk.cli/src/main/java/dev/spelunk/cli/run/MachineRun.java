// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.StopRequests;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/**
 * Runs machines, one after the other, for a command. When the user interrupts the program, the machine stops, and
 * the command writes what it must before it closes this and ends.
 */
public final class MachineRun implements AutoCloseable {
    private final StopRequests.Activity activity = StopRequests.ofProcess().begin(this::stop);
    private TraceSink trace;
    private Machine current;
    private boolean interrupted;
    private List<Console> consoles = List.of();
    private long before;
    private BooleanSupplier asking = () -> false;

    /** The timeline of what is run, which ends with this; null for none. */
    public MachineRun timeline(TraceSink sink) {
        trace = sink;
        return this;
    }

    /** Nobody waits for the readers of these when the machine is to stop. */
    public MachineRun releasing(Console... written) {
        consoles = List.of(written);
        return this;
    }

    /**
     * Asks the guest to end in an order of its own, before its machine is stopped.
     *
     * @param asks the guest; false when it could not be asked
     */
    public MachineRun softly(BooleanSupplier asks) {
        asking = asks;
        return this;
    }

    /** Instructions that the guest had executed in another process, which saved it. */
    public long before() {
        return before;
    }

    /** Runs a machine to its end; at once to its interruption when the user has interrupted the program. */
    public Result run(Machine machine) {
        machine.passed()
                .forEach((port, bytes) -> System.err.println(String.format(
                        Locale.ROOT,
                        "spelunk: port %s: the %,d bytes that the guest wrote before the snapshot went to the run that saved it",
                        port,
                        bytes)));
        return runAnew(machine);
    }

    /** The same of a machine of which nobody needs to know that it was saved. */
    public Result runAnew(Machine machine) {
        begin(machine);
        before = machine.instructions();
        Result result = machine.run();
        activity.stopped(true);
        remarks(machine);
        return result;
    }

    /** What there is to say of a run that is over, however it ended: on standard error. */
    public static void remarks(Machine machine) {
        findings(machine);
        for (long point : machine.unsaved()) {
            System.err.println("spelunk: the run ended before --save-at " + point + ": that snapshot is not written");
        }
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
                return ExitCode.LIMIT;
            case RECORD_LIMIT:
                System.err.println("spelunk: --max-record-bytes ended the run: " + result.message());
                return ExitCode.LIMIT;
            case HOST_FAILED:
                System.err.println("spelunk: " + result.message());
                return ExitCode.BAD_INPUT;
            case INTERRUPTED:
                if (!StopRequests.ofProcess().requested()) {
                    // Else it is said at the very end.
                    System.err.println("spelunk: interrupted");
                }
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

    /** Where the guest was when something else than the guest ended its run, or it failed: lines of text. */
    public static List<String> diagnosis(Machine machine, Result result) {
        return switch (result.ending()) {
            case EXITED, POWERED_OFF, INVARIANT_BROKEN -> List.of();
            default -> machine.diagnosis();
        };
    }

    /** Says it on standard error. */
    public static void tellDiagnosis(Machine machine, Result result) {
        diagnosis(machine, result).forEach(line -> System.err.println("spelunk: " + line));
    }

    private static void findings(Machine machine) {
        List<String> findings = machine.findings();
        if (findings != null) {
            System.err.println("spelunk: --check: "
                    + (findings.isEmpty()
                            ? "nothing was found"
                            : "found at " + findings.size() + (findings.size() == 1 ? " place:" : " places:")));
            findings.forEach(each -> System.err.println("spelunk: " + each));
        }
    }

    private synchronized void begin(Machine machine) {
        current = machine;
        activity.stopped(false);
        if (interrupted) {
            machine.interrupt();
        }
    }

    private synchronized void stop() {
        interrupted = true;
        consoles.forEach(Console::waitNoMore);
        if (current != null && asking.getAsBoolean()) {
            // It takes what it takes; a second request ends it.
            activity.stopped(true);
            return;
        }
        if (current != null) {
            current.interrupt();
        }
    }

    /** Everything is written. */
    @Override
    public void close() {
        try {
            if (trace != null) {
                trace.close();
            }
        } finally {
            activity.close();
        }
    }
}
