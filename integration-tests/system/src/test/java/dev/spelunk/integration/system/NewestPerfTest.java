// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.records.DecodeOptions;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.Profile;
import dev.spelunk.api.records.ProfileData;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileDescription.Recorder;
import dev.spelunk.records.RecordsComponent;
import dev.spelunk.records.packet.OperationType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The newest perf beside the host's as the judge of {@code perf.data}: it has no complaint about the file, prints packets with
 * the words that {@code decode} has, and counts what is counted here.
 */
@Tag("debian")
class NewestPerfTest {
    private static final String TEST = "NewestPerfTest";
    /** As much of the bundled guest as fills its first buffer and half of the second. */
    private static final String INSTRUCTIONS = "9000000";
    /** What perf 6.1 says of its host's architecture, and of what its own mem asks of its SPE decoder. */
    private static final Set<String> OF_ITSELF = Set.of(
            "unwind: target platform=arm64 is not supported",
            "Only instruction-based sampling period is currently supported by Arm SPE.");
    /** What perf says from 6.13 on of metadata of version 1. */
    private static final String OLD_METADATA = "Old SPE metadata, re-record to improve decode accuracy";

    private static final List<List<String>> COMMANDS = List.of(
            List.of("report", "--stdio", "--itrace=i1i"),
            List.of("script", "--itrace=i1i"),
            List.of("mem", "report", "--stdio"),
            List.of("c2c", "report", "--stdio"),
            List.of("report", "-D"));

    @TempDir
    private Path folder;

    private OutputFiles run(String variant, String metadata) {
        OutputFiles files = new OutputFiles(folder.resolve("out"));
        Spelunk.Outcome run = Spelunk.run(
                "run",
                "--variant",
                variant,
                "--perf-metadata",
                metadata,
                "--max-instructions",
                INSTRUCTIONS,
                "-o",
                files.folder().toString());
        assertThat(run.code()).as(run.err()).isEqualTo(4);
        return files;
    }

    private String stock(List<String> arguments) throws IOException, InterruptedException {
        return Tools.run(folder, Tools.command(arguments.toArray(String[]::new), "perf"))
                .err();
    }

    @Test
    @DisplayName(
            "perf 6.1 and the newest report, script, mem and c2c without a complaint about the file; metadata of version 1")
    void judges() throws IOException, InterruptedException {
        Tools.require(TEST, "perf", "linux-perf");
        NewestPerf newest = NewestPerf.require(TEST, folder);
        String file = run("default", "v1").perfData().toString();
        for (List<String> command : COMMANDS) {
            List<String> arguments = new ArrayList<>(command);
            arguments.addAll(List.of("-i", file));
            assertThat(stock(arguments).lines().filter(line -> !OF_ITSELF.contains(line)))
                    .as("perf on the path: %s", arguments)
                    .isEmpty();
            assertThat(newest.run(arguments.toArray(String[]::new)).err())
                    .as("newest perf: %s", arguments)
                    .isEqualTo(OLD_METADATA);
        }
    }

    @Test
    @DisplayName(
            "the newest perf, metadata of version 2, SPEv1p5: no complaint, and its counts by type are those of the summary")
    void counts() throws IOException, InterruptedException {
        NewestPerf newest = NewestPerf.require(TEST, folder);
        OutputFiles files = run("armv9.5-spe-v1p5", "v2");
        String file = files.perfData().toString();
        for (List<String> command : COMMANDS) {
            List<String> arguments = new ArrayList<>(command);
            arguments.addAll(List.of("-i", file));
            Tools.Printed outcome = newest.run(arguments.toArray(String[]::new));
            assertThat(outcome.err()).as("newest perf: %s", arguments).isEmpty();
        }
        ProfileData ours = data(files.records());
        Map<String, Long> operations = new TreeMap<>();
        Map<String, Long> events = new TreeMap<>();
        long records = 0;
        for (String packet : newest.packets(files.perfData())) {
            if (packet.matches("(OTHER|SVE-OTHER|SME-OTHER|LD|ST|B)\\b.*")) {
                operations.merge(kind(packet), 1L, Long::sum);
            } else if (packet.startsWith("EV ")) {
                for (String event : packet.substring(3).split(" ")) {
                    events.merge(event, 1L, Long::sum);
                }
            } else if (packet.startsWith("TS ") || packet.equals("END")) {
                records++;
            }
        }
        assertThat(records).isGreaterThan(1000).isEqualTo(ours.records()).isEqualTo(files.summaryNumber("records"));
        assertThat(operations).hasSizeGreaterThan(3).isEqualTo(map(ours.operations()));
        assertThat(events).hasSizeGreaterThan(3).isEqualTo(map(ours.events()));
    }

    private static Map<String, Long> map(List<ProfileData.Count> counts) {
        Map<String, Long> map = new TreeMap<>();
        counts.stream().filter(count -> count.records() != 0).forEach(count -> map.put(count.name(), count.records()));
        return map;
    }

