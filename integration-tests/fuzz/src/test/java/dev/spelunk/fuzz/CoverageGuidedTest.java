// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Each target of this module in a JVM of its own, which looks for inputs that reach new code, for as long as the property
 * {@code spelunk.fuzz.seconds} says. A target is a class whose name ends in {@code FuzzTest}; its inputs of this
 * repository, which are tested as they are too, lie in the resources beside it, and a finding is one more of them.
 */
@Execution(ExecutionMode.CONCURRENT)
class CoverageGuidedTest {
    private static final Path CLASSES = Path.of("target/test-classes");
    private static final String TARGET = "FuzzTest.class";
    private static final Pattern EXECUTIONS = Pattern.compile("Done (\\d+) runs in");
    /** What has been found to be of use in earlier runs; null for none. */
    private static final String CORPUS = System.getProperty("spelunk.fuzz.corpus", "");

    private static final long SECONDS = Long.getLong("spelunk.fuzz.seconds", 2);
    private static final long SEED = Long.getLong("spelunk.fuzz.seed", 1);

    @TestFactory
    List<DynamicTest> targets() throws IOException {
        requireDriver();
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.walk(CLASSES)) {
            files.filter(file -> file.toString().endsWith(TARGET)).sorted().forEach(file -> {
                String name = CLASSES.relativize(file).toString().replaceFirst("\\.class$", "");
                tests.add(dynamicTest(name.substring(name.lastIndexOf('/') + 1), () -> fuzz(name)));
            });
        }
        assertThat(tests).hasSizeGreaterThan(5);
        return tests;
    }

    /** Jazzer brings its fuzzing engine for some systems only; elsewhere the inputs of the repository are tested. */
    private static void requireDriver() throws IOException {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "macos" : "linux";
        String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
        if (CoverageGuidedTest.class.getResource(
                        "/com/code_intelligence/jazzer/driver/jazzer_driver_" + system + "_" + machine)
                != null) {
            return;
        }
        String what =
                "CoverageGuidedTest: Jazzer has no engine for " + system + " on " + machine + " (run it on x86-64)";
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(what);
        }
        Path list = Path.of(System.getProperty("spelunk.root", "../.."), "target", "did-not-run.txt");
        Files.createDirectories(list.getParent());
        Files.writeString(list, what + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Assumptions.abort(what);
    }

    private static void fuzz(String name) throws IOException, InterruptedException {
        String target = name.replace('/', '.');
        Path folder = Path.of("target/fuzz", target);
        Path corpus = CORPUS.isEmpty() ? folder.resolve("corpus") : Path.of(CORPUS, target);
        Path findings = folder.resolve("findings");
        Files.createDirectories(corpus);
        Files.createDirectories(findings);
        Path seeds = CLASSES.resolve(name + "Inputs/fuzz");
        if (Files.isDirectory(seeds)) {
            try (Stream<Path> files = Files.list(seeds)) {
                for (Path seed : files.toList()) {
                    Files.copy(seed, corpus.resolve(seed.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        Path log = folder.resolve("log");
        int code = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx1g",
                        "-XX:+UseSerialGC",
                        "-XX:-OmitStackTraceInFastThrow",
                        "-Dspelunk.root=" + System.getProperty("spelunk.root"),
                        // Bundles find the classes by which Jazzer counts what they execute.
                        "-Dorg.osgi.framework.bootdelegation=com.code_intelligence.jazzer.*",
                        "-cp",
                        classPath(),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + Driver.class.getName(),
                        "--target_args=" + target,
                        "--instrumentation_includes=dev.spelunk.**",
                        // What a target lets a file or guest do it says itself; hooks would watch the tests.
                        "--custom_hook_excludes=**",
                        "--reproducer_path=" + findings,
                        "-artifact_prefix=" + findings + File.separator,
                        "-rss_limit_mb=0",
                        "-max_len=4096",
                        // Composing the first machine takes its time where the host is busy.
                        "-timeout=600",
                        "-seed=" + SEED,
                        "-max_total_time=" + SECONDS,
                        corpus.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        String said = Files.readString(log);
        assertThat(code)
                .as("%s: what it found is in %s%n%s", target, findings, said)
                .isZero();
        Matcher done = EXECUTIONS.matcher(said);
        assertThat(done.find()).as(said).isTrue();
        System.out.println(target + ": " + done.group(1) + " executions");
        assertThat(Long.parseLong(done.group(1))).isPositive();
    }

    /** Surefire's own class path may be in the manifest of a jar, which its property says in full. */
    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
