// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/conformance.md and the tests that are tagged with its statements say the same. */
class ConformanceTest {
    private static final int STATEMENTS = 109;
    private static final Pattern ROW = Pattern.compile("^\\| (T\\d+) \\|.*\\|([^|]*)\\|$");
    private static final Pattern TAG = Pattern.compile("@Tag\\(\"(T\\d+)\"\\)");
    private static final Pattern CLASS = Pattern.compile("`(\\w+)`");
    private static final String NOT_MODELLED = "not modelled";

    private static final SortedMap<String, String> LISTED = new TreeMap<>();
    private static final SortedMap<String, SortedSet<String>> TAGGED = new TreeMap<>();

    @BeforeAll
    static void read() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("docs/conformance.md"))) {
            root = root.getParent();
        }
        for (String line : Files.readAllLines(root.resolve("docs/conformance.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                assertThat(LISTED.put(row.group(1), row.group(2).strip()))
                        .as(row.group(1) + " is listed twice")
                        .isNull();
            }
        }
        for (String part : new String[] {"bundles", "integration-tests"}) {
            try (Stream<Path> files = Files.walk(root.resolve(part))) {
                for (Path file : files.filter(f -> f.toString().contains("src/test/java")
                                && f.toString().endsWith(".java"))
                        .collect(Collectors.toList())) {
                    String name = file.getFileName().toString().replace(".java", "");
                    Matcher tag = TAG.matcher(Files.readString(file));
                    while (tag.find()) {
                        TAGGED.computeIfAbsent(tag.group(1), t -> new TreeSet<>())
                                .add(name);
                    }
                }
            }
        }
    }

    @Test
    void everyStatementIsListedOnce() {
        assertThat(LISTED.keySet())
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, STATEMENTS)
                        .mapToObj(n -> "T" + n)
                        .collect(Collectors.toList()));
    }

    @Test
    void everyRowNamesTheTestsThatCarryItsTag() {
        LISTED.forEach((statement, column) -> {
            SortedSet<String> named = new TreeSet<>();
            Matcher m = CLASS.matcher(column);
            while (m.find()) {
                named.add(m.group(1));
            }
            assertThat(named).as(statement).isEqualTo(TAGGED.getOrDefault(statement, new TreeSet<>()));
            if (named.isEmpty()) {
                assertThat(column)
                        .as(statement + " has no test and must say why")
                        .startsWith(NOT_MODELLED);
            }
        });
    }
}
