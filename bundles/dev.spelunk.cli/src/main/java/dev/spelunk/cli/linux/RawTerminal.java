// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.linux;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The controlling terminal, giving each key at once. Closing it brings back what was. */
public final class RawTerminal implements AutoCloseable {
    private static final File TERMINAL = new File("/dev/tty");

    private final String settings;
    private boolean raw;

    private RawTerminal(String settings) {
        this.settings = settings;
    }

    /** Switches to raw mode, for a guest. Returns null when the host has no way to: input then arrives line by line. */
    public static RawTerminal open() {
        return open("raw", "-echo");
    }

    /**
     * Switches to a mode for who edits lines by himself: Ctrl-C is a key too; other keys make signals as ever, and what is
     * written is as ever. Returns null when the host has no way to.
     */
    public static RawTerminal forEditing() {
        return open("-icanon", "-echo", "-iexten", "-ixon", "intr", "undef", "min", "1", "time", "0");
    }

    private static RawTerminal open(String... mode) {
        String settings = stty("-g");
        if (settings == null) {
            return null;
        }
        RawTerminal terminal = new RawTerminal(settings.trim());
        // Also when the program is ended where it is.
        Runtime.getRuntime().addShutdownHook(new Thread(terminal::close, "terminal"));
        terminal.raw = stty(mode) != null;
        return terminal;
    }

    /** Ends raw mode; later calls do nothing. */
    @Override
    public synchronized void close() {
        if (raw) {
            raw = false;
            stty(settings);
        }
    }

    /** What stty says, or null when it failed. */
    private static String stty(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "stty";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(TERMINAL)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return process.waitFor() == 0 ? said : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
