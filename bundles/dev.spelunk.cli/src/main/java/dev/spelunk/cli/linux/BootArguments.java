// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.linux;

/** The kernel's command line. */
public final class BootArguments {
    private BootArguments() {}

    /**
     * Adds {@code panic=-1} unless the line says what to do at a panic, so that one arrives as a reset.
     *
     * @param line the user's command line
     */
    public static String complete(String line) {
        for (String word : line.trim().split("\\s+")) {
            if (word.equals("--")) {
                break;
            }
            if (word.startsWith("panic=")) {
                return line;
            }
        }
        // In front: what follows "--" goes to init.
        return line.isBlank() ? "panic=-1" : "panic=-1 " + line.trim();
    }
}
