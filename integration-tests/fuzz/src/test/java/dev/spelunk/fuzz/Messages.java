// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import java.nio.file.Path;

/** What a refusal of a file must say. */
public final class Messages {
    private Messages() {}

    /** One line that names the file and no class of Java. */
    public static void check(String message, Path file) {
        if (message == null
                || message.isBlank()
                || message.lines().count() != 1
                || message.contains("Exception")
                || !message.contains(file.getFileName().toString())) {
            throw new AssertionError("no message for a user: " + message);
        }
    }
}
