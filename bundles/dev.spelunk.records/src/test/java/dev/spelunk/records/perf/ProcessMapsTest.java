// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.records.perf.ProcessMaps.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Processes, threads and what was mapped where, as a perf.data file's events tell it")
class ProcessMapsTest {
    private static final long TEXT = 0x40_0000;

    @TempDir
    private Path folder;

    private final PerfDataBuilder builder = new PerfDataBuilder();

    private ProcessMaps maps() throws IOException {
        Path file = Files.write(folder.resolve("perf.data"), builder.spe().bytes());
        try (PerfDataReader reader = new PerfDataReader(file)) {
            return reader.maps();
        }
    }

    private static String name(ProcessMaps maps, int process, long address) {
        Mapping mapping = maps.at(process, address);
        return mapping == null ? null : mapping.file();
    }

    @Test
    @DisplayName("A mapping has all that is said of it, and holds from its first byte to its last")
    void mapping() throws IOException {
        byte[] id = {1, 2, 3, -4};
        builder.mmap2(7, TEXT, 0x2000, 0x1000, "/bin/sh", id, 1)
                .mmap(7, 0x50_0000, 0x1000, 0x3000, "/lib/libc.so", PerfDataBuilder.USER, 2);
        ProcessMaps maps = maps();
        assertThat(maps.at(7, TEXT - 1)).isNull();
        assertThat(maps.at(7, TEXT)).isEqualTo(new Mapping(TEXT, 0x2000, 0x1000, "/bin/sh", id));
        assertThat(name(maps, 7, TEXT + 0x1fff)).isEqualTo("/bin/sh");
        assertThat(maps.at(7, TEXT + 0x2000)).isNull();
        assertThat(maps.at(8, TEXT)).isNull();
        assertThat(maps.at(7, 0x50_0000))
                .isEqualTo(new Mapping(0x50_0000, 0x1000, 0x3000, "/lib/libc.so", new byte[0]))
                .hasSameHashCodeAs(new Mapping(0x50_0000, 0x1000, 0x3000, "/lib/libc.so", new byte[0]));
    }

    @Test
    @DisplayName("A build id has at most 20 bytes; without one a mapping says the file's device and inode")
    void buildIds() throws IOException {
        byte[] id = new byte[20];
        id[19] = 5;
        builder.mmap2(7, TEXT, 0x1000, 0, "/a", id, 1).mmap2(7, 0x50_0000, 0x1000, 0, "/b", null, 1);
        ProcessMaps maps = maps();
        assertThat(maps.at(7, TEXT).buildId()).isEqualTo(id);
        assertThat(maps.at(7, 0x50_0000).buildId()).isEmpty();
    }

    @Test
    @DisplayName("What is mapped later lies over what was there, whichever comes first in the file")
    void later() throws IOException {
        builder.mmap(7, TEXT, 0x2000, 0, "/new", PerfDataBuilder.USER, 20)
                .mmap(7, TEXT, 0x4000, 0, "/old", PerfDataBuilder.USER, 10)
                .mmap(7, TEXT + 0x1000, 0x100, 0, "/newest", PerfDataBuilder.USER, 30);
        ProcessMaps maps = maps();
        assertThat(name(maps, 7, TEXT)).isEqualTo("/new");
        assertThat(name(maps, 7, TEXT + 0x1000)).isEqualTo("/newest");
        assertThat(name(maps, 7, TEXT + 0x3000)).isEqualTo("/old");
    }

    @Test
    @DisplayName("Events without times are in the order of the file")
    void withoutTimes() throws IOException {
        builder.sampleType(0)
                .mmap(7, TEXT, 0x1000, 0, "/first", PerfDataBuilder.USER, 0)
                .fork(8, 7, 8, 7, 0)
                .mmap(7, TEXT, 0x1000, 0, "/second", PerfDataBuilder.USER, 0)
                .comm(7, 7, "one", 0)
                .comm(7, 7, "two", 0);
        ProcessMaps maps = maps();
        assertThat(name(maps, 7, TEXT)).isEqualTo("/second");
        assertThat(name(maps, 8, TEXT)).isEqualTo("/first");
        assertThat(maps.name(7)).isEqualTo("two");
    }

    @Test
    @DisplayName("A child begins with what its parent has at that time, and then both go their ways")
    void fork() throws IOException {
        builder.mmap(7, TEXT, 0x1000, 0, "/parent", PerfDataBuilder.USER, 1)
                // The child's own, on another CPU, comes before the fork in the file.
                .mmap(8, TEXT, 0x1000, 0, "/child", PerfDataBuilder.USER, 5)
                .fork(8, 7, 8, 7, 3)
                .mmap(7, 0x50_0000, 0x1000, 0, "/late", PerfDataBuilder.USER, 4)
                .fork(9, 8, 9, 8, 6);
        ProcessMaps maps = maps();
        assertThat(name(maps, 7, TEXT)).isEqualTo("/parent");
        assertThat(name(maps, 8, TEXT)).isEqualTo("/child");
        assertThat(name(maps, 9, TEXT)).isEqualTo("/child");
        assertThat(name(maps, 7, 0x50_0000)).isEqualTo("/late");
        assertThat(maps.at(8, 0x50_0000)).isNull();
    }

