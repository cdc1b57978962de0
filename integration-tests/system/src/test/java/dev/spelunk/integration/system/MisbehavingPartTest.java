// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.parts.TimingModel;
import dev.spelunk.integration.system.broken.MisbehavingTiming;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A user's own part that never returns, or throws, at the command line: one line that says where, and no hanging. */
class MisbehavingPartTest {
    private static final int BAD_INPUT = 2;
    private static final String BUNDLE = "org.example.bad";
    private static final String PLACE =
            "at dev.spelunk.integration.system.broken.MisbehavingTiming.%s" + "(MisbehavingTiming.java:";

    @TempDir
    private Path folder;

    /** The arguments that name a variant with the part. */
    private List<String> with(String name, String place, String what) throws IOException {
        Path own = Files.createDirectory(folder.resolve(name));
        OwnBundle bundle = new OwnBundle(
                        BUNDLE,
                        MisbehavingTiming.class,
                        "dev.spelunk.api.parts,dev.spelunk.api.pmu,dev.spelunk.api.state,dev.spelunk.api.timing,"
                                + "dev.spelunk.api.wiring,org.osgi.framework")
                .property("spelunk.part", "timing")
                .property("spelunk.name", "bad")
                .property("place", place)
                .property("what", what)
                .activate("activate");
        if (place.equals("activator")) {
            bundle.header("Bundle-Activator", MisbehavingTiming.class.getName());
        }
        bundle.write(own, TimingModel.class);
        String timing = place.equals("second create") ? "fixed" : "bad";
        Path variant = bundle.variant(own.resolve("own.json"), "\"timing\": \"" + timing + "\"");
        return List.of(variant.toString(), "--bundles", own.toString());
    }

    private static String[] command(List<String> variant, String... words) {
        List<String> command = new ArrayList<>(List.of(words));
        command.addAll(variant);
        return command.toArray(String[]::new);
    }

    /** A command that is started beside others: each waits for the part as long as it may last. */
    private final class Started {
        private final Spelunk spelunk;
        private final Process process;
        private final Path streams;

        Started(String name, String... command) throws IOException {
            streams = Files.createDirectory(folder.resolve(name + "-streams"));
            spelunk = Spelunk.with(command);
            process = spelunk.start(streams);
        }

        Spelunk.Outcome outcome() throws IOException, InterruptedException {
            if (!process.waitFor(500, TimeUnit.SECONDS)) {
                Spelunk.kill(process);
                throw new AssertionError(streams + " does not end: " + Files.readString(streams.resolve("stderr")));
            }
            return spelunk.outcome(process, streams);
        }
    }

    @Test
    @DisplayName("a part that never returns is given up: one line, exit code 2, in 'run' and in 'variant check'")
    void neverReturns() throws IOException, InterruptedException {
        String output = folder.resolve("out").toString();
        Started activation = new Started(
                "activation", command(with("a", "activate", "hangs"), "run", "-o", output + 1, "--variant"));
        Started created =
                new Started("create", command(with("b", "create", "hangs"), "run", "-o", output + 2, "--variant"));
        Started judged = new Started("judged", command(with("c", "events", "hangs"), "variant", "check"));
        Started started = new Started("started", command(with("d", "activator", "hangs"), "variant", "check"));
        assertThat(onlyError(activation)).contains("starting timing bad does not end within ", ": it is given up");
        assertThat(onlyError(created))
                .contains("making the machine's latency models does not end within ", ": it is given up");
        assertThat(onlyError(judged)).contains("judging the machine does not end within ", ": it is given up");
        assertThat(onlyError(started))
                .contains("the bundle " + BUNDLE + " does not start: its start does not end within ", "it is given up");
    }

    private static String onlyError(Started started) throws IOException, InterruptedException {
        Spelunk.Outcome outcome = started.outcome();
        assertThat(outcome.code()).as(outcome.out() + outcome.err()).isEqualTo(BAD_INPUT);
        return outcome.onlyError();
    }

    @Test
    @DisplayName("a part whose second 'create' never returns does not stop the machine: the swap is refused")
    void secondCreateNeverReturns() throws IOException {
        OutputFiles files = new OutputFiles(folder.resolve("out"));
        Spelunk.Outcome outcome = Spelunk.run(command(
                with("a", "second create", "hangs"),
                "run",
                "-o",
                files.folder().toString(),
                "--swap",
                "at=500000,part=timing,with=bad",
                "--variant"));
        assertThat(outcome.code()).as(outcome.out() + outcome.err()).isEqualTo(BAD_INPUT);
        assertThat(outcome.onlyError())
                .contains(
                        "the swap of timing with bad at 500000 is refused: making the machine's latency models does not "
                                + "end within ");
        assertThat(files.summary().getString("ending")).isEqualTo("EXITED");
        assertThat(files.summaryNumber("records")).isGreaterThan(10_000);
    }

    @ParameterizedTest
    @CsvSource({
        "run, activate, throws, own.json: " + BUNDLE + ": it is broken",
        "variant check, activate, throws, the part bad of " + BUNDLE + " does not start: it is broken",
        "run, create, throws, a part of it failed with java.lang.IllegalStateException: it is broken",
        "run, create, asserts, a part of it failed with java.lang.AssertionError: it is broken",
        "variant check, events, asserts, a part of it failed with java.lang.AssertionError: it is broken"
    })
    @DisplayName("a part that throws at composition is one line with the place in its code, and exit code 2")
    void throwsAtComposition(String command, String place, String what, String message) throws IOException {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        if (command.equals("run")) {
            words.addAll(List.of("-o", folder.resolve("out").toString(), "--variant"));
        }
        Spelunk.Outcome outcome = Spelunk.run(command(with("a", place, what), words.toArray(String[]::new)));
        assertThat(outcome.code()).as(outcome.out() + outcome.err()).isEqualTo(BAD_INPUT);
        assertThat(outcome.onlyError()).contains(message);
        if (!place.equals("activate")) {
            assertThat(outcome.err()).contains(PLACE.formatted("misbehave"));
        }
    }

    @ParameterizedTest
    @CsvSource({"throws, IllegalStateException", "asserts, AssertionError"})
    @DisplayName(
            "a part that throws while the guest runs: one line with the place, exit code 2, a report and its files")
    void throwsWhileTheGuestRuns(String what, String exception) throws IOException {
        OutputFiles files = new OutputFiles(folder.resolve("out"));
        Spelunk.Outcome outcome = Spelunk.run(
                command(with("a", "time", what), "run", "-o", files.folder().toString(), "--variant"));
        assertThat(outcome.code()).as(outcome.out() + outcome.err()).isEqualTo(BAD_INPUT);
        assertThat(outcome.onlyError())
                .startsWith("spelunk: a part failed with java.lang." + exception + ": it is broken ")
                .contains(PLACE.formatted("misbehave"));
        assertThat(outcome.out()).contains("PE 0 was at EL", "  instructions  ", "perf.data");
        assertThat(files.names()).contains("perf.data", "records.bin", "report.html", "summary.json");
        assertThat(files.summary().getString("ending")).isEqualTo("HOST_FAILED");
    }

    @Test
    @DisplayName("a part that throws when it is asked for the report takes no report away")
    void throwsInTheReport() throws IOException {
        OutputFiles files = new OutputFiles(folder.resolve("out"));
        Spelunk.Outcome outcome = Spelunk.run(command(
                with("a", "report", "throws"), "run", "-o", files.folder().toString(), "--variant"));
        assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out().replaceAll("\\s+", " "))
                .contains("the timing model does not say how its latencies came about: it failed with "
                        + "java.lang.IllegalStateException: it is broken at ");
    }
}
