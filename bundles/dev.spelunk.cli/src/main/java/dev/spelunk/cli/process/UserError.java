// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.process;

/**
 * Something that the user can put right: bad input, or a host that cannot do what was asked. Ends the
 * program with one line on standard error and exit code {@link ExitCode#BAD_INPUT}.
 */
public final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an error.
     *
     * @param message what was wrong, where, and what to do about it; one line
     */
    public UserError(String message) {
        super(message, null, false, false);
    }
}
