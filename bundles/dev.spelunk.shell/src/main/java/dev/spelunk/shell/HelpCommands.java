// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Component;

/** The Gogo command that says what commands there are, from what describes them. */
@Component(
        service = HelpCommands.class,
        property = {"osgi.command.scope=spelunk", "osgi.command.function=help"})
public final class HelpCommands {
    /** The commands in the order in which a person meets them. */
    static final Map<String, List<String>> GROUPS = new LinkedHashMap<>();

    static {
        GROUPS.put("The run", List.of("start", "pause", "resume", "await", "status", "save"));
        GROUPS.put("Stops and steps", List.of("break", "watch", "breaks", "delete", "step", "until", "proceed"));
        GROUPS.put("Backwards", List.of("back", "backstep", "travel", "history"));
        GROUPS.put(
                "The guest", List.of("where", "backtrace", "disassemble", "memory", "register", "registers", "dump"));
        GROUPS.put("Profiling", List.of("records", "decode", "buffer", "host", "trace"));
        GROUPS.put("Parts", List.of("parts", "swap", "force", "update"));
        GROUPS.put("This shell", List.of("help"));
    }

    /** The classes whose methods are commands. */
    static final List<Class<?>> COMMANDS =
            List.of(MachineCommands.class, DebugCommands.class, ViewCommands.class, HelpCommands.class);

    /** Lists the commands. */
    @Descriptor("list the commands")
    public String help() {
        StringBuilder text = new StringBuilder();
        SortedMap<String, List<Method>> commands = commands();
        GROUPS.forEach((group, names) -> {
            text.append(group).append('\n');
            for (String name : names) {
                text.append(String.format(
                        Locale.ROOT,
                        "  %-12s%s%n",
                        name,
                        said(commands.get(name).get(0))));
            }
        });
        return text.append("  exit        leave the shell\n")
                .append(
                        "help COMMAND says what may follow a command. Gogo's commands are there too: lb lists bundles,\n")
                .append("inspect capability service services; felix:help lists them all.")
                .toString();
    }

    /** Says what may follow a command. */
    @Descriptor("say what may follow a command")
    public String help(@Descriptor("command") String command) {
        List<Method> forms = commands().get(command);
        if (forms == null) {
            throw new IllegalArgumentException(
                    "no command " + command + " of Spelunk's; of Gogo's: felix:help " + command);
        }
        StringBuilder text = new StringBuilder();
        for (Method form : forms) {
            text.append(command);
            parameters(form)
                    .forEach(parameter -> text.append(" <").append(parameter).append('>'));
            text.append("\n    ").append(said(form)).append('\n');
        }
        return text.toString().stripTrailing();
    }

    /** The commands by name; of each, first the form with the fewest words. */
    static SortedMap<String, List<Method>> commands() {
        SortedMap<String, List<Method>> commands = new TreeMap<>();
        COMMANDS.stream()
                .flatMap(type -> Arrays.stream(type.getMethods()))
                .filter(method -> method.isAnnotationPresent(Descriptor.class))
                .sorted(Comparator.comparingInt(Method::getParameterCount))
                .forEach(method -> commands.merge(
                        method.getName().replaceFirst("^_", ""), List.of(method), (before, more) -> Stream.concat(
                                        before.stream(), more.stream())
                                .toList()));
        return commands;
    }

    private static String said(Method form) {
        return form.getAnnotation(Descriptor.class).value();
    }

    private static List<String> parameters(Method form) {
        return Arrays.stream(form.getParameterAnnotations())
                .flatMap(Arrays::stream)
                .filter(annotation -> annotation.annotationType() == Descriptor.class)
                .map((Annotation annotation) -> ((Descriptor) annotation).value())
                .toList();
    }
}
