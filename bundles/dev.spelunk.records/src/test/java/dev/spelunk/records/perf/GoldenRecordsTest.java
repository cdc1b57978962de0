// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.records.GuestElf;
import dev.spelunk.records.Profiles;
import dev.spelunk.records.RequiredTool;
import dev.spelunk.records.packet.PacketPrinter;
import dev.spelunk.records.packet.RecordReader;
import dev.spelunk.records.packet.SampleRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The records that the SPU's tests pin for each feature set: this project's decoder reads their meaning out of the
 * bytes, and so does the stock perf, except for what is newer than it.
 */
class GoldenRecordsTest {
    private static final Path GOLDEN = Path.of("../dev.spelunk.spu/src/test/resources/golden");
    /**
     * What perf 6.1 does not know, and prints by number or not at all: the counter and the address with index 4, fields
     * CR, G, F and A, the subclasses of Allocation Tags, Memory Set and the Guarded Control Stack, SME, EVL above it,
     * data sources with two bytes in full, and events from 16 on but the two of SVE.
     */
    private static final Pattern NEWER = Pattern.compile(
            "LAT .* ALT-ISSUE|PBT .*|.* CR-.*|B .*GCS.*|OTHER (ASE|FP).*|.* MTE-TAG|.* MEMCPY|.* MEMSET|.* GCS.*"
                    + "|SME-OTHER.*|.*EVLEN 4096.*|DATA-SOURCE .*|EV .*(IMPDEF|TXN|L2D|HITM|LFB|SNOOPED|STREAMING|SMCU).*");

    @TempDir
    private Path folder;

    static Stream<String> files() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList().stream();
        }
    }

    /** The packets' lines of a file: bytes in hexadecimal, two spaces or more, meaning. */
    private static List<String[]> packets(String file) throws IOException {
        return Files.readAllLines(GOLDEN.resolve(file)).stream()
                .filter(l -> l.startsWith("    "))
                .map(l -> l.strip().split(" {2,}", 2))
                .toList();
    }

    private static byte[] bytes(List<String[]> packets) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        packets.forEach(p -> all.writeBytes(HexFormat.of().parseHex(p[0].replace(" ", ""))));
        return all.toByteArray();
    }

    /** The lines of a dump as bytes and meaning. */
    private static List<String[]> dumped(Stream<String> lines) {
        return lines.filter(l -> l.matches("\\.  [0-9a-f]{8}: .*"))
                .map(l -> new String[] {
                    l.substring(13, 60).strip(), l.substring(60).strip()
                })
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    @DisplayName("The decoder of this project reads what the records mean")
    void decoded(String file) throws Exception {
        List<String[]> packets = packets(file);
        StringBuilder out = new StringBuilder();
        RecordReader reader = new RecordReader(bytes(packets), 0);
        SampleRecord record = new SampleRecord();
        PacketPrinter printer = new PacketPrinter(out);
        int records = 0;
        while (reader.next(record, printer)) {
            assertThat(record.unknownPackets).isZero();
            records++;
        }
        assertThat(records)
                .isEqualTo(Files.readAllLines(GOLDEN.resolve(file)).stream()
                        .filter(l -> l.matches("[A-Za-z].*"))
                        .count());
        assertThat(dumped(out.toString().lines())).containsExactlyElementsOf(packets);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    @DisplayName("The stock perf reads the same, as far as it knows the packets")
    void inPerf(String file) throws Exception {
        RequiredTool.require("GoldenRecordsTest: " + file, "perf", "linux-perf");
        RequiredTool.require("GoldenRecordsTest: " + file, "aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
        Path guest = GuestElf.link(folder, "guest", GuestElf.HIGH);
        List<String[]> packets = packets(file);
        Path data = folder.resolve("perf.data");
        Profiles.write(data, new ProfileDescription(guest, 1, 0x410fd0c0L, 62_500_000, List.of()), bytes(packets));
        Process perf = new ProcessBuilder("perf", "report", "-D", "-i", data.toString())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        perf.getOutputStream().close();
        String dump = new String(perf.getInputStream().readAllBytes());
        assertThat(perf.waitFor())
                .as(Files.readString(folder.resolve("errors")))
                .isZero();
        assertThat(dump).doesNotContain("Bad packet");
        List<String[]> lines = dumped(dump.lines());
        List<String> different = new ArrayList<>();
        int compared = 0;
        for (int i = 0; i < packets.size(); i++) {
            assertThat(lines.get(i)[0]).as("bytes of packet %d", i).isEqualTo(packets.get(i)[0]);
            if (!NEWER.matcher(packets.get(i)[1]).matches()) {
                compared++;
                // perf 6.1 has no word for these registers.
                if (!lines.get(i)[1].equals(packets.get(i)[1].replace(" SVE-SME-REG", ""))) {
                    different.add(packets.get(i)[1] + " <> " + lines.get(i)[1]);
                }
            }
        }
        assertThat(different).isEmpty();
        assertThat(compared).isGreaterThan(packets.size() / 2);
    }
}
