// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.records.RecordBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Random records, and random bytes. */
class RecordPropertyTest {
    /** What a random record was made of. */
    private static final class Expected {
        private final long[] addresses = new long[5];
        private final boolean[] hasAddress = new boolean[5];
        private final int[] counters = new int[32];
        private final boolean[] hasCounter = new boolean[32];
        private final int[] contexts = new int[3];
        private final boolean[] hasContext = new boolean[3];
        private long events;
        private int operationClass = -1;
        private int operation;
        private int source = -1;
        private long timestamp;
        private boolean timestamped;
        private int start;
        private int end;
    }

    private static Expected append(RecordBuilder out, Random random) {
        Expected e = new Expected();
        e.start = out.size();
        List<Consumer<RecordBuilder>> packets = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            if (random.nextBoolean()) {
                int index = i;
                e.hasAddress[i] = true;
                e.addresses[i] = random.nextLong();
                packets.add(b -> b.address(index, e.addresses[index]));
            }
        }
        for (int i = 0; i < 32; i++) {
            if (random.nextInt(6) == 0) {
                int index = i;
                e.hasCounter[i] = true;
                e.counters[i] = random.nextInt(0x10000);
                packets.add(b -> b.counter(index, e.counters[index]));
            }
        }
        for (int el = 1; el <= 2; el++) {
            if (random.nextBoolean()) {
                int level = el;
                e.hasContext[el] = true;
                e.contexts[el] = random.nextInt();
                packets.add(b -> b.context(level, e.contexts[level]));
            }
        }
        if (random.nextBoolean()) {
            e.operationClass = random.nextInt(3);
            e.operation = random.nextInt(256);
            packets.add(b -> b.operation(e.operationClass, e.operation));
        }
        if (random.nextBoolean()) {
            int bytes = 1 + random.nextInt(2);
            e.source = random.nextInt(1 << 8 * bytes);
            packets.add(b -> b.dataSource(e.source, bytes));
        }
        int eventsBytes = 1 << random.nextInt(4);
        e.events = eventsBytes == 8 ? random.nextLong() : random.nextLong() & (1L << 8 * eventsBytes) - 1;
        packets.add(b -> b.events(e.events, eventsBytes));
        Collections.shuffle(packets, random);
        packets.forEach(p -> p.accept(out));
        e.timestamped = random.nextBoolean();
        if (e.timestamped) {
            e.timestamp = random.nextLong();
            out.timestamp(e.timestamp);
        } else {
            out.end();
        }
        e.end = out.size();
        return e;
    }

    private static void same(SampleRecord r, Expected e) {
        assertThat(r.offset).isEqualTo(e.start);
        assertThat(r.length).isEqualTo(e.end - e.start);
        assertThat(r.events).isEqualTo(e.events);
        assertThat(r.has(PacketType.TIMESTAMP)).isEqualTo(e.timestamped);
        assertThat(r.has(PacketType.END)).isEqualTo(!e.timestamped);
        if (e.timestamped) {
            assertThat(r.timestamp).isEqualTo(e.timestamp);
        }
        for (AddressIndex index : AddressIndex.values()) {
            assertThat(r.has(index)).isEqualTo(e.hasAddress[index.index()]);
        }
        long address = 0x00ff_ffff_ffff_ffffL;
        if (e.hasAddress[0]) {
            assertThat(r.pc).isEqualTo(e.addresses[0] & address);
            assertThat(r.el).isEqualTo((int) (e.addresses[0] >>> 61 & 3));
        }
        if (e.hasAddress[1]) {
            assertThat(r.target).isEqualTo(e.addresses[1] & address);
        }
        if (e.hasAddress[2]) {
            assertThat(r.va).isEqualTo(e.addresses[2]);
        }
        if (e.hasAddress[3]) {
            assertThat(r.pa).isEqualTo(e.addresses[3] & address);
        }
        if (e.hasAddress[4]) {
            assertThat(r.previousTarget).isEqualTo(e.addresses[4] & address);
        }
        for (int i = 0; i < 32; i++) {
            assertThat(r.hasCounter(i)).isEqualTo(e.hasCounter[i]);
            if (e.hasCounter[i]) {
                assertThat(r.counter(i)).isEqualTo(e.counters[i]);
            }
        }
        for (int el = 1; el <= 2; el++) {
            assertThat(r.hasContext(el)).isEqualTo(e.hasContext[el]);
        }
        if (e.hasContext[1]) {
            assertThat(r.contextEl1).isEqualTo(e.contexts[1]);
        }
        if (e.hasContext[2]) {
            assertThat(r.contextEl2).isEqualTo(e.contexts[2]);
        }
        assertThat(r.operationClass).isEqualTo(e.operationClass);
        if (e.operationClass >= 0) {
            assertThat(r.operation).isEqualTo(e.operation);
        }
        assertThat(r.has(PacketType.DATA_SOURCE)).isEqualTo(e.source >= 0);
        if (e.source >= 0) {
            assertThat(r.dataSource).isEqualTo(e.source);
        }
    }

    @Property(tries = 300, seed = "20261121")
    void whatIsWrittenIsRead(
            @ForAll long seed,
            @ForAll @IntRange(min = 0, max = 8) int align,
            @ForAll @IntRange(min = 1, max = 40) int count)
            throws Exception {
        Random random = new Random(seed);
        RecordBuilder out = new RecordBuilder();
        List<Expected> expected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            expected.add(append(out, random));
            out.align(align);
        }
        byte[] bytes = out.bytes();
        RecordReader array = new RecordReader(bytes, 0);
        RecordReader stream = new RecordReader(dribbling(bytes, random));
        RecordScanner scanner = new RecordScanner(bytes, bytes.length, 0);
        SampleRecord r = new SampleRecord();
        for (Expected e : expected) {
            assertThat(array.next(r, null)).isTrue();
            same(r, e);
            assertThat(stream.next(r, null)).isTrue();
            same(r, e);
            assertThat(scanner.next(r)).isTrue();
            same(r, e);
        }
        assertThat(array.next(r, null)).isFalse();
        assertThat(stream.next(r, null)).isFalse();
        assertThat(scanner.next(r)).isFalse();
        assertThat(scanner.skippedBytes()).isZero();
    }

    @Property(tries = 20, seed = "20261121")
    void streamsLargerThanTheWindow(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        RecordBuilder out = new RecordBuilder();
        List<Expected> expected = new ArrayList<>();
        while (out.size() < 300_000) {
            expected.add(append(out, random));
            out.align(random.nextInt(12));
        }
        RecordReader stream = new RecordReader(dribbling(out.bytes(), random));
        SampleRecord r = new SampleRecord();
        for (Expected e : expected) {
            assertThat(stream.next(r, null)).isTrue();
            same(r, e);
        }
        assertThat(stream.next(r, null)).isFalse();
        assertThat(stream.offset()).isEqualTo(out.size());
    }

    /** A stream that hands over a few bytes at a time. */
    private static InputStream dribbling(byte[] bytes, Random random) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] b, int off, int len) {
                return super.read(b, off, Math.min(len, 1 + random.nextInt(100)));
            }
        };
    }

    @Property(tries = 2000, seed = "20261121")
    void garbageEndsInOneMessage(@ForAll @Size(max = 300) byte[] garbage) throws IOException {
        StringBuilder text = new StringBuilder();
        RecordReader reader = new RecordReader(garbage, 0);
        SampleRecord r = new SampleRecord();
        try {
            while (reader.next(r, new PacketPrinter(text))) {
                assertThat(r.length).isBetween(2, RecordReader.MAX_RECORD_BYTES);
            }
            assertThat(reader.offset()).isEqualTo(garbage.length);
        } catch (MalformedRecordException e) {
            assertThat(e.offset()).isBetween(0L, (long) garbage.length);
            assertThat(e.getMessage()).contains("offset 0x" + Long.toHexString(e.offset()));
        }
        RecordScanner scanner = new RecordScanner(garbage, garbage.length, 0);
        long end = 0;
        while (scanner.next(r)) {
            assertThat(r.offset).isGreaterThanOrEqualTo(end);
            end = r.offset + r.length;
        }
        assertThat(scanner.skippedBytes()).isBetween(0L, (long) garbage.length);
    }

    @Property(tries = 300, seed = "20261121")
    void aCutRecordCostsNoOther(@ForAll long seed, @ForAll @IntRange(min = 1, max = 63) int cut) throws IOException {
        byte[] before = realistic(0x400000);
        byte[] after = realistic(0x500000);
        RecordBuilder out = new RecordBuilder();
        for (byte b : before) {
            out.raw(b);
        }
        byte[] torn = Arrays.copyOf(realistic(0x600000), cut);
        for (byte b : torn) {
            out.raw(b);
        }
        for (byte b : after) {
            out.raw(b);
        }
        RecordScanner scanner = new RecordScanner(out.bytes(), out.bytes().length, 0);
        SampleRecord r = new SampleRecord();
        List<Long> found = new ArrayList<>();
        while (scanner.next(r)) {
            found.add(r.pc);
        }
        assertThat(found).contains(0x400000L, 0x500000L);
    }

    private static byte[] realistic(long pc) {
        return new RecordBuilder()
                .context(1, 3)
                .counter(0, 12)
                .counter(1, 4)
                .counter(2, 1)
                .pc(pc, 0)
                .va(0x1000)
                .operation(1, 0)
                .events(2, 2)
                .timestamp(1_000_000)
                .align(6)
                .bytes();
    }
}
