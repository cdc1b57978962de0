// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.summary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.records.Profiles;
import dev.spelunk.records.RecordBuilder;
import dev.spelunk.records.elf.ElfImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SummaryTest {
    @TempDir
    private Path folder;

    private String summary(RecordBuilder records, Segment... segments) throws IOException {
        Path guest = Files.write(folder.resolve("guest.elf"), ElfImage.bytes());
        return Profiles.write(
                folder.resolve("perf.data"),
                new ProfileDescription(guest, 1, 0x410fd0c0L, 1_000_000, List.of(segments)),
                records.bytes());
    }

    @Test
    @DisplayName("Records are counted by function, operation type, branch outcome and event")
    void counts() throws IOException {
        RecordBuilder b = new RecordBuilder();
        b.counter(0, 10)
                .pc(ElfImage.TEXT, 1)
                .operation(1, 0)
                .events(0x2, 2)
                .timestamp(1000)
                .align(6);
        b.counter(0, 20)
                .pc(ElfImage.TEXT + 4, 1)
                .operation(1, 1)
                .events(0x2, 2)
                .timestamp(1500)
                .align(6);
        b.counter(0, 30)
                .pc(ElfImage.TEXT + 0x80, 1)
                .operation(2, 1)
                .events(0x42, 2)
                .timestamp(3000)
                .align(6);
        b.counter(0, 40)
                .pc(0x12345678, 0)
                .operation(2, 2)
                .events(0x1082, 2)
                .timestamp(2000)
                .align(6);
        assertThat(summary(b, new Segment(ElfImage.TEXT, 0x100, 0x100, 1))).isEqualTo("""
                4 sample records in 256 bytes
                Timestamps 1000 to 3000: 0.002000 s of the counter at 1000000 Hz
                Mean total latency 25.0 cycles

                Samples by function
                         2  50.00%  EL1  alpha
                         1  25.00%  EL0  [0x12345000]
                         1  25.00%  EL1  gamma

                Operation types
                         1  25.00%  conditional branch
                         1  25.00%  load
                         1  25.00%  store
                         1  25.00%  unconditional indirect branch

                Branch outcomes
                         1  50.00%  conditional, not taken
                         1  50.00%  unconditional, indirect, taken
                         1  50.00%  mispredicted

                Events
                         4 100.00%  RETIRED
                         1  25.00%  LATE-PREFETCH
                         1  25.00%  MISPRED
                         1  25.00%  NOT-TAKEN
                """);
    }

    @Test
    @DisplayName("A guest that runs elsewhere than it was linked is found through its segments")
    void moved() throws IOException {
        RecordBuilder b = new RecordBuilder().pc(0x40000080, 1).events(2, 1).end();
        assertThat(summary(b, new Segment(0x40000000, 0x100, 0x100, 1))).contains("EL1  gamma");
    }

    @Test
    @DisplayName("Bytes that are no record are left out and said; an empty profile is said")
    void lostBytes() throws IOException {
        RecordBuilder b = new RecordBuilder()
                .pc(ElfImage.TEXT, 1)
                .events(2, 1)
                .end()
                .pc(ElfImage.TEXT, 1)
                .events(2, 1);
        assertThat(summary(b))
                .startsWith("1 sample record in 23 bytes\n11 bytes are no whole record and are left out\n");
        assertThat(summary(new RecordBuilder())).isEqualTo("0 sample records in 0 bytes\n");
    }

    @Test
    @DisplayName("A guest without a symbol table gives pages instead of functions, and the reason")
    void noSymbols() throws IOException {
        Path image = Files.write(folder.resolve("Image"), new byte[100]);
        String text = Profiles.write(
                folder.resolve("perf.data"),
                new ProfileDescription(image, 1, 0, 1_000_000, List.of()),
                new RecordBuilder().pc(0x40200123L, 1).events(2, 1).end().bytes());
        assertThat(text)
                .contains("No function names: ")
                .contains("not an ELF file")
                .contains("EL1  [0x40200000]");
    }

    @Test
    @DisplayName(
            "Twenty functions are told, the others are one line; unknown packets and mispredicted branches are said")
    void others() throws IOException {
        RecordBuilder b = new RecordBuilder();
        for (int page = 0; page < 23; page++) {
            for (int i = 0; i < (page < 20 ? 3 : 1 + page % 2); i++) {
                b.pc(0x1000_0000L + page * 0x1000L, 0)
                        .operation(2, 0)
                        .events(page == 0 ? 0x82 : 0x2, 2)
                        .timestamp(1)
                        .align(6);
            }
        }
        String text = summary(
                b.address(6, 1).pc(0x1000_0000L, 0).events(2, 2).timestamp(1).align(6));
        assertThat(text)
                .contains("65 sample records", "1 packets are not known to this version")
                .contains("         4   6.15%  3 others\n")
                .contains("         3   4.69%  mispredicted\n")
                .contains("         4   6.15%  EL0  [0x10000000]\n");
        assertThat(text.lines().filter(line -> line.contains("EL0  [0x1000"))).hasSize(16);
        assertThat(text.lines().filter(line -> line.contains("EL0  [0x100"))).hasSize(20);
    }
}
