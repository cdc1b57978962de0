// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.problems;

/** Something a person gave is wrong. The message is one sentence: what, where, what to do. */
public final class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadInputException(String message) {
        super(message);
    }

    public BadInputException(String message, Throwable cause) {
        super(message, cause);
    }
}
