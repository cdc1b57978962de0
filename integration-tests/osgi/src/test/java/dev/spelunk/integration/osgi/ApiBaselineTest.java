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
 * {@code -Dspelunk.api.record=true} records the tree as the release that its version names. Before the first release there
 * is none to compare with: until then every package has that release's version. What was compared is printed, and in the
 * names of the tests.
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

    private static List<BuiltBundle> exporting() {
        return BuiltBundle.all().stream()
                .filter(bundle -> bundle.header("Export-Package") != null)
                .toList();
    }

    private static Path description(BuiltBundle bundle) {
        return Path.of(System.getProperty("spelunk.root"), "bundles", bundle.name(), "api.txt");
    }

    @TestFactory
    @DisplayName("A package that has changed since the last release has a version that says so")
    Stream<DynamicTest> versions() throws Exception {
        String revision = revision();
        List<DynamicTest> tests = new ArrayList<>();
        for (BuiltBundle bundle : exporting()) {
            Path file = description(bundle);
            if (Boolean.getBoolean("spelunk.api.record")) {
                List<String> lines = new ArrayList<>(List.of(TITLE.formatted(revision)));
                lines.addAll(ApiDescription.of(bundle.jar()));
                Files.write(file, lines);
            }
            List<String> released = Files.exists(file) ? Files.readAllLines(file) : null;
            int packages = ApiDescription.versions(bundle.jar()).size();
            String with = released == null ? "no release before " + FIRST_RELEASE : released.get(0);
            String what = bundle.name() + ": " + packages + " packages, compared with: " + with;
            System.out.println("API baseline of " + what);
            tests.add(DynamicTest.dynamicTest(
                    what, () -> assertThat(problems(released, revision, bundle)).isEmpty()));
        }
        assertThat(tests).as("bundles that export packages").hasSizeGreaterThanOrEqualTo(2);
        return tests.stream();
    }

    /**
     * What is wrong with the versions of a bundle's packages.
     *
     * @param released what {@code api.txt} holds; null without one
     * @param revision the version of the tree
     */
    private static List<String> problems(List<String> released, String revision, BuiltBundle bundle) throws Exception {
        if (released != null) {
            return ApiDescription.problems(released.subList(1, released.size()), bundle.jar());
        }
        if (!revision.equals(FIRST_RELEASE)) {
            return List.of(description(bundle) + " is missing: check out the last release and record it");
        }
        List<String> problems = new ArrayList<>();
        ApiDescription.versions(bundle.jar()).forEach((name, version) -> {
            if (!version.toString().equals(FIRST_RELEASE)) {
                problems.add(name + " " + version + ": the first release exports " + FIRST_RELEASE);
            }
        });
        return problems;
    }

    @Test
    @DisplayName("After the first release a missing description, and before it another version, are found")
    void nothingToCompareWith() throws Exception {
        assertThat(problems(null, "0.3.0", api())).singleElement().asString().contains("api.txt is missing");
        assertThat(problems(null, FIRST_RELEASE, api())).isEmpty();
        assertThat(ApiDescription.versions(api().jar())).containsKey("dev.spelunk.api.state");
        assertThat(ApiDescription.versions(BuiltBundle.named("dev.spelunk.cli").jar()))
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
