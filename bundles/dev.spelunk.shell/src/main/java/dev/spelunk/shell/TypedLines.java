// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Supplier;
import org.jline.reader.Completer;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;

/**
 * Lines that a person types and edits, with completion and a history. The host's terminal gives each key at once and makes
 * no signal of Ctrl-C, so that the program's own handlers stay what they are: what a terminal's line discipline does else
 * is done here, by JLine.
 */
final class TypedLines implements Lines {
    private static final File TERMINAL = new File("/dev/tty");
    private static final int MOST_KEPT = 10_000;

    private final Terminal terminal;
    private final LineReader reader;
    private final Supplier<String> interrupt;
    private final Supplier<Size> size;

    /**
     * Begins to read.
     *
     * @param in what is typed, each key at once
     * @param out the screen
     * @param type of the terminal, as TERM says it
     * @param completer of words
     * @param history the file that what is typed is kept in; null for none
     * @param interrupt done at Ctrl-C; returns what is to be said then, or an empty text
     * @param size of the screen now
     */
    TypedLines(
            InputStream in,
            OutputStream out,
            String type,
            Completer completer,
            Path history,
            Supplier<String> interrupt,
            Supplier<Size> size)
            throws IOException {
        this.interrupt = interrupt;
        this.size = size;
        terminal = new ExternalTerminal("spelunk", type, in, out, charset());
        // While a command is carried out; while a line is read, the reader hears of it.
        terminal.handle(Terminal.Signal.INT, signal -> interruptedCommand());
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("spelunk")
                .completer(completer)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.HISTORY_BEEP, false)
                .option(LineReader.Option.BRACKETED_PASTE, false)
                .option(LineReader.Option.CASE_INSENSITIVE, true)
                .variable(LineReader.HISTORY_FILE_SIZE, MOST_KEPT)
                .variable(LineReader.HISTORY_SIZE, MOST_KEPT);
        if (history != null) {
            builder.variable(LineReader.HISTORY_FILE, history);
        }
        reader = builder.build();
    }

    private static Charset charset() {
        String name = System.getProperty("sun.jnu.encoding", "");
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
    }

    @Override
    public String next() {
        while (true) {
            terminal.setSize(size.get());
            try {
                String line = reader.readLine("spelunk> ");
                // The reader is told by an interrupt of its thread, which may come after the end of the line.
                if (!Thread.interrupted()) {
                    return line;
                }
                interrupted();
            } catch (UserInterruptException e) {
                interrupted();
            } catch (EndOfFileException e) {
                return null;
            }
        }
    }

    /** The command itself says where the machine stands. */
    private void interruptedCommand() {
        String unused = interrupt.get();
    }

    private void interrupted() {
        String said = interrupt.get();
        if (!said.isEmpty()) {
            terminal.writer().println(said);
        }
    }

    @Override
    public String place() {
        return "";
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }

    /** The size of the screen, as the host's stty says it; 24 lines of 80 characters where it does not. */
    static Size screen() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(TERMINAL)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String[] said = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .split(" ");
            if (stty.waitFor() == 0 && said.length == 2 && !said[0].equals("0") && !said[1].equals("0")) {
                return new Size(Integer.parseInt(said[1]), Integer.parseInt(said[0]));
            }
        } catch (IOException | NumberFormatException e) {
            return new Size(80, 24);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new Size(80, 24);
    }

    /**
     * The file of the history, which only the user can read: {@code spelunk/shell-history} in the folder for the state of
     * programs, which {@code XDG_STATE_HOME} may name.
     *
     * @param state what XDG_STATE_HOME is, or null
     * @param home the user's folder
     * @throws IOException when it cannot be made
     */
    static Path history(String state, Path home) throws IOException {
        Path states = state != null && Path.of(state).isAbsolute() ? Path.of(state) : home.resolve(".local/state");
        Path file = states.resolve("spelunk").resolve("shell-history");
        Files.createDirectories(
                file.getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        if (!Files.isWritable(file)) {
            throw new IOException(file + " cannot be written");
        }
        return file;
    }
}
