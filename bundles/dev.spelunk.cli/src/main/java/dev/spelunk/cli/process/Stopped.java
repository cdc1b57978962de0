// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.process;

/** The command ends because the user wants it to; what is said of it is the business of {@link StopRequests}. */
public final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped() {
        super("interrupted", null, false, false);
    }
}
