// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.cli.debian.Cache;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
    void whatAKilledRecordingHasLeftGoesAndALiveOnesStays() throws IOException {
        put("g", 1);
        Path booted = folder.resolve("booted");
        Path dead = Files.writeString(booted.resolve(".g.snapshot-123.tmp"), "half");
        Files.writeString(booted.resolve(".g.kallsyms-4.tmp"), "half");
        Files.writeString(booted.resolve("mine.tmp"), "somebody's");
        Path live = Files.writeString(booted.resolve(".h.snapshot-5.tmp"), "half");
        try (FileChannel channel = FileChannel.open(live, StandardOpenOption.WRITE)) {
            channel.lock();
            guests = new SavedGuests(new Cache(folder));
            assertThat(files()).containsExactly(".h.snapshot-5.tmp", "g.kallsyms", "g.snapshot", "mine.tmp");
        }
        assertThat(dead).doesNotExist();
        new SavedGuests(new Cache(folder));
        assertThat(files()).containsExactly("g.kallsyms", "g.snapshot", "mine.tmp");
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
