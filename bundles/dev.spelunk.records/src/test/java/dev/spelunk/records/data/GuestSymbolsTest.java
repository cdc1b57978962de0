// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.records.elf.ElfBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The functions of a guest that runs elsewhere than its file was linked")
class GuestSymbolsTest {
    private static final long LINKED = 0xFFFF_FF80_4008_0000L;
    private static final long USER = 0x40_0000L;

    @TempDir
    private Path folder;

    private GuestSymbols symbols(Segment... segments) throws IOException {
        ElfBuilder builder = new ElfBuilder();
        int text = builder.code(".text", LINKED, 0x1000, new byte[0x100]);
        int user = builder.code(".utext", USER, 0x2000, new byte[0x80]);
        builder.function("kernel", text, LINKED, 0x80)
                .function("last", text, LINKED + 0xFC, 4)
                .function("user", user, USER, 0x40)
                .load(0x1000, LINKED, 0x100)
                .load(0x2000, USER, 0x80);
        Path guest = Files.write(folder.resolve("guest.elf"), builder.bytes());
        return new GuestSymbols(new ProfileDescription(guest, 1, 0, 1_000_000, List.of(segments)));
    }

    @Test
    @DisplayName("An address in a segment has the function of its place in the file, from the first byte to the last")
    void moved() throws IOException {
        GuestSymbols symbols = symbols(new Segment(0x4008_0000L, 0x100, 0x1000, 1));
        assertThat(symbols.problem()).isNull();
        assertThat(symbols.function(0x4008_0000L, 1, 0)).isEqualTo("kernel");
        assertThat(symbols.function(0x4008_007FL, 1, 0)).isEqualTo("kernel");
        assertThat(symbols.function(0x4008_0080L, 1, 0)).isNull();
        assertThat(symbols.function(0x4008_00FFL, 1, 0)).isEqualTo("last");
        assertThat(symbols.function(0x4008_0100L, 1, 0)).isNull();
        assertThat(symbols.function(0x4007_FFFFL, 1, 0)).isNull();
        assertThat(symbols.function(LINKED, 1, 0))
                .as("outside every segment, where it is linked")
                .isEqualTo("kernel");
    }

    @Test
    @DisplayName("Where segments of two Exception levels are at one address, each has its own")
    void twoLevels() throws IOException {
        Segment kernel = new Segment(0x8000_0000L, 0x100, 0x1000, 1);
        Segment user = new Segment(0x8000_0000L, 0x80, 0x2000, 0);
        for (GuestSymbols symbols : List.of(symbols(kernel, user), symbols(user, kernel))) {
            assertThat(symbols.function(0x8000_0000L, 0, 0)).isEqualTo("user");
            assertThat(symbols.function(0x8000_0000L, 1, 0)).isEqualTo("kernel");
            assertThat(symbols.function(0x8000_0000L, 2, 0)).isEqualTo("kernel");
        }
        assertThat(symbols(kernel).function(0x8000_0000L, 0, 0))
                .as("there is but one")
                .isEqualTo("kernel");
    }

    @Test
    @DisplayName("A segment that no load segment of the file holds is as if it was linked where it runs")
    void notLoaded() throws IOException {
        GuestSymbols symbols = symbols(new Segment(LINKED, 0x100, 0x3000, 1));
        assertThat(symbols.function(LINKED, 1, 0)).isEqualTo("kernel");
        GuestSymbols behind = symbols(new Segment(0x9000_0000L, 0x200, 0x1000, 1));
        assertThat(behind.function(0x9000_00FCL, 1, 0)).isEqualTo("last");
        assertThat(behind.function(0x9000_0100L, 1, 0)).isNull();
    }
}
