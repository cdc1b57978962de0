// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.SwapReport;
import dev.spelunk.api.records.BufferHistory;
import dev.spelunk.api.records.DecodeOptions;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.PerfDataOptions;
import dev.spelunk.api.records.Profile;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.api.records.ReadProfile;
import dev.spelunk.api.records.RecordStream;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.variant.VariantDocumentation;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuestRunTest {
    private static final byte[] RECORDS = {1, 2, 3};

    private final PrintStream standardOutput = System.out;
    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    @BeforeEach
    void redirect() {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setOut(standardOutput);
        System.setErr(standardError);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            EXITED            | 0  | 0   | ''
            EXITED            | 77 | 77  | ''
            POWERED_OFF       | 0  | 0   | ''
            FAILED            | 0  | 3   | the guest failed: it did
            RESET             | 0  | 3   | the guest reset itself: it did
            INSTRUCTION_LIMIT | 0  | 4   | --max-instructions 3000000 ended the run
            INTERRUPTED       | 0  | 130 | interrupted
            RECORD_LIMIT      | 0  | 4   | --max-record-bytes ended the run: it did
            HOST_FAILED       | 0  | 2   | it did
            """)
    void eachEndingHasItsExitCodeAndItsFiles(Ending ending, int guestCode, int code, String message) {
        assertThat(run(ending, guestCode, new Writer()).call()).isEqualTo(code);
        assertThat(folder.resolve("records.bin")).hasBinaryContent(RECORDS);
        assertThat(folder.resolve("perf.data")).hasContent("perf");
        assertThat(folder.resolve("summary.json")).exists();
        if (message.isEmpty()) {
            assertThat(err.size()).isZero();
        } else {
            assertThat(err.toString(StandardCharsets.UTF_8).lines()).contains("spelunk: " + message);
        }
        assertThat(err.toString(StandardCharsets.UTF_8).contains("all the registers"))
                .isEqualTo(ending == Ending.FAILED || ending == Ending.RESET);
        boolean own = ending == Ending.EXITED || ending == Ending.POWERED_OFF;
        assertThat(out.toString(StandardCharsets.UTF_8).contains("PE 0 was at EL1 in main"))
                .isNotEqualTo(own);
        assertThat(out.toString(StandardCharsets.UTF_8)).as("there are records").doesNotContain("no records");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            EXITED            | 0 | ''
            FAILED            | 0 | ''
            EXITED            | 1 | 1 further record is in no file
            INSTRUCTION_LIMIT | 0 | --max-instructions ended the run
            INTERRUPTED       | 0 | the run was interrupted
            RECORD_LIMIT      | 5 | --max-record-bytes ended the run; 5 further records are in no file
            HOST_FAILED       | 0 | it did
            """)
    void recordsThatAreNotThoseOfAWholeRunAreSaidToBeIncomplete(Ending ending, long notKept, String incomplete)
            throws IOException {
        Writer writer = new Writer();
        writer.notKept = notKept;
        run(ending, 0, writer).call();
        JsonObject summary;
        try (JsonReader reader = Json.createReader(Files.newInputStream(folder.resolve("summary.json")))) {
            summary = reader.readObject();
        }
        assertThat(summary.getBoolean("complete")).isEqualTo(incomplete.isEmpty());
        assertThat(summary.getString("incomplete", "")).isEqualTo(incomplete);
        if (incomplete.isEmpty()) {
            assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("incomplete");
        } else {
            assertThat(out.toString(StandardCharsets.UTF_8)).containsPattern("incomplete +" + incomplete);
        }
    }

    @Test
    void recordsOfAMachineThatWasRestoredAreInTheProfile() {
        Writer writer = new Writer();
        run(Ending.EXITED, 0, writer).call();
        assertThat(writer.taken).isEqualTo(RECORDS.length);
    }

    @Test
    void filesOfAnEarlierRunWithMoreCpusAreRemoved() throws IOException {
        for (String name : List.of("records.1.bin", "records.2.bin", "records.4.bin", "records.txt")) {
            Files.writeString(folder.resolve(name), "of an earlier run");
        }
        run(Ending.EXITED, 0, new Writer()).call();
        try (var files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString()).filter(name -> !name.equals(".spelunk.lock")))
                    .containsExactlyInAnyOrder(
                            "records.bin", "records.4.bin", "records.txt", "perf.data", "report.html", "summary.json");
        }
    }

    @Test
    void theSummaryHoldsWhatTheReportSays() throws IOException {
        run(Ending.POWERED_OFF, 0, new Writer()).call();
        JsonObject summary;
        try (InputStream stream = Files.newInputStream(folder.resolve("summary.json"));
                JsonReader reader = Json.createReader(stream)) {
            summary = reader.readObject();
        }
        assertThat(summary.getString("variant")).isEqualTo("the-variant");
        assertThat(summary.getString("hypervisor")).isEqualTo("kvm");
        assertThat(summary.getJsonNumber("seed").longValue()).isEqualTo(9);
        assertThat(summary.getJsonNumber("instructions").longValue()).isEqualTo(3_000_000);
        assertThat(summary.getJsonNumber("records").longValue()).isEqualTo(3);
        assertThat(summary.getJsonNumber("mips").doubleValue()).isEqualTo(150);
        assertThat(summary.getJsonObject("bufferManagementEvents").getInt("buffer full"))
                .isEqualTo(4);
        assertThat(summary.getJsonObject("vmExits").getInt("WFI")).isEqualTo(6);
        assertThat(summary.getJsonObject("swaps").getInt("done")).isEqualTo(3);
        assertThat(summary.getJsonObject("swaps")
                        .getJsonNumber("medianPauseMilliseconds")
                        .doubleValue())
                .isEqualTo(1.25);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("3  median pause 1.25 ms, longest 2.50 ms", "no such part", "swaps not reached");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "the-variant",
                        "kvm",
                        "3,000,000 in 0.02 s",
                        "150.0 guest MIPS",
                        "buffer full, first after 5 operations: it was full",
                        "WFI",
                        "PMBPTR_EL1",
                        "samples by function",
                        "caches are warmed for 9 operations",
                        "the last level is current");
        assertThat(summary.getJsonArray("timing").getString(1)).isEqualTo("the last level is current");
    }

    @Test
    void whatIsNoRecordBreaksAnInvariant() {
        Writer writer = new Writer();
        writer.malformed = true;
        assertThat(run(Ending.POWERED_OFF, 0, writer).call()).isEqualTo(5);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .contains("byte 2");
        assertThat(folder.resolve("records.bin")).hasBinaryContent(RECORDS);
    }

    @Test
    void aFullDiskIsAnErrorAndLeavesNoHalfWrittenFile() throws IOException {
        Files.writeString(folder.resolve("perf.data"), "of an earlier run");
        Writer writer = new Writer();
        writer.full = true;
        GuestRun run = run(Ending.POWERED_OFF, 0, writer);
        assertThatThrownBy(run::call)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("perf.data cannot be written: No space left on device");
        assertThat(folder.resolve("perf.data")).hasContent("of an earlier run");
        assertThat(folder.resolve("records.bin")).hasBinaryContent(RECORDS);
        assertThat(folder.resolve("summary.json")).exists();
        try (var files = Files.list(folder)) {
            assertThat(files.filter(file -> !file.endsWith(".spelunk.lock"))).hasSize(4);
        }
    }

    private GuestRun run(Ending ending, int guestCode, Writer writer) {
        Console console = new Console(System.out, System.err, false);
        RunOptions options = RunOptions.of(Path.of("guest.elf"))
                .withMemory(1 << 20)
                .withMaxInstructions(5)
                .withSeed(9)
                .withConsole(console);
        Result result = new Result(
                ending,
                guestCode,
                "it did",
                3_000_000,
                3_000_000,
                20_000_000,
                new TreeMap<>(Map.of("WFI", 6L)),
                new TreeMap<>(Map.of("PMBPTR_EL1", 2L)),
                new TreeMap<>(Map.of("buffer full", 4L)),
                new TreeMap<>(Map.of("pins", 8L)),
                new TreeMap<>());
        ProfileDescription profile = new ProfileDescription(Path.of("guest.elf"), 1, 0, 1, List.of());
        OutputFolder output = new OutputFolder(folder);
        RunFiles files = new RunFiles(output, ProfileDescription.Recorder.UNKNOWN, false);
        Machine machine = (Machine) Proxy.newProxyInstance(
                Machine.class.getClassLoader(), new Class<?>[] {Machine.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "run":
                            return result;
                        case "records":
                            return List.of(new Stream(files));
                        case "recordsNotKept":
                            return writer.notKept;
                        case "profile":
                            return profile;
                        case "instructions":
                            return 0L;
                        case "bufferHistory":
                            return new BufferHistory(1, List.of());
                        case "timing":
                            return List.of("caches are warmed for 9 operations", "the last level is current");
                        case "eventReasons":
                            return new TreeMap<>(Map.of("buffer full", "first after 5 operations: it was full"));
                        case "unsaved":
                            return new TreeSet<Long>();
                        case "passed":
                            return new TreeMap<String, Long>();
                        case "dump":
                            return "all the registers\n";
                        case "diagnosis":
                            return List.of("PE 0 was at EL1 in main");
                        case "withoutRecords":
                            return "10 operations were executed in vain";
                        default:
                            return null;
                    }
                });
        return new GuestRun(
                machine,
                "the-variant",
                new VariantDocumentation(
                        Map.of("MIDR_EL1", "a manual"), Map.of("latencies", "a guess"), List.of("a part")),
                options,
                console,
                writer,
                output,
                files,
                which -> new SwapReport(
                        List.of(1_250_000L, 1_000_000L, 2_500_000L),
                        List.of("at 5: timing inorder", "at 6: pe interpreter", "at 7: mmu vmsa"),
                        0,
                        List.of("no such part"),
                        1,
                        List.of()));
    }

    /** The machine's records, which go to their file at the end. */
    private record Stream(RunFiles files) implements RecordStream {
        @Override
        public int vcpu() {
            return 0;
        }

        @Override
        public long records() {
            return RECORDS.length;
        }

        @Override
        public long bytes() {
            return RECORDS.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(RECORDS);
        }

        @Override
        public void flush() throws IOException {
            Files.write(files.file(0), RECORDS);
        }
    }

    /** Writes no real profile. */
    private static final class Writer implements ProfileWriter {
        private boolean malformed;
        private boolean full;
        private long notKept;
        private int taken;

        @Override
        public Profile begin(Path file, Path table, ProfileDescription description) {
            return (Profile) Proxy.newProxyInstance(
                    Profile.class.getClassLoader(), new Class<?>[] {Profile.class}, (proxy, method, arguments) -> {
                        switch (method.getName()) {
                            case "take":
                                taken += ((InputStream) arguments[1]).readAllBytes().length;
                                return null;
                            case "finish":
                                Files.writeString(file, "perf");
                                if (full) {
                                    throw new IOException("No space left on device");
                                }
                                return null;
                            case "summary":
                                return "samples by function\n";
                            case "dropped":
                                return 0L;
                            case "malformed":
                                return malformed ? new MalformedRecordException("no packet", 2) : null;
                            default:
                                return null;
                        }
                    });
        }

        @Override
        public boolean isPerfData(Path file) {
            throw new AssertionError();
        }

        @Override
        public ReadProfile read(Path perfData, PerfDataOptions reading, Path table) {
            throw new AssertionError();
        }

        @Override
        public DecodeOptions.Outcome decode(InputStream records, Appendable text, DecodeOptions decoding) {
            throw new AssertionError();
        }

        @Override
        public long count(InputStream records) {
            throw new AssertionError();
        }
    }
}
