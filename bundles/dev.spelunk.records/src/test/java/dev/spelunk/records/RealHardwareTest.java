// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.records.DecodeOptions;
import dev.spelunk.api.records.DecodeOptions.Outcome;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.ProfileDescription;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records as SPUs of real cores write them, and as they arrive. */
class RealHardwareTest {
    /** Padding between the packets of a record. */
    private static final byte[] PADDED = hex(
            "b0 30 12 20 00 c0 ff ff a0  00 00 00 00 00  64 34 12 00 00  49 00  52 16 00  99 03 00  98 09 00",
            "b2 78 56 34 00 c0 ff ff 00  9a 01 00  00 00 00 00 00 00 00 00 00  43 00  00 00  71 20 1b 47 00 00 00 00 00",
            "b0 34 12 20 00 c0 ff ff a0  00 00 00 00 00  64 34 12 00 00  4a 01  52 42 00  99 0c 00  98 0d 00",
            "b1 38 12 20 00 c0 ff ff a0  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  71 84 1b 47 00 00 00 00 00");
    /** Events 1, 12, 16 and 63. */
    private static final byte[] UNNAMED =
            hex("48 00  72 02 10 01 00 00 00 00 80  b0 00 10 40 00 00 00 00 80  71 01 00 00 00 00 00 00 00");
    /** Packets in another order, and few bytes of events. */
    private static final byte[] ONE_BYTE = hex(
            "49 00  b2 c0 3b 29 0f 00 00 ff ff  9a 00 00  42 16",
            "b0 00 c4 15 08 00 00 ff a0  98 00 00  71 36 6c 21 2c 09 00 00 00");

    private static final long NEOVERSE_N1 = 0x413f_d0c1L;

    @TempDir
    private Path folder;

    private static byte[] hex(String... lines) {
        return HexFormat.of().parseHex(String.join("", lines).replace(" ", ""));
    }

    private static Outcome decode(byte[] bytes, DecodeOptions options, StringBuilder text)
            throws IOException, MalformedRecordException {
        return new RecordsComponent().decode(new ByteArrayInputStream(bytes), text, options);
    }

    /** What the packets mean, without padding. */
    private static List<String> meaning(byte[] bytes, DecodeOptions options) throws Exception {
        StringBuilder text = new StringBuilder();
        Outcome outcome = decode(bytes, options, text);
        assertThat(outcome.damaged()).isZero();
        return text.toString()
                .lines()
                .map(l -> l.substring(Math.min(60, l.length())).strip())
                .filter(l -> !l.endsWith("PAD"))
                .toList();
    }

    @Test
    @DisplayName("padding between the packets of a record is passed over, wherever records are read")
    void padded() throws Exception {
        for (boolean strict : new boolean[] {true, false}) {
            assertThat(meaning(PADDED, new DecodeOptions(strict, 0)))
                    .containsExactly(
                            "PC 0xffffc000201230 el1 ns=1",
                            "CONTEXT 0x1234 el1",
                            "LD GP-REG",
                            "EV RETIRED L1D-ACCESS TLB-ACCESS",
                            "LAT 3 ISSUE",
                            "LAT 9 TOT",
                            "VA 0xffffc000345678",
                            "LAT 1 XLAT",
                            "DATA-SOURCE 0",
                            "TS 4660000",
                            "PC 0xffffc000201234 el1 ns=1",
                            "CONTEXT 0x1234 el1",
                            "B COND",
                            "EV RETIRED NOT-TAKEN",
                            "LAT 12 ISSUE",
                            "LAT 13 TOT",
                            "TGT 0xffffc000201238 el1 ns=1",
                            "TS 4660100");
        }
        assertThat(new RecordsComponent().count(new ByteArrayInputStream(PADDED)))
                .isEqualTo(2);
        assertThat(Profiles.write(
                        folder.resolve("perf.data"), new ProfileDescription(null, 1, 0, 1_000_000, List.of()), PADDED))
                .startsWith("2 sample records in " + PADDED.length + " bytes\nTimestamps 4660000 to 4660100");
    }

    @Test
    @DisplayName(
            "events without an architected name are shown by number and counted; those of a core by its name for them")
    void unnamedEvents() throws Exception {
        assertThat(meaning(UNNAMED, DecodeOptions.DEFAULT)).contains("EV RETIRED TXN IMPDEF:12,63");
        assertThat(meaning(UNNAMED, new DecodeOptions(false, NEOVERSE_N1)))
                .contains("EV RETIRED TXN LATE-PREFETCH IMPDEF:63");
        String summary = Profiles.write(
                folder.resolve("perf.data"), new ProfileDescription(null, 1, 0, 1_000_000, List.of()), UNNAMED);
        assertThat(summary.lines().map(String::strip))
                .contains("1 100.00%  TXN", "1 100.00%  IMPDEF:12", "1 100.00%  IMPDEF:63");
    }

    @Test
    @DisplayName("one byte of events and a latency of 0 in an order of their own are one record")
    void oneByteOfEvents() throws Exception {
        assertThat(meaning(ONE_BYTE, new DecodeOptions(true, 0)))
                .containsExactly(
                        "LD GP-REG",
                        "VA 0xffff00000f293bc0",
                        "LAT 0 XLAT",
                        "EV RETIRED L1D-ACCESS TLB-ACCESS",
                        "PC 0xff00000815c400 el1 ns=1",
                        "LAT 0 TOT",
                        "TS 39395093558");
    }

    @Test
    @DisplayName("a damaged stretch is skipped to the next record, and said with its offset; strict refuses it")
    void damaged() throws Exception {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(PADDED);
        byte[] noise = new byte[4000];
        new Random(7).nextBytes(noise);
        stream.writeBytes(noise);
        stream.writeBytes(PADDED);
        stream.write(UNNAMED, 0, 20);
        byte[] bytes = stream.toByteArray();
        StringBuilder text = new StringBuilder();
        Outcome outcome = decode(bytes, DecodeOptions.DEFAULT, text);
        assertThat(text.toString().lines().filter(l -> l.contains(" PC 0x")).count())
                .isEqualTo(outcome.records())
                .isGreaterThanOrEqualTo(4);
        assertThat(text.toString()
                        .lines()
                        .filter(l -> l.contains("PC 0xffffc000201230"))
                        .count())
                .isEqualTo(2);
        assertThat(text.toString())
                .containsPattern(String.format("%08x:  DAMAGED, [0-9]+ bytes skipped: ", PADDED.length))
                .containsPattern(String.format("%08x:  DAMAGED, 20 bytes skipped: ", bytes.length - 20));
        assertThat(outcome.damagedBytes()).isBetween(3900L, 4020L);
        assertThatThrownBy(() -> decode(bytes, new DecodeOptions(true, 0), new StringBuilder()))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("offset 0x");
        assertThatThrownBy(() -> decode(new byte[] {0x42, 1}, DecodeOptions.DEFAULT, new StringBuilder()))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("offset 0x0");
    }
}
