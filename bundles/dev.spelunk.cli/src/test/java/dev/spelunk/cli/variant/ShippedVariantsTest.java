// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.variant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.osgi.service.feature.ID;

/** What is in {@code features/} agrees with what this module assembles. */
class ShippedVariantsTest {
    private final VariantReader reader = new VariantReader(Path.of(System.getProperty("spelunk.root"), "features"));

    @TestFactory
    Stream<DynamicTest> everyVariantNamesOnlyBundlesThatAreAssembled() {
        List<String> classPath = List.of(System.getProperty("java.class.path").split(File.pathSeparator));
        return reader.names().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    VariantDefinition variant = reader.read(name);
                    assertThat(variant.description()).isNotEmpty();
                    assertThat(variant.bundles().stream()
                                    .filter(id -> !assembled(id, classPath))
                                    .collect(Collectors.toList()))
                            .isEmpty();
                }));
    }

    /** The dependencies of this module, which the build assembles, are on the test's class path. */
    private static boolean assembled(ID id, List<String> classPath) {
        String jar = id.getArtifactId() + "-" + id.getVersion() + ".jar";
        String classes = Path.of(id.getArtifactId(), "target", "classes").toString();
        return classPath.stream()
                .anyMatch(entry -> entry.endsWith(File.separator + jar) || entry.endsWith(File.separator + classes));
    }
}