    private static ProfileData data(byte[] records) throws IOException {
        ProfileDescription description = new ProfileDescription(null, 1, 0, 62_500_000, List.of());
        try (Profile profile = new RecordsComponent().begin(null, description)) {
            profile.take(0, new ByteArrayInputStream(records));
            profile.finish();
            return profile.data();
        }
    }

    /** What the summary calls an operation that perf prints so. */
    private static String kind(String packet) {
        List<String> words = List.of(packet.split(" "));
        switch (words.get(0)) {
            case "OTHER":
                return words.contains("COND-SELECT") ? "conditional select or compare" : "other";
            case "SVE-OTHER", "SME-OTHER":
                return words.get(0).substring(0, 3);
            case "B":
                return (words.contains("COND") ? "conditional " : "unconditional ")
                        + (words.contains("IND") ? "indirect branch" : "branch");
            default:
                String access = words.get(0).equals("LD") ? "load" : "store";
                return access
                        + switch (words.get(1)) {
                            case "GP-REG" -> "";
                            case "SIMD-FP" -> " (SIMD&FP)";
                            case "UNSPEC-REG" -> " (unspecified registers)";
                            case "MTE-TAG" -> " (Allocation Tags)";
                            case "NV-SYSREG" -> " (system register)";
                            case "MEMCPY" -> " (memory copy)";
                            case "MEMSET" -> " (memory set)";
                            case "GCS" -> " (GCS)";
                            case "SVE-SME-REG" -> " (SVE or SME)";
                            case "AT" -> " (atomic)";
                            case "EXCL" -> " (exclusive)";
                            case "AR" -> " (acquire or release)";
                            default -> throw new AssertionError(packet);
                        };
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0x410f_d0c1L, 0x410f_d490L})
    @DisplayName("every operation type, every event by the core, and every other packet has the newest perf's words")
    void words(long midr) throws IOException, InterruptedException, MalformedRecordException {
        NewestPerf newest = NewestPerf.require(TEST, folder);
        byte[] records = everything();
        Path file = folder.resolve("perf.data");
        RecordsComponent component = new RecordsComponent();
        ProfileDescription description = new ProfileDescription(
                null, 1, midr, 0, 62_500_000, 0, List.of(), new Recorder(null, null, List.of(), 0, 2));
        try (Profile profile = component.begin(file, description)) {
            profile.take(0, new ByteArrayInputStream(records));
            profile.finish();
        }
        StringBuilder text = new StringBuilder();
        DecodeOptions.Outcome decoded =
                component.decode(new ByteArrayInputStream(records), text, new DecodeOptions(true, midr));
        assertThat(decoded.damaged()).isZero();
        List<String> ours = NewestPerf.packets(text.toString()).stream()
                .filter(packet -> !packet.equals("PAD"))
                .map(NewestPerfTest::asPerf)
                .toList();
        List<String> theirs = newest.packets(file).stream()
                .filter(packet -> !packet.equals("PAD"))
                .toList();
        assertThat(ours).hasSizeGreaterThan(500).isEqualTo(theirs);
        assertThat(text.toString().contains("LATE-PREFETCH")).isEqualTo(midr == 0x410f_d0c1L);
    }

    /** perf has no names for counters above 2, and takes ZA for an element size. */
    private static String asPerf(String packet) {
        return packet.replaceFirst("^(LAT \\d+) (ALT-.*|\\(\\d+\\))$", "$1").replace("ETS ZA", "ETS 4194304");
    }

    /** Records of each packet that the architecture allocates. */
    private static byte[] everything() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int of = 0; of < 3; of++) {
            for (int payload = 0; payload < 256; payload++) {
                if (OperationType.of(of, payload) != OperationType.RESERVED) {
                    record(all, 0x48 | of, payload, 1);
                }
            }
        }
        for (int bit = 0; bit < 64; bit++) {
            record(all, 0x72, 1L << bit, 8);
        }
        record(all, 0x72, -1, 8);
        record(all, 0x62, 0xffff_ffffL, 4);
        record(all, 0x52, 0xffff, 2);
        record(all, 0x42, 0xff, 1);
        for (int index = 0; index < 5; index++) {
            record(all, 0xb0 | index, 0xa123_4567_89ab_cdefL, 8);
            record(all, 0x98 | index, 7, 2);
        }
        record(all, 0x64, 77, 4);
        record(all, 0x65, 78, 4);
        record(all, 0x43, 9, 1);
        record(all, 0x53, 0x1234, 2);
        return all.toByteArray();
    }

    /** A record of a packet and an Events packet, which every record has. */
    private static void record(ByteArrayOutputStream all, int header, long payload, int size) {
        all.write(header);
        all.write(
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(payload)
                        .array(),
                0,
                size);
        boolean events = (header & 0xcf) == 0x42;
        all.writeBytes(events ? new byte[] {0x01} : new byte[] {0x42, 0x02, 0x01});
    }
}
