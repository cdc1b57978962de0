// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceReference;

/** Each pinning policy and each trap handler, alone in Felix with all other components of its bundle turned off, works. */
class PartAloneTest {
    private static final int CASES = 2;

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> everyPolicyWorksAlone() throws Exception {
        return tests("dev.spelunk.policies", "policy", 4);
    }

    @TestFactory
    Stream<DynamicTest> everyTrapHandlerWorksAlone() throws Exception {
        return tests("dev.spelunk.hypervisor.kvm", "traps", 9);
    }

    private Stream<DynamicTest> tests(String bundle, String part, int least) throws Exception {
        SortedSet<String> names = names(bundle, part);
        assertThat(names).hasSizeGreaterThanOrEqualTo(least);
        List<DynamicTest> tests = new ArrayList<>();
        names.forEach(name -> tests.add(DynamicTest.dynamicTest(name, () -> runAlone(bundle, part, name))));
        return tests.stream();
    }

    private static BuiltBundle built(String name) {
        return BuiltBundle.all().stream()
                .filter(bundle -> bundle.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private SortedSet<String> names(String bundle, String part) throws Exception {
        SortedSet<String> names = new TreeSet<>();
        try (FelixWith felix = new FelixWith(Files.createTempDirectory(folder, part), bundle)) {
            felix.install(built(bundle).jar()).start();
            for (ServiceReference<?> service :
                    felix.context().getAllServiceReferences(null, "(spelunk.part=" + part + ")")) {
                names.add(service.getProperty("spelunk.name").toString());
            }
        }
        return names;
    }

    private void runAlone(String bundle, String part, String name) throws Exception {
        Map<String, String> wanted =
                Map.of("spelunk.test.cases", "part", "spelunk.test.part", part, "spelunk.test.name", name);
        try (FelixWith felix = new FelixWith(Files.createTempDirectory(folder, name), bundle, wanted)) {
            felix.install(built(bundle).jar()).start();
            List<String> result = felix.runTests();
            assertThat(result.subList(1, result.size())).as(name).isEmpty();
            assertThat(result.get(0)).as("tests that ran").isEqualTo(Integer.toString(CASES));
        }
    }
}
