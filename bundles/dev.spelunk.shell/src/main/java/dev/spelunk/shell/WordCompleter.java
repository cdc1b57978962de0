// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.machine.Machine;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** What a word of a command may be: commands, kinds and names of parts, registers, and the guest's functions. */
final class WordCompleter implements Completer {
    private static final List<String> EVENTS =
            List.of("el0", "el1", "el2", "exception", "write", "record", "full", "fault");
    private static final List<String> LEVELS = List.of("el1", "el2");

    private final Machine machine;
    private final Supplier<Collection<String>> others;
    private final Supplier<Collection<String>> kinds;
    private final Function<String, Collection<String>> names;

    /**
     * Creates it.
     *
     * @param machine whose registers and symbols are words
     * @param others commands of others, as Gogo's
     * @param kinds of parts
     * @param names of parts and implementations, by kind
     */
    WordCompleter(
            Machine machine,
            Supplier<Collection<String>> others,
            Supplier<Collection<String>> kinds,
            Function<String, Collection<String>> names) {
        this.machine = machine;
        this.others = others;
        this.kinds = kinds;
        this.names = names;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> before = line.words().subList(0, line.wordIndex());
        // A command begins again after these.
        int begin = 0;
        for (int i = 0; i < before.size(); i++) {
            if (before.get(i).endsWith(";") || before.get(i).equals("|")) {
                begin = i + 1;
            }
        }
        words(before.subList(begin, before.size())).forEach(word -> candidates.add(new Candidate(word)));
    }

    /**
     * What may come next.
     *
     * @param before the words of the command so far
     */
    Collection<String> words(List<String> before) {
        if (before.isEmpty()) {
            Set<String> all = new LinkedHashSet<>(HelpCommands.commands().keySet());
            all.add("exit");
            all.addAll(others.get());
            return all;
        }
        Debugger debugger = machine.debugger();
        int word = before.size();
        String last = before.get(word - 1);
        return switch (before.get(0)) {
            case "break" ->
                switch (word) {
                    case 1 ->
                        Stream.concat(EVENTS.stream(), debugger.symbols().stream())
                                .toList();
                    case 2 ->
                        last.equals("write")
                                ? debugger.registers(0)
                                : last.equals("exception")
                                        ? LEVELS
                                        : last.startsWith("el") || last.startsWith("vmid=")
                                                ? debugger.symbols()
                                                : List.of();
                    default -> List.of();
                };
            case "watch", "until", "disassemble" -> word == 1 ? debugger.symbols() : List.of();
            case "memory" ->
                word == 1 ? debugger.symbols() : word == 3 ? List.of("current", "el1", "el2", "physical") : List.of();
            case "register" -> word == 1 ? debugger.registers(0) : List.of();
            case "registers" -> word == 1 ? registers(debugger) : List.of();
            case "swap", "force" -> word == 1 ? kinds.get() : word <= 3 ? names.apply(before.get(1)) : List.of();
            case "delete" ->
                word == 1
                        ? Stream.concat(
                                        Stream.of("all"),
                                        IntStream.rangeClosed(
                                                        1, debugger.conditions().size())
                                                .mapToObj(Integer::toString))
                                .toList()
                        : List.of();
            case "update" -> word == 1 ? List.of("force") : List.of();
            case "help" -> word == 1 ? HelpCommands.commands().keySet() : List.of();
            default -> List.of();
        };
    }

    private static List<String> registers(Debugger debugger) {
        Stream<String> general = Stream.concat(
                IntStream.rangeClosed(0, 30).mapToObj(number -> "X" + number),
                Arrays.stream(new String[] {"SP", "PC"}));
        return Stream.concat(general, debugger.registers(0).stream()).toList();
    }
}
