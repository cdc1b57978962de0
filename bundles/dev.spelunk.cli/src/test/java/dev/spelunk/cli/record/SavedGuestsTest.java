// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.cli.debian.Cache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which saved guests stay. */
class SavedGuestsTest {
    @TempDir
    private Path folder;

    private SavedGuests guests;

    @BeforeEach
    void create() {
        guests = new SavedGuests(new Cache(folder));
    }

    /** A guest that was used so many days ago. */
    private void put(String key, int days) throws IOException {
        Path state = Files.writeString(guests.file(key, SavedGuests.STATE), "state");
        Files.writeString(guests.file(key, SavedGuests.SYMBOLS), "symbols");
        Files.setLastModifiedTime(state, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("booted"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatWasNotUsedGoesWithItsSymbols() throws IOException {
        put("old", 31);
        put("new", 29);
        assertThat(guests.clean(Duration.ofDays(30))).isEqualTo("statesymbols".length());
        assertThat(files()).containsExactly("new.kallsyms", "new.snapshot");
        assertThat(guests.clean(Duration.ZERO)).isEqualTo("statesymbols".length());
        assertThat(files()).isEmpty();
    }

    @Test
    void theEightThatWereUsedLastStay() throws IOException {
        for (int i = 0; i < 10; i++) {
            put("g" + i, i);
        }
        guests.limit();
        assertThat(files())
                .containsExactlyElementsOf(IntStream.range(0, 8)
                        .boxed()
                        .flatMap(i -> Stream.of("g" + i + ".kallsyms", "g" + i + ".snapshot"))
                        .toList());
    }

    @Test
    void nothingIsThereAtFirst() {
        assertThat(new SavedGuests(new Cache(folder.resolve("absent"))).clean(Duration.ZERO))
                .isZero();
        assertThat(folder.resolve("absent")).doesNotExist();
    }
}
