// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.parts.Parts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.jline.reader.Completer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Reads commands and executes them in a Gogo session until {@code exit}, {@code quit} or the end of the input. Framework
 * properties say from where: {@code spelunk.script} names a file, with {@code spelunk.editing} a person types at a terminal
 * that gives each key at once, and with {@code spelunk.interactive} one types lines.
 */
@Component(service = Callable.class, property = "spelunk.session=shell")
public final class ShellSession implements Callable<Integer> {
    private static final int COMMAND_FAILED = 2;
    /** Characters of a message that Gogo may make of a whole line. */
    private static final int MOST_SAID = 400;

    private static final String PROMPT = "spelunk> ";

    private final CommandProcessor processor;
    private final MachineCommands commands;
    private final DebugCommands debug;
    private final Machine machine;
    private final BundleContext context;

    /**
     * Made by SCR.
     *
     * @param processor Gogo's
     * @param commands the machine's commands: without them there is no session
     * @param debug those that move the machine, which Ctrl-C ends
     * @param machine whose names complete words
     * @param context of this bundle
     */
    @Activate
    public ShellSession(
            @Reference CommandProcessor processor,
            @Reference MachineCommands commands,
            @Reference DebugCommands debug,
            @Reference Machine machine,
            BundleContext context) {
        this.processor = processor;
        this.commands = commands;
        this.debug = debug;
        this.machine = machine;
        this.context = context;
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
        String script = context.getProperty("spelunk.script");
        boolean interactive = script == null && Boolean.parseBoolean(context.getProperty("spelunk.interactive"));
        boolean editing = interactive && Boolean.parseBoolean(context.getProperty("spelunk.editing"));
        int code = 0;
        try (CommandSession session = processor.createSession(InputStream.nullInputStream(), out, err);
                Lines lines = editing ? typed(session, in, out, err) : plain(script, interactive, in, out)) {
            session.put("SCOPE", "spelunk:*");
            if (interactive) {
                out.println("Gogo shell on a Spelunk machine (" + commands.status()
                        + "): help lists the commands, exit leaves.");
            }
            for (String line = lines.next(); line != null; line = lines.next()) {
                String command = line.strip();
                if (command.equals("exit") || command.equals("quit")) {
                    break;
                }
                if (!command.isEmpty()
                        && !command.startsWith("#")
                        && !execute(session, command, out, err, lines.place())) {
                    code = interactive ? 0 : COMMAND_FAILED;
                }
            }
        }
        return code;
    }

    private static Lines plain(String script, boolean interactive, InputStream in, PrintStream out) throws IOException {
        return script == null
                ? new Lines.Plain(
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)),
                        interactive ? "" : "line ",
                        out,
                        interactive ? PROMPT : "")
                : new Lines.Plain(Files.newBufferedReader(Path.of(script)), script + ":", out, "");
    }

    private Lines typed(CommandSession session, InputStream in, PrintStream out, PrintStream err) throws IOException {
        Path history = null;
        try {
            history = TypedLines.history(System.getenv("XDG_STATE_HOME"), Path.of(System.getProperty("user.home")));
        } catch (IOException | UnsupportedOperationException e) {
            err.println("spelunk: what you type is not kept: " + e.getMessage());
        }
        String type = System.getenv("TERM");
        return new TypedLines(
                in,
                out,
                type == null ? "dumb" : type,
                completer(session),
                history,
                debug::interrupt,
                TypedLines::screen);
    }

    private Completer completer(CommandSession session) {
        return new WordCompleter(machine, () -> others(session), commands::kinds, this::names);
    }

    /** Gogo's commands, without their scopes. */
    @SuppressWarnings("unchecked")
    private static Collection<String> others(CommandSession session) {
        SortedSet<String> names = new TreeSet<>();
        if (session.get(".commands") instanceof Collection<?> all) {
            ((Collection<String>) all).forEach(name -> names.add(name.substring(name.indexOf(':') + 1)));
        }
        return names;
    }

    /** The names of parts and implementations of a kind. */
    private Collection<String> names(String kind) {
        SortedSet<String> names = new TreeSet<>();
        List<ServiceReference<?>> all = new ArrayList<>();
        try {
            ServiceReference<?>[] found = context.getAllServiceReferences(null, "(" + Parts.NAME + "=*)");
            all.addAll(found == null ? List.of() : List.of(found));
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        for (ServiceReference<?> each : all) {
            if (kind.equals(each.getProperty(Parts.PART))) {
                names.add(String.valueOf(each.getProperty(Parts.NAME)));
            }
        }
        return names;
    }

    /** A word with a star is a name with any characters in their place; Gogo would look for files. */
    static String quoted(String command) {
        return command.matches("registers [\\w* ]+")
                ? command.replaceAll("(?<= )(\\w*\\*[\\w*]*)(?= |$)", "\"$1\"")
                : command;
    }

    private static boolean execute(
            CommandSession session, String command, PrintStream out, PrintStream err, String place) {
        try {
            Object result = session.execute(quoted(command));
            if (result != null) {
                CharSequence text =
                        result instanceof CharSequence string ? string : session.format(result, Converter.INSPECT);
                out.println(text.toString().stripTrailing());
            }
            return true;
        } catch (StackOverflowError e) {
            err.println("spelunk: " + place + "this is nested too deep");
            return false;
        } catch (Exception e) {
            Throwable cause =
                    e instanceof java.lang.reflect.InvocationTargetException && e.getCause() != null ? e.getCause() : e;
            String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            err.println("spelunk: " + place
                    + (message.length() > MOST_SAID ? message.substring(0, MOST_SAID) + "..." : message));
            err.flush();
            return false;
        }
    }
}
