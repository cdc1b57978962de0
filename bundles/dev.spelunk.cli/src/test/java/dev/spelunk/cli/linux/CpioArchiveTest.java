// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Archives read back by the format's rules. */
class CpioArchiveTest {
    private interface Filling {
        void fill(CpioArchive archive) throws IOException;
    }

    private static byte[] written(Filling filling) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CpioArchive archive = new CpioArchive(out)) {
            filling.fill(archive);
        }
        return out.toByteArray();
    }

    @Test
    void anEmptyArchiveHasItsTrailer() throws IOException {
        assertThat(ArchiveEntry.read(written(archive -> {}))).isEmpty();
    }

    @Test
    void foldersComeBeforeWhatIsInThemAndOnce() throws IOException {
        List<ArchiveEntry> entries = ArchiveEntry.read(written(archive -> {
            archive.file("usr/bin/perf", 0755, "program".getBytes(StandardCharsets.UTF_8));
            archive.file("usr/bin/other", 0644, new byte[0]);
            archive.folder("usr/lib");
            archive.folder("usr");
        }));
        assertThat(entries)
                .extracting(ArchiveEntry::name)
                .containsExactly("usr", "usr/bin", "usr/bin/perf", "usr/bin/other", "usr/lib");
        assertThat(entries).extracting(ArchiveEntry::mode).containsExactly(0040755, 0040755, 0100755, 0100644, 0040755);
        assertThat(entries.get(2).text()).isEqualTo("program");
    }

    @Test
    void contentOfEveryLengthIsAligned() throws IOException {
        for (int length = 0; length < 9; length++) {
            byte[] content = new byte[length];
            Arrays.fill(content, (byte) 7);
            List<ArchiveEntry> entries = ArchiveEntry.read(written(archive -> {
                archive.file("a", 0600, content);
                archive.file("bcd", 0600, content);
            }));
            assertThat(entries).hasSize(2).allSatisfy(entry -> assertThat(entry.content())
                    .isEqualTo(content));
        }
    }

    @Test
    void holdsLinksAndDevices() throws IOException {
        List<ArchiveEntry> entries = ArchiveEntry.read(written(archive -> {
            archive.link("bin", "usr/bin");
            archive.characterDevice("dev/console", 5, 1);
        }));
        assertThat(entries.get(0).mode()).isEqualTo(0120777);
        assertThat(entries.get(0).text()).isEqualTo("usr/bin");
        assertThat(entries.get(2)).satisfies(console -> {
            assertThat(console.mode()).isEqualTo(0020600);
            assertThat(console.major()).isEqualTo(5);
            assertThat(console.minor()).isEqualTo(1);
        });
    }

    @Test
    void theSameContentGivesTheSameBytes() throws IOException {
        Filling filling = archive -> archive.file("x/y", 0755, new byte[] {1, 2, 3});
        assertThat(written(filling)).isEqualTo(written(filling));
    }
}
