// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Reads commands from standard input and executes them in a Gogo session until {@code exit}, {@code quit}
 * or the end of the input. Prompts only when the framework property {@code spelunk.interactive} is true.
 */
@Component(service = Callable.class, property = "spelunk.session=shell")
public final class ShellSession implements Callable<Integer> {
    private static final int COMMAND_FAILED = 2;

    private final CommandProcessor processor;
    private final MachineCommands commands;
    private final boolean interactive;

    /**
     * Made by SCR.
     *
     * @param processor Gogo's
     * @param commands the machine's commands: without them there is no session
     * @param context of this bundle
     */
    @Activate
    public ShellSession(
            @Reference CommandProcessor processor, @Reference MachineCommands commands, BundleContext context) {
        this.processor = processor;
        this.commands = commands;
        this.interactive = Boolean.parseBoolean(context.getProperty("spelunk.interactive"));
    }

    /**
     * Runs the session on the streams of the process.
     *
     * @return 0, or 2 when a command of a script failed
     */
    @Override
    public Integer call() throws IOException {
        return run(System.in, System.out, System.err);
    }

    int run(InputStream in, PrintStream out, PrintStream err) throws IOException {
        int code = 0;
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        try (CommandSession session = processor.createSession(InputStream.nullInputStream(), out, err)) {
            session.put("SCOPE", "spelunk:*");
            if (interactive) {
                out.println("Gogo shell on a Spelunk machine (" + commands.status()
                        + "): help lists the commands, exit leaves.");
            }
            for (String line = next(lines, out); line != null; line = next(lines, out)) {
                String command = line.strip();
                if (command.equals("exit") || command.equals("quit")) {
                    break;
                }
                if (!command.isEmpty() && !command.startsWith("#") && !execute(session, command, out, err)) {
                    code = interactive ? 0 : COMMAND_FAILED;
                }
            }
        }
        return code;
    }

    private String next(BufferedReader lines, PrintStream out) throws IOException {
        if (interactive) {
            out.print("spelunk> ");
        }
        out.flush();
        return lines.readLine();
    }

    /** A word with a star is a name with any characters in their place; Gogo would look for files. */
    static String quoted(String command) {
        return command.matches("registers [\\w* ]+")
                ? command.replaceAll("(?<= )(\\w*\\*[\\w*]*)(?= |$)", "\"$1\"")
                : command;
    }

    private static boolean execute(CommandSession session, String command, PrintStream out, PrintStream err) {
        try {
            Object result = session.execute(quoted(command));
            if (result != null) {
                CharSequence text =
                        result instanceof CharSequence string ? string : session.format(result, Converter.INSPECT);
                out.println(text.toString().stripTrailing());
            }
            return true;
        } catch (StackOverflowError e) {
            err.println("spelunk: this is nested too deep");
            return false;
        } catch (Exception e) {
            Throwable cause =
                    e instanceof java.lang.reflect.InvocationTargetException && e.getCause() != null ? e.getCause() : e;
            err.println("spelunk: " + (cause.getMessage() == null ? cause.toString() : cause.getMessage()));
            err.flush();
            return false;
        }
    }
}
