// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A file of an archive, read back by the format's rules. */
public record ArchiveEntry(String name, int mode, int major, int minor, byte[] content) {
    /** The content as text. */
    public String text() {
        return new String(content, StandardCharsets.UTF_8);
    }

    /** Every entry of an archive. */
    public static List<ArchiveEntry> read(byte[] archive) {
        List<ArchiveEntry> entries = new ArrayList<>();
        int at = 0;
        while (true) {
            assertThat(at % 4).isZero();
            assertThat(new String(archive, at, 6, StandardCharsets.US_ASCII)).isEqualTo("070701");
            int[] n = new int[13];
            for (int i = 0; i < 13; i++) {
                n[i] = Integer.parseUnsignedInt(new String(archive, at + 6 + 8 * i, 8, StandardCharsets.US_ASCII), 16);
            }
            String name = new String(archive, at + 110, n[11] - 1, StandardCharsets.UTF_8);
            assertThat(archive[at + 110 + n[11] - 1]).isZero();
            int content = at + 110 + n[11] + 3 & ~3;
            at = content + n[6] + 3 & ~3;
            if (name.equals("TRAILER!!!")) {
                assertThat(at).isEqualTo(archive.length);
                return entries;
            }
            entries.add(
                    new ArchiveEntry(name, n[1], n[9], n[10], Arrays.copyOfRange(archive, content, content + n[6])));
        }
    }
}
