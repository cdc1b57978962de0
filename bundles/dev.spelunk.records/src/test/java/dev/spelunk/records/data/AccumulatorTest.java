// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.records.ProfileData;
import dev.spelunk.api.records.ProfileData.Branch;
import dev.spelunk.api.records.ProfileData.Call;
import dev.spelunk.api.records.ProfileData.Context;
import dev.spelunk.api.records.ProfileData.Count;
import dev.spelunk.api.records.ProfileData.Function;
import dev.spelunk.api.records.ProfileData.Latency;
import dev.spelunk.api.records.ProfileData.Line;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.records.Profiles;
import dev.spelunk.records.RecordBuilder;
import dev.spelunk.records.elf.ElfImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccumulatorTest {
    private static final long NEOVERSE = 0x410fd0c0L;

    @TempDir
    private Path folder;

    private ProfileData data(byte[]... records) throws IOException {
        Path guest = Files.write(folder.resolve("guest.elf"), ElfImage.bytes());
        return Profiles.data(
                new ProfileDescription(
                        guest,
                        records.length,
                        NEOVERSE,
                        1_000_000,
                        List.of(new Segment(ElfImage.TEXT, 0x100, 0x100, 1))),
                records);
    }

    private static RecordBuilder at(RecordBuilder b, long pc) {
        return b.pc(pc, 1);
    }

    @Test
    @DisplayName(
            "Latencies, misses and walks are added up by instruction, and those of a function over its instructions")
    void functions() throws IOException {
        RecordBuilder b = new RecordBuilder();
        at(b.counter(0, 10).counter(1, 3).counter(2, 2), ElfImage.TEXT)
                .events(0x2e, 2)
                .operation(1, 0)
                .timestamp(1)
                .align(6);
        at(b.counter(0, 30).counter(1, 5), ElfImage.TEXT)
                .events(0x20e, 2)
                .operation(1, 0)
                .timestamp(2)
                .align(6);
        at(b.counter(0, 2), ElfImage.TEXT + 4).events(0x2, 2).timestamp(3).align(6);
        Function function = data(b.bytes()).functions().get(0);
        assertThat(function.name()).isEqualTo("alpha");
        assertThat(function.el()).isEqualTo(1);
        assertThat(function.sums()).isEqualTo(new ProfileData.Sums(3, 42, 8, 2, 2, 1, 1, 0));
        assertThat(function.lines())
                .as("every instruction, those without samples too")
                .hasSizeGreaterThan(2);
        assertThat(function.lines()).allMatch(line -> line.text() != null);
        Line first = function.lines().get(0);
        assertThat(first.address()).isEqualTo(ElfImage.TEXT);
        assertThat(first.sums()).isEqualTo(new ProfileData.Sums(2, 40, 8, 2, 2, 1, 1, 0));
    }

    @Test
    @DisplayName("Code that is in no symbol is told by its page, and only as far as it was sampled")
    void withoutSymbol() throws IOException {
        RecordBuilder b = new RecordBuilder();
        b.pc(0x12345678, 0).events(0x2, 2).timestamp(1).align(6);
        assertThat(data(b.bytes()).functions())
                .containsExactly(new Function(
                        "[0x12345000]",
                        0,
                        new ProfileData.Sums(1, 0, 0, 0, 0, 0, 0, 0),
                        List.of(new Line(0x12345678, null, null, new ProfileData.Sums(1, 0, 0, 0, 0, 0, 0, 0)))));
    }

    @Test
    @DisplayName("Latencies are counted by powers of two and by the level that answered")
    void latencies() throws IOException {
        RecordBuilder b = new RecordBuilder();
        for (int latency : new int[] {0, 1, 2, 3, 4, 7, 8}) {
            at(b.counter(0, latency), ElfImage.TEXT).events(0x6, 2).timestamp(1).align(6);
        }
        at(b.counter(0, 300), ElfImage.TEXT).events(0x30e, 2).timestamp(1).align(6);
        List<Latency> latencies = data(b.bytes()).latencies();
        assertThat(latencies)
                .containsExactly(
                        new Latency("total", "L1 data cache", List.of(1L, 1L, 2L, 2L, 1L)),
                        new Latency("total", "memory", List.of(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L)));
    }

    @Test
    @DisplayName("Contexts, calls, branches and data sources")
    void whoAndWhere() throws IOException {
        RecordBuilder b = new RecordBuilder();
        // A branch with link, as FEAT_SPE_CRR tells it, that was predicted wrongly.
        at(b, ElfImage.TEXT)
                .target(ElfImage.TEXT + 0x80, 1)
                .context(1, 7)
                .events(0x82, 2)
                .operation(2, 8)
                .timestamp(1)
                .align(6);
        at(b, ElfImage.TEXT + 4)
                .context(1, 7)
                .events(0x42, 2)
                .operation(2, 1)
                .timestamp(1)
                .align(6);
        at(b, ElfImage.TEXT)
                .events(0x2, 2)
                .operation(1, 0)
                .dataSource(0xe, 1)
                .timestamp(1)
                .align(6);
        ProfileData data = data(b.bytes());
        assertThat(data.contexts())
                .containsExactlyInAnyOrder(
                        new Context("context 7", "alpha", 1, 2), new Context("no context", "alpha", 1, 1));
        assertThat(data.calls()).containsExactly(new Call("alpha", "gamma", 1));
        assertThat(data.branches())
                .containsExactly(
                        new Branch(ElfImage.TEXT, "alpha", 1, 1, 0, 1),
                        new Branch(ElfImage.TEXT + 4, "alpha", 1, 0, 1, 0));
        assertThat(data.sources()).containsExactly(new Count("DRAM", 1));
    }

    @Test
    @DisplayName("However long it takes, time has so many intervals, and no record is lost from one")
    void intervals() throws IOException {
        RecordBuilder first = new RecordBuilder();
        RecordBuilder second = new RecordBuilder();
        for (int i = 0; i < 1000; i++) {
            at(first, ElfImage.TEXT)
                    .va(0x5000)
                    .events(0x6, 2)
                    .timestamp(5 + i * 100L)
                    .align(6);
            at(second, ElfImage.TEXT)
                    .va(0x7000)
                    .events(0x6, 2)
                    .timestamp(5 + i * 100L)
                    .align(6);
        }
        ProfileData data = data(first.bytes(), second.bytes());
        assertThat(data.time().timestamps()).isTrue();
        assertThat(data.time().first()).isEqualTo(5);
        assertThat(data.time().width()).isEqualTo(1024);
        assertThat(data.time().cpus()).hasSize(2).allSatisfy(cpu -> {
            assertThat(cpu).hasSize(Intervals.COUNT);
            assertThat(Arrays.stream(cpu).sum()).isEqualTo(1000);
        });
        assertThat(data.pages()).extracting(ProfileData.Page::address).containsExactly(0x5000L, 0x7000L);
        assertThat(data.pages())
                .allSatisfy(
                        page -> assertThat(Arrays.stream(page.accesses()).sum()).isEqualTo(1000));
    }

    @Test
    @DisplayName("Records without timestamps are counted over their numbers")
    void withoutTimestamps() throws IOException {
        RecordBuilder b = new RecordBuilder();
        for (int i = 0; i < 200; i++) {
            at(b, ElfImage.TEXT).events(0x2, 2).end().align(6);
        }
        ProfileData.Time time = data(b.bytes()).time();
        assertThat(time.timestamps()).isFalse();
        assertThat(time.width()).isEqualTo(2);
        assertThat(time.cpus().get(0)[99]).isEqualTo(2);
    }

    @Test
    @DisplayName("Very many pages become fewer and larger, with all of their accesses")
    void manyPages() {
        Pages pages = new Pages();
        Site site = new Site(0, 0, 0);
        for (int i = 0; i < 100_000; i++) {
            pages.add(0x10_0000L + i * 4096L, i % Intervals.COUNT, site);
        }
        assertThat(pages.shift()).isEqualTo(17);
        assertThat(pages.hottest()).hasSize(512).allMatch(page -> page.total <= 32);
    }

    /** Samples of a function at that offset of the text. */
    private static void samples(RecordBuilder b, int count, long offset, int context) {
        for (int i = 0; i < count; i++) {
            at(b, ElfImage.TEXT + offset)
                    .context(1, context)
                    .events(2, 2)
                    .timestamp(1)
                    .align(6);
        }
    }

    @Test
    @DisplayName("Functions, contexts and what is counted by name come with the most first")
    void mostFirst() throws IOException {
        RecordBuilder b = new RecordBuilder();
        samples(b, 1, 0x00, 5);
        samples(b, 3, 0x80, 6);
        samples(b, 2, 0x20, 7);
        samples(b, 1, 0x24, 7);
        samples(b, 1, 0x84, 6);
        ProfileData data = data(b.bytes());
        assertThat(data.functions()).extracting(Function::name).containsExactly("gamma", "beta", "alpha");
        assertThat(data.functions()).extracting(f -> f.sums().samples()).containsExactly(4L, 3L, 1L);
        assertThat(data.contexts())
                .containsExactly(
                        new Context("context 6", "gamma", 1, 4),
                        new Context("context 7", "beta", 1, 3),
                        new Context("context 5", "alpha", 1, 1));
        assertThat(data.events()).containsExactly(new Count("RETIRED", 8));
    }

    @Test
    @DisplayName("A context is of both Exception levels, and each has its functions; those beyond 64 are one")
    void contexts() throws IOException {
        RecordBuilder b = new RecordBuilder();
        for (int i = 0; i < 3; i++) {
            at(b, ElfImage.TEXT)
                    .context(1, 7)
                    .context(2, 9)
                    .events(2, 2)
                    .timestamp(1)
                    .align(6);
        }
        at(b, ElfImage.TEXT).context(2, 9).events(2, 2).timestamp(1).align(6);
        at(b, ElfImage.TEXT).context(2, 9).events(2, 2).timestamp(1).align(6);
        at(b, ElfImage.TEXT).context(1, -1).events(2, 2).timestamp(1).align(6);
        assertThat(data(b.bytes()).contexts())
                .containsExactly(
                        new Context("context 7, EL2 context 9", "alpha", 1, 3),
                        new Context("EL2 context 9", "alpha", 1, 2),
                        new Context("context 4294967295", "alpha", 1, 1));
        RecordBuilder many = new RecordBuilder();
        for (int context = 1; context <= 66; context++) {
            samples(many, context < 3 ? 1 : 2, 0, context);
        }
        List<Context> contexts = data(many.bytes()).contexts();
        assertThat(contexts).hasSize(66);
        assertThat(contexts.subList(0, 64)).noneMatch(c -> c.name().equals("other contexts"));
        assertThat(contexts.subList(64, 66)).containsOnly(new Context("other contexts", "alpha", 1, 1));
    }

    @Test
    @DisplayName("Calls are those of branches with link, added up by caller and callee, the most first")
    void calls() throws IOException {
        RecordBuilder b = new RecordBuilder();
        long[][] calls = {{0x00, 0x80}, {0x04, 0x84}, {0x20, 0x00}, {0x08, 0x80}};
        for (long[] call : calls) {
            at(b, ElfImage.TEXT + call[0])
                    .target(ElfImage.TEXT + call[1], 1)
                    .events(2, 2)
                    .operation(2, 8)
                    .timestamp(1)
                    .align(6);
        }
        for (int other : new int[] {0x00, 0x10, 0x18}) {
            at(b, ElfImage.TEXT + 0x20)
                    .target(ElfImage.TEXT + 0x80, 1)
                    .events(2, 2)
                    .operation(2, other)
                    .timestamp(1)
                    .align(6);
        }
        assertThat(data(b.bytes()).calls())
                .containsExactly(new Call("alpha", "gamma", 3), new Call("beta", "alpha", 1));
    }

    @Test
    @DisplayName("Branches come with the most first, of as many those at lower addresses; what is no branch is none")
    void branches() throws IOException {
        RecordBuilder b = new RecordBuilder();
        int[][] branches = {{0x10, 1}, {0x08, 2}, {0x0c, 1}, {0x14, 3}};
        for (int[] branch : branches) {
            for (int i = 0; i < branch[1]; i++) {
                at(b, ElfImage.TEXT + branch[0])
                        .events(i == 1 ? 0x42 : 2, 2)
                        .operation(2, 1)
                        .timestamp(1)
                        .align(6);
            }
        }
        at(b, ElfImage.TEXT).events(2, 2).operation(1, 0).timestamp(1).align(6);
        assertThat(data(b.bytes()).branches())
                .containsExactly(
                        new Branch(ElfImage.TEXT + 0x14, "alpha", 1, 2, 1, 0),
                        new Branch(ElfImage.TEXT + 0x08, "alpha", 1, 1, 1, 0),
                        new Branch(ElfImage.TEXT + 0x0c, "alpha", 1, 1, 0, 0),
                        new Branch(ElfImage.TEXT + 0x10, "alpha", 1, 1, 0, 0));
    }

    @Test
    @DisplayName("Data sources of any number are counted")
    void sources() throws IOException {
        RecordBuilder b = new RecordBuilder();
        for (int source : new int[] {0xe, 0x1234, 0x1234, 0xffff, 0}) {
            at(b, ElfImage.TEXT)
                    .events(2, 2)
                    .operation(1, 0)
                    .dataSource(source, 2)
                    .timestamp(1)
                    .align(6);
        }
        List<Count> sources = data(b.bytes()).sources();
        assertThat(sources).hasSize(4);
        assertThat(sources.get(0).records()).isEqualTo(2);
        assertThat(sources.stream().mapToLong(Count::records).sum()).isEqualTo(5);
    }

    @Test
    @DisplayName("The level that answered: another socket, memory, last level, L2, beyond L1, L1, in this order")
    void levels() throws IOException {
        long[] events = {0x70e, 0x30e, 0x10e, 0x8000e, 0x18000e, 0xe, 0x6, 0x2};
        String[] expected = {
            "another socket",
            "memory",
            "last level cache",
            "L2 cache",
            "beyond L1",
            "beyond L1",
            "L1 data cache",
            "no memory access"
        };
        for (int i = 0; i < events.length; i++) {
            RecordBuilder b = new RecordBuilder();
            at(b.counter(0, 1), ElfImage.TEXT).events(events[i], 4).timestamp(1).align(6);
            assertThat(data(b.bytes()).latencies())
                    .extracting(Latency::level)
                    .as("%x", events[i])
                    .containsExactly(expected[i]);
        }
    }

    @Test
    @DisplayName("A page is told with its address, its size and the function that accesses it most")
    void pages() throws IOException {
        RecordBuilder b = new RecordBuilder();
        at(b, ElfImage.TEXT)
                .va(0x5010)
                .events(6, 2)
                .operation(1, 0)
                .timestamp(1)
                .align(6);
        at(b, ElfImage.TEXT + 0x80)
                .va(0x5020)
                .events(6, 2)
                .operation(1, 0)
                .timestamp(1)
                .align(6);
        at(b, ElfImage.TEXT + 0x80)
                .va(0x5030)
                .events(6, 2)
                .operation(1, 0)
                .timestamp(1)
                .align(6);
        assertThat(data(b.bytes()).pages()).singleElement().satisfies(page -> {
            assertThat(page.address()).isEqualTo(0x5000);
            assertThat(page.bytes()).isEqualTo(4096);
            assertThat(page.function()).isEqualTo("gamma");
        });
    }
}
