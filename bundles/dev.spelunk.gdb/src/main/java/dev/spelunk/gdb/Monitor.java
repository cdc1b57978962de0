// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.gdb;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;

/** Carries out commands of the shell, and says what they say. */
final class Monitor implements Function<String, String> {
    private final CommandProcessor processor;

    Monitor(CommandProcessor processor) {
        this.processor = processor;
    }

    @Override
    public String apply(String command) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        try (CommandSession session = processor.createSession(InputStream.nullInputStream(), out, out)) {
            session.put("SCOPE", "spelunk:*");
            Object result = session.execute(quoted(command));
            if (result != null) {
                out.println(result instanceof CharSequence text ? text : session.format(result, Converter.INSPECT));
            }
        } catch (Exception e) {
            Throwable cause = e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
            out.println(cause.getMessage() == null ? cause.toString() : cause.getMessage());
        } catch (StackOverflowError e) {
            out.println("this is nested too deep");
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    /** A word with a star is a name with any characters in their place; Gogo would look for files. */
    static String quoted(String command) {
        return command.matches("registers [\\w* ]+")
                ? command.replaceAll("(?<= )(\\w*\\*[\\w*]*)(?= |$)", "\"$1\"")
                : command;
    }
}
