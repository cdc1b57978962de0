// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same variant, guest and seed give the same records, whatever JVM runs them. */
class DeterminismTest {
    private static final String[] OPTIONS = {"--seed", "7", "--append", "spe.jitter=1 switch=1"};
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");

    @TempDir
    private static Path folder;

    private static OutputFiles first;

    private static OutputFiles run(String name, Path javaHome, String... options) {
        OutputFiles files = new OutputFiles(folder.resolve(name));
        String[] arguments = Stream.concat(Stream.of("run", "-o", files.folder().toString()), Stream.of(options))
                .toArray(String[]::new);
        Spelunk.Outcome outcome = Spelunk.with(arguments).javaHome(javaHome).run();
        assertThat(outcome.err())
                .as("standard error, warnings of the JVM included")
                .isEmpty();
        assertThat(outcome.code()).as(outcome.out()).isZero();
        return files;
    }

    private static Path javaHome() {
        return Path.of(System.getProperty("java.home"));
    }

    @BeforeAll
    static void firstRun() {
        first = run("first", javaHome(), OPTIONS);
    }

    private static void assertSame(OutputFiles files) {
        assertThat(files.records()).isEqualTo(first.records());
        for (String key : new String[] {"instructions", "cycles", "records"}) {
            assertThat(files.summaryNumber(key)).as(key).isEqualTo(first.summaryNumber(key));
        }
        for (String key : new String[] {"vmExits", "trappedRegisters", "bufferManagementEvents", "sampling"}) {
            assertThat(files.summary().get(key))
                    .as(key)
                    .isEqualTo(first.summary().get(key));
        }
    }

    @Test
    @DisplayName("two runs write the same bytes")
    void twoRuns() {
        assertThat(first.records()).isNotEmpty();
        assertSame(run("second", javaHome(), OPTIONS));
    }

    @Test
    @DisplayName("with jitter another seed gives other records; without, the seed changes nothing")
    void seeds() {
        assertThat(run("seed", javaHome(), "--seed", "8", OPTIONS[2], OPTIONS[3])
                        .records())
                .isNotEqualTo(first.records());
        assertThat(run("plain-8", javaHome(), "--seed", "8").records())
                .isEqualTo(run("plain-9", javaHome(), "--seed", "9").records());
    }

    @Test
    @DisplayName("the newest JDK beside this one writes the same bytes and warns of nothing")
    void newestJdk() {
        Optional<Path> newest = newestSibling();
        if (newest.isEmpty()) {
            Tools.didNotRun(
                    "DeterminismTest on a newer JDK: put one beside " + javaHome()
                            + " (such as the newest LTS from https://adoptium.net)",
                    false);
        }
        assertSame(run("newest", newest.orElseThrow(), OPTIONS));
    }

    /** The newest JDK in the folder of this one, if it is newer. */
    private static Optional<Path> newestSibling() {
        try (Stream<Path> folders = Files.list(javaHome().toRealPath().getParent())) {
            return folders.filter(path -> version(path) > Runtime.version().feature())
                    .max(Comparator.comparingInt(DeterminismTest::version).thenComparing(Comparator.naturalOrder()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int version(Path jdk) {
        Path release = jdk.resolve("release");
        if (!Files.isExecutable(jdk.resolve("bin").resolve("java")) || !Files.isReadable(release)) {
            return 0;
        }
        try {
            Matcher matcher = VERSION.matcher(Files.readString(release));
            return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