    @Test
    @DisplayName("A number that is used again is another process; a new thread changes no mapping")
    void usedAgain() throws IOException {
        builder.mmap(7, TEXT, 0x1000, 0, "/parent", PerfDataBuilder.USER, 1)
                .mmap(8, 0x50_0000, 0x1000, 0, "/before", PerfDataBuilder.USER, 2)
                .fork(8, 7, 8, 7, 3)
                .mmap(8, 0x60_0000, 0x1000, 0, "/own", PerfDataBuilder.USER, 4)
                .fork(8, 8, 11, 8, 5);
        ProcessMaps maps = maps();
        assertThat(maps.at(8, 0x50_0000)).isNull();
        assertThat(name(maps, 8, 0x60_0000)).isEqualTo("/own");
        assertThat(maps.process(11)).isEqualTo(8);
        assertThat(maps.at(11, TEXT)).isNull();
    }

    @Test
    @DisplayName("Processes that fork each other in a circle stay as small as they are")
    void circle() throws IOException {
        builder.mmap(1, TEXT, 0x1000, 0, "/bin/sh", PerfDataBuilder.USER, 1);
        for (int i = 0; i < 1000; i++) {
            builder.fork(2 - i % 2, 1 + i % 2, 2 - i % 2, 1 + i % 2, 2 + i);
        }
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            ProcessMaps maps = maps();
            assertThat(name(maps, 1, TEXT)).isEqualTo("/bin/sh");
            assertThat(name(maps, 2, TEXT)).isEqualTo("/bin/sh");
        });
    }

    @Test
    @DisplayName("A thread has the last name that it was given, or its parent's when it began")
    void names() throws IOException {
        builder.comm(7, 7, "late", 9)
                .comm(7, 7, "early", 2)
                .fork(7, 7, 71, 7, 10)
                .fork(8, 7, 8, 71, 11)
                .comm(8, 8, "child", 12)
                .fork(30, 31, 30, 31, 13);
        ProcessMaps maps = maps();
        assertThat(maps.name(7)).isEqualTo("late");
        assertThat(maps.name(71)).isEqualTo("late");
        assertThat(maps.process(71)).isEqualTo(7);
        assertThat(maps.name(8)).isEqualTo("child");
        assertThat(maps.process(8)).isEqualTo(8);
        assertThat(maps.name(30)).isNull();
        assertThat(maps.process(99)).isEqualTo(99);
    }

    @Test
    @DisplayName("What is mapped in kernel space is the kernel's, whoever mapped it")
    void kernel() throws IOException {
        builder.mmap(7, 0xffff_ff80_4000_0000L, 0x1000, 0, "[module]", PerfDataBuilder.KERNEL, 1)
                .mmap(7, TEXT, 0x1000, 0, "/bin/sh", PerfDataBuilder.USER, 1);
        ProcessMaps maps = maps();
        assertThat(name(maps, ProcessMaps.KERNEL, 0xffff_ff80_4000_0fffL)).isEqualTo("[module]");
        assertThat(maps.at(7, 0xffff_ff80_4000_0000L)).isNull();
        assertThat(maps.onlyProcess()).isEqualTo(7);
    }

    @Test
    @DisplayName("The only process is one where no other has anything mapped")
    void onlyProcess() throws IOException {
        assertThat(maps().onlyProcess()).isEqualTo(ProcessMaps.KERNEL);
        builder.mmap(7, TEXT, 0x1000, 0, "/a", PerfDataBuilder.USER, 1)
                .mmap(8, TEXT, 0x1000, 0, "/b", PerfDataBuilder.USER, 1);
        assertThat(maps().onlyProcess()).isEqualTo(ProcessMaps.KERNEL);
    }

    @Test
    @DisplayName("Events that are too short for what they should say are passed over")
    void tooShort() throws IOException {
        builder.sampleType(0)
                .event(3, 0, PerfDataBuilder.ints(1))
                .event(3, 0, PerfDataBuilder.ints(5, 5))
                .event(7, 0, PerfDataBuilder.ints(6, 5))
                .event(7, 0, PerfDataBuilder.ints(6, 5, 66))
                .event(1, 2, PerfDataBuilder.ints(7, 7), PerfDataBuilder.words(TEXT, 0x1000, 0))
                .event(10, 2, PerfDataBuilder.ints(7, 7), PerfDataBuilder.words(TEXT, 0x1000, 0, 0, 0, 0, 0));
        ProcessMaps maps = maps();
        assertThat(maps.name(1)).isNull();
        assertThat(maps.name(5)).as("an empty name is one").isEmpty();
        assertThat(maps.process(66)).isEqualTo(6);
        assertThat(maps.name(66))
                .as("without the parent's thread, the parent's")
                .isEmpty();
        assertThat(maps.at(7, TEXT)).isNull();
    }
}
