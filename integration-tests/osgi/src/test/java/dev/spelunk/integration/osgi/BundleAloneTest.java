// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Starts each bundle alone in Felix, and runs the tests of package {@code inside} there. */
class BundleAloneTest {
    private static final int CASES = 5;
    /** The launcher, which is no bundle of a framework but has one, and what only tests use. */
    private static final Set<String> WITHOUT_COMPONENTS = Set.of("dev.spelunk.cli", "dev.spelunk.testkit");

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> everyBundleWorksAlone() {
        return BuiltBundle.all().stream()
                .filter(bundle -> !bundle.isFloor() && !WITHOUT_COMPONENTS.contains(bundle.name()))
                .map(bundle -> DynamicTest.dynamicTest(bundle.name(), () -> runAlone(bundle)));
    }

    private void runAlone(BuiltBundle bundle) throws Exception {
        Path storage = java.nio.file.Files.createDirectory(folder.resolve(bundle.name()));
        try (FelixWith felix = new FelixWith(storage, bundle.name())) {
            felix.install(bundle.jar()).start();
            List<String> result = felix.runTests();
            assertThat(result.subList(1, result.size())).as(bundle.name()).isEmpty();
            assertThat(result.get(0)).as("tests that ran").isEqualTo(Integer.toString(CASES));
        }
    }
}
