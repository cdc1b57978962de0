// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.process;

/** The exit codes of Spelunk itself; any other value is the one that the guest passed to its exit call. */
public final class ExitCode {
    /** The command did what was asked, or the guest ended with PSCI SYSTEM_OFF. */
    public static final int SUCCESS = 0;
    /** Bad input, or a host problem such as an output folder that cannot be written. */
    public static final int BAD_INPUT = 2;
    /** The guest failed or reset itself. */
    public static final int GUEST_FAILED = 3;
    /** {@code --max-instructions} or {@code --max-record-bytes} ended the run. */
    public static final int LIMIT = 4;
    /** A checked invariant broke. */
    public static final int INVARIANT_BROKEN = 5;
    /** {@code record} has no profile; it needs a code of its own, as it passes on its program's. */
    public static final int RECORD_FAILED = 125;
    /** The terminal went away: SIGHUP. */
    public static final int HUNG_UP = 129;
    /** The user interrupted the program: SIGINT, Ctrl-C. */
    public static final int INTERRUPTED = 130;
    /** Another program ended this one: SIGTERM. */
    public static final int TERMINATED = 143;

    private ExitCode() {}
}
