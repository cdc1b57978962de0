// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What {@code spelunk query} answers. */
final class Tables {
    private Tables() {}

    /** The lines of an answer as values separated by commas, without the names of the columns. */
    static List<String> ask(String question, Path... tables) {
        List<String> command = new ArrayList<>(List.of("query", "--csv"));
        for (Path table : tables) {
            command.add(table.toString());
        }
        command.add(question);
        Spelunk.Outcome outcome = Spelunk.run(command.toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return outcome.out().lines().skip(1).toList();
    }

    /** An answer of names and numbers. */
    static Map<String, Long> counts(String question, Path... tables) {
        Map<String, Long> counts = new TreeMap<>();
        for (String line : ask(question, tables)) {
            int comma = line.lastIndexOf(',');
            counts.put(line.substring(0, comma).replace("\"", ""), Long.valueOf(line.substring(comma + 1)));
        }
        return counts;
    }
}
