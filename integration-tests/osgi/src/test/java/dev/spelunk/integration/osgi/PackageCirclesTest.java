// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The packages of a bundle are free of circles: by what their classes use, and by what their sources name, also in
 * documentation, which no class file shows.
 */
class PackageCirclesTest {
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([a-z0-9_.]+);");
    /** A qualified name of a class, its package the first group. */
    private static final Pattern NAME = Pattern.compile("\\b(dev\\.spelunk(?:\\.[a-z0-9_]+)*)\\.[A-Z]");

    @TestFactory
    Stream<DynamicTest> noCircleByTheClasses() {
        return BuiltBundle.all().stream()
                .map(bundle -> DynamicTest.dynamicTest(bundle.name(), () -> {
                    try (JarFile jar = new JarFile(bundle.jar().toFile())) {
                        slices().matching("dev.(**)")
                                .should()
                                .beFreeOfCycles()
                                .check(new ClassFileImporter().importJar(jar));
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> noCircleByTheNamesInTheSources() {
        return BuiltBundle.all().stream()
                .map(bundle -> DynamicTest.dynamicTest(bundle.name(), () -> {
                    SortedMap<String, Set<String>> uses = uses(
                            Path.of(System.getProperty("spelunk.root"), "bundles", bundle.name(), "src/main/java"));
                    assertThat(uses).isNotEmpty();
                    assertThat(circles(uses)).isEmpty();
                }));
    }

    @Test
    void aCircleIsFound() {
        Map<String, Set<String>> uses = Map.of(
                "a", Set.of("b", "elsewhere"),
                "b", Set.of("c"),
                "c", Set.of("d", "b"),
                "d", Set.of("d"));
        assertThat(circles(uses)).containsExactly("b <-> c");
    }

    /** The packages that each package of a source folder names. */
    private static SortedMap<String, Set<String>> uses(Path folder) throws IOException {
        SortedMap<String, Set<String>> uses = new TreeMap<>();
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(file -> file.toString().endsWith(".java")).toList();
        }
        for (Path file : files) {
            String text = Files.readString(file);
            Matcher own = PACKAGE.matcher(text);
            assertThat(own.find()).as(file.toString()).isTrue();
            Set<String> named = uses.computeIfAbsent(own.group(1), p -> new TreeSet<>());
            Matcher names = NAME.matcher(text);
            while (names.find()) {
                named.add(names.group(1));
            }
        }
        return uses;
    }

    /** Pairs of packages that need each other, over others too. */
    private static List<String> circles(Map<String, Set<String>> uses) {
        Map<String, Set<String>> reached = new TreeMap<>();
        for (String from : uses.keySet()) {
            Set<String> seen = new TreeSet<>();
            reach(from, uses, seen);
            reached.put(from, seen);
        }
        return reached.entrySet().stream()
                .flatMap(e -> e.getValue().stream()
                        .filter(to -> e.getKey().compareTo(to) < 0
                                && reached.getOrDefault(to, Set.of()).contains(e.getKey()))
                        .map(to -> e.getKey() + " <-> " + to))
                .collect(Collectors.toList());
    }

    private static void reach(String from, Map<String, Set<String>> uses, Set<String> seen) {
        for (String to : uses.getOrDefault(from, Set.of())) {
            if (seen.add(to)) {
                reach(to, uses, seen);
            }
        }
    }
}
