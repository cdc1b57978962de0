// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Versions of exported packages against the last release, whose description lies in each bundle's {@code api.txt}.
 * {@code -Dspelunk.api.record=true} records the tree as the release that its version names; until a release after the
 * first is prepared there is none to compare with.
 */
class ApiBaselineTest {
    private static final String FIRST_RELEASE = "0.2.0";
    private static final String TITLE = "# What release %s exports; -Dspelunk.api.record=true writes it";

    private static String revision() throws Exception {
        String pom = Files.readString(Path.of(System.getProperty("spelunk.root"), "pom.xml"));
        var revision = Pattern.compile("<revision>(.*?)</revision>").matcher(pom);
        assertThat(revision.find()).isTrue();
        return revision.group(1);
    }

    @TestFactory
    @DisplayName("A package that has changed since the last release has a version that says so")
    Stream<DynamicTest> versions() {
        return BuiltBundle.all().stream()
                .filter(bundle -> bundle.header("Export-Package") != null)
                .map(bundle -> DynamicTest.dynamicTest(bundle.name(), () -> compare(bundle)));
    }

    private static void compare(BuiltBundle bundle) throws Exception {
        Path file = Path.of(System.getProperty("spelunk.root"), "bundles", bundle.name(), "api.txt");
        if (Boolean.getBoolean("spelunk.api.record")) {
            List<String> lines = new ArrayList<>(List.of(TITLE.formatted(revision())));
            lines.addAll(ApiDescription.of(bundle.jar()));
            Files.write(file, lines);
        }
        if (!Files.exists(file)) {
            assertThat(revision())
                    .as("%s is missing: check out the last release and record it", file)
                    .isEqualTo(FIRST_RELEASE);
            return;
        }
        List<String> lines = Files.readAllLines(file);
        assertThat(ApiDescription.problems(lines.subList(1, lines.size()), bundle.jar()))
                .as("%s; %s", bundle.name(), lines.get(0))
                .isEmpty();
    }

    private static BuiltBundle api() {
        return BuiltBundle.all().stream()
                .filter(bundle -> bundle.name().equals(BuiltBundle.API))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @DisplayName("The same API is compatible with its own description")
    void unchanged() throws Exception {
        assertThat(ApiDescription.problems(ApiDescription.of(api().jar()), api().jar()))
                .isEmpty();
    }

    @Test
    @DisplayName("A method that went, and one that an implementation must have, are not compatible")
    void removed() throws Exception {
        List<String> released = new ArrayList<>(ApiDescription.of(api().jar()));
        int type = indexOf(released, "CLASS", " dev.spelunk.api.state.PhysicalMemory");
        released.add(type + 1, "   METHOD MINOR MAJOR gone()");
        assertThat(ApiDescription.problems(released, api().jar()))
                .singleElement()
                .asString()
                .contains("dev.spelunk.api.state ", "(MAJOR)", "must be", "REMOVED gone()");
    }

    @Test
    @DisplayName("A type that was added needs a new minor version")
    void added() throws Exception {
        List<String> released = new ArrayList<>(ApiDescription.of(api().jar()));
        int type = indexOf(released, "CLASS", " dev.spelunk.api.state.PhysicalMemory");
        int end = type + 1;
        while (released.get(end).startsWith("   ")) {
            end++;
        }
        released.subList(type, end).clear();
        assertThat(ApiDescription.problems(released, api().jar()))
                .singleElement()
                .asString()
                .contains("dev.spelunk.api.state ", "(MINOR)", "ADDED dev.spelunk.api.state.PhysicalMemory");
    }

    private static int indexOf(List<String> lines, String type, String name) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).strip().startsWith(type + " ") && lines.get(i).endsWith(name)) {
                return i;
            }
        }
        throw new IllegalStateException(name + " is not exported");
    }
}
