// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.records.RecordBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** DDI 0487, D18.1 and D18.2, from the reader's side. */
class RecordReaderTest {
    private static final int RETIRED = 2;

    private static SampleRecord one(RecordBuilder b) throws IOException, MalformedRecordException {
        SampleRecord record = new SampleRecord();
        RecordReader reader = new RecordReader(b.bytes(), 0);
        assertThat(reader.next(record, null)).isTrue();
        assertThat(reader.next(new SampleRecord(), null)).isFalse();
        return record;
    }

    private static void rejects(RecordBuilder b, long offset, String what) {
        assertThatThrownBy(() -> {
                    RecordReader reader = new RecordReader(b.bytes(), 0);
                    SampleRecord record = new SampleRecord();
                    while (reader.next(record, null)) {
                        assertThat(record.length).isPositive();
                    }
                })
                .isInstanceOfSatisfying(MalformedRecordException.class, e -> assertThat(e.offset())
                        .isEqualTo(offset))
                .hasMessageContaining(what)
                .hasMessageContaining("offset 0x" + Long.toHexString(offset));
    }

    @Test
    @Tag("T60")
    @DisplayName("T60: a record has exactly one Events packet and one terminator")
    void oneEventsPacketAndOneTerminator() throws Exception {
        assertThat(one(new RecordBuilder().events(RETIRED, 1).end()).length).isEqualTo(3);
        assertThat(one(new RecordBuilder().events(RETIRED, 1).timestamp(9)).length)
                .isEqualTo(11);
        rejects(new RecordBuilder().pc(0x1000, 1).end(), 0, "without an Events packet");
        rejects(new RecordBuilder().events(RETIRED, 1).events(RETIRED, 2).end(), 2, "a second EVENTS packet");
        rejects(new RecordBuilder().events(RETIRED, 1).end().timestamp(9), 3, "without an Events packet");
        rejects(new RecordBuilder().events(RETIRED, 1).timestamp(9).end(), 11, "without an Events packet");
        rejects(new RecordBuilder().events(RETIRED, 1), 0, "not closed by an End or Timestamp packet");
    }

    @Test
    @DisplayName(
            "Of every other packet that a record has once, a second one is refused too; of different index there may be more")
    void onceInARecord() throws Exception {
        rejects(
                new RecordBuilder()
                        .operation(1, 0)
                        .operation(1, 0)
                        .events(RETIRED, 1)
                        .end(),
                2,
                "a second OPERATION_TYPE");
        rejects(
                new RecordBuilder()
                        .dataSource(1, 1)
                        .dataSource(1, 1)
                        .events(RETIRED, 1)
                        .end(),
                2,
                "a second DATA_SOURCE");
        rejects(
                new RecordBuilder()
                        .counter(0, 1)
                        .counter(0, 1)
                        .events(RETIRED, 1)
                        .end(),
                3,
                "a second COUNTER");
        for (int el = 1; el <= 2; el++) {
            rejects(
                    new RecordBuilder()
                            .context(el, 1)
                            .context(el, 1)
                            .events(RETIRED, 1)
                            .end(),
                    5,
                    "a second CONTEXT");
        }
        for (int index = 0; index <= 4; index++) {
            rejects(
                    new RecordBuilder()
                            .address(index, 1)
                            .address(index, 1)
                            .events(RETIRED, 1)
                            .end(),
                    9,
                    "a second ADDRESS");
        }
        SampleRecord record = one(new RecordBuilder()
                .context(1, 1)
                .context(2, 1)
                .counter(0, 1)
                .counter(1, 1)
                .address(0, 1)
                .address(2, 1)
                .events(RETIRED, 1)
                .end());
        assertThat(record.unknownPackets).isZero();
        SampleRecord unknown = one(new RecordBuilder()
                .address(6, 1)
                .address(6, 1)
                .address(7, 1)
                .events(RETIRED, 1)
                .end());
        assertThat(unknown.unknownPackets).as("of a meaning that is not known").isEqualTo(3);
    }

    @Test
    @Tag("T61")
    @DisplayName("T61: a Timestamp packet is last, only padding follows")
    void timestampIsLast() throws Exception {
        SampleRecord record = one(new RecordBuilder()
                .events(RETIRED, 1)
                .timestamp(0x0123456789abcdefL)
                .align(6));
        assertThat(record.has(PacketType.TIMESTAMP)).isTrue();
        assertThat(record.timestamp).isEqualTo(0x0123456789abcdefL);
        rejects(new RecordBuilder().timestamp(1).events(RETIRED, 1).end(), 0, "without an Events packet");
    }

    @Test
    @Tag("T62")
    @DisplayName("T62: records of every alignment are found, and none is longer than the largest MaxSize")
    void everyAlignment() throws Exception {
        for (int align = 0; align <= 11; align++) {
            RecordBuilder b = new RecordBuilder();
            List<Integer> starts = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                starts.add(b.size());
                b.pc(0x4000 + 4 * i, 0).events(RETIRED, 2).timestamp(i).align(align);
            }
            RecordReader reader = new RecordReader(b.bytes(), 0);
            SampleRecord record = new SampleRecord();
            for (int start : starts) {
                assertThat(reader.next(record, null)).isTrue();
                assertThat(record.offset).isEqualTo(start);
                assertThat(record.offset % (1 << align)).isZero();
            }
            assertThat(reader.next(record, null)).isFalse();
        }
        RecordBuilder longest = new RecordBuilder().events(RETIRED, 1);
        while (longest.size() < 2048 - 2) {
            longest.raw(0x02);
        }
        assertThat(one(longest.raw(0x02).end()).length).isEqualTo(2048);
        RecordBuilder tooLong = new RecordBuilder().events(RETIRED, 1);
        while (tooLong.size() < 2048) {
            tooLong.raw(0x02);
        }
        rejects(tooLong.end(), 0, "no End or Timestamp packet within 2048 bytes");
    }

    @Test
    @Tag("T63")
    @DisplayName("T63: padding is 0x00, between records and, as SPUs of real cores write it, between packets")
    void padding() throws Exception {
        RecordBuilder b = new RecordBuilder()
                .raw(0, 0, 0)
                .events(RETIRED, 1)
                .end()
                .raw(0)
                .events(RETIRED, 1)
                .end();
        RecordReader reader = new RecordReader(b.bytes(), 0);
        SampleRecord record = new SampleRecord();
        assertThat(reader.next(record, null)).isTrue();
        assertThat(record.offset).isEqualTo(3);
        assertThat(reader.next(record, null)).isTrue();
        assertThat(record.offset).isEqualTo(7);
        assertThat(reader.next(record, null)).isFalse();
        assertThat(one(new RecordBuilder()
                                .events(RETIRED, 1)
                                .raw(0, 0, 0)
                                .pc(4, 0)
                                .raw(0)
                                .end())
                        .length)
                .isEqualTo(16);
        RecordBuilder padded = new RecordBuilder().events(RETIRED, 1);
        while (padded.size() < 2048) {
            padded.raw(0);
        }
        rejects(padded.end(), 0, "no End or Timestamp packet within 2048 bytes");
    }

    @Test
    @Tag("T64")
    @DisplayName("T64: 0x64 carries CONTEXTIDR_EL1 and 0x65 CONTEXTIDR_EL2, 4 bytes each")
    void contexts() throws Exception {
        SampleRecord record = one(new RecordBuilder()
                .raw(0x64, 0x78, 0x56, 0x34, 0x12)
                .raw(0x65, 0xef, 0xcd, 0xab, 0x89)
                .events(RETIRED, 1)
                .end());
        assertThat(record.hasContext(1)).isTrue();
        assertThat(record.hasContext(2)).isTrue();
        assertThat(record.contextEl1).isEqualTo(0x12345678);
        assertThat(record.contextEl2).isEqualTo(0x89abcdef);
        SampleRecord el2 =
                one(new RecordBuilder().context(2, 7).events(RETIRED, 1).end());
        assertThat(el2.hasContext(1)).isFalse();
        assertThat(el2.hasContext(2)).isTrue();
        // 0x66 and 0x67 are reserved.
        assertThat(one(new RecordBuilder()
                                .raw(0x66, 1, 2, 3, 4)
                                .events(RETIRED, 1)
                                .end())
                        .unknownPackets)
                .isEqualTo(1);
    }

    @Test
    @Tag("T67")
    @DisplayName("T67: byte 7 of the PC packet is NS<<7, EL<<5, NSE<<4")
    void pcByteSeven() throws Exception {
        for (int ns = 0; ns < 2; ns++) {
            for (int el = 0; el < 4; el++) {
                for (int nse = 0; nse < 2; nse++) {
                    SampleRecord record = one(new RecordBuilder()
                            .raw(0xb0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, ns << 7 | el << 5 | nse << 4)
                            .events(RETIRED, 1)
                            .end());
                    assertThat(record.pc).isEqualTo(0x0077665544332211L);
                    assertThat(record.el).isEqualTo(el);
                    assertThat(record.ns).isEqualTo(ns == 1);
                    assertThat(record.nse).isEqualTo(nse == 1);
                }
            }
        }
        assertThat(one(new RecordBuilder()
                                .pc(0xffff_ff80_4008_0010L, 1)
                                .events(RETIRED, 1)
                                .end())
                        .canonicalPc())
                .isEqualTo(0xffff_ff80_4008_0010L);
    }

    @Test
    @Tag("T68")
    @DisplayName(
            "T68: counters with INDEX 8 and more have a 0x20 to 0x23 prefix; saturated values are read as they are")
    void counterIndexes() throws Exception {
        for (int index = 0; index < 32; index++) {
            int value = (index & 1) == 0 ? 0xfff : 0xffff;
            RecordBuilder b = new RecordBuilder();
            if (index >= 8) {
                b.raw(0x20 + index / 8);
            }
            SampleRecord record = one(b.raw(0x98 + index % 8, value & 0xff, value >> 8)
                    .events(RETIRED, 1)
                    .end());
            for (int other = 0; other < 32; other++) {
                assertThat(record.hasCounter(other)).isEqualTo(other == index);
            }
            assertThat(record.counter(index)).isEqualTo(value);
        }
        // INDEX below 8 in the extended format.
        assertThat(one(new RecordBuilder()
                                .raw(0x20, 0x9a, 5, 0)
                                .events(RETIRED, 1)
                                .end())
                        .counter(CounterIndex.TRANSLATION_LATENCY.index()))
                .isEqualTo(5);
    }

    @Test
    @DisplayName("Addresses keep what byte 7 says of them")
    void addresses() throws Exception {
        SampleRecord record = one(new RecordBuilder()
                .pc(0x400000, 0)
                .target(0xffff_ff80_0000_0200L, 1)
                .va(0xab00_0000_1234_5678L)
                .pa(1L << 63 | 1L << 62 | 0xaL << 56 | 0x4000_1000L)
                .address(4, RecordBuilder.instruction(0x3ffff0, 0))
                .events(RETIRED, 1)
                .end());
        assertThat(record.el).isZero();
        assertThat(record.targetEl).isEqualTo(1);
        assertThat(record.canonicalTarget()).isEqualTo(0xffff_ff80_0000_0200L);
        assertThat(record.va).isEqualTo(0xab00_0000_1234_5678L);
        assertThat(record.pa).isEqualTo(0x4000_1000L);
        assertThat(record.paNs).isTrue();
        assertThat(record.paChecked).isTrue();
        assertThat(record.paTag).isEqualTo(0xa);
        assertThat(record.previousTarget).isEqualTo(0x3ffff0);
        assertThat(record.has(AddressIndex.PREVIOUS_TARGET)).isTrue();
        assertThat(one(new RecordBuilder()
                                .address(5, 1)
                                .address(31, 2)
                                .events(RETIRED, 1)
                                .end())
                        .unknownPackets)
                .isEqualTo(2);
    }

    @Test
    @DisplayName("Every first byte has the packet and the size of the header map (D18.1.4)")
    void headerMap() throws Exception {
        for (int header = 2; header < 256; header++) {
            boolean extended = header >= 0x20 && header < 0x40;
            int payload = header < 0x40 ? 0 : 1 << (header >> 4 & 3);
            boolean known = header == 0x42
                    || header == 0x52
                    || header == 0x62
                    || header == 0x72
                    || header == 0x43
                    || header == 0x53
                    || header >= 0x48 && header <= 0x4b
                    || header >= 0x64 && header <= 0x67
                    || header == 0x71
                    || header >= 0x98 && header <= 0x9f
                    || header >= 0xb0 && header <= 0xb7;
            if (extended) {
                // Behind it a byte that gives two bytes of payload.
                assertThat(size(header, 0x90)).as("header 0x%x", header).isEqualTo(4);
                assertThat(first(header, 0x90)).isEqualTo(PacketType.UNKNOWN);
                assertThat(first(header, 0xb0)).isEqualTo(header < 0x24 ? PacketType.ADDRESS : PacketType.UNKNOWN);
            } else {
                assertThat(size(header, 0)).as("header 0x%x", header).isEqualTo(1 + payload);
                assertThat(first(header, 0) != PacketType.UNKNOWN)
                        .as("header 0x%x", header)
                        .isEqualTo(known);
            }
        }
    }

    private static int size(int header, int second) throws IOException, MalformedRecordException {
        return packets(header, second).get(0).length();
    }

    private static PacketType first(int header, int second) throws IOException, MalformedRecordException {
        return packets(header, second).get(0).type();
    }

    private record Seen(PacketType type, int length) {}

    private static List<Seen> packets(int header, int second) throws IOException, MalformedRecordException {
        List<Seen> seen = new ArrayList<>();
        byte[] bytes =
                new RecordBuilder().raw(header, second, 0, 0, 0, 0, 0, 0, 0, 0).bytes();
        try {
            new RecordReader(bytes, 0)
                    .next(
                            new SampleRecord(),
                            (type, index, payload, b, position, length, offset) -> seen.add(new Seen(type, length)));
        } catch (MalformedRecordException e) {
            assertThat(seen).as("what follows the packet is no record").isNotEmpty();
        }
        return seen;
    }

    @Test
    @DisplayName("A stream that ends inside a packet is bad at that packet")
    void truncated() {
        byte[] whole = new RecordBuilder()
                .pc(0x1000, 0)
                .events(RETIRED, 2)
                .timestamp(77)
                .bytes();
        for (int length = 1; length < whole.length; length++) {
            RecordBuilder b = new RecordBuilder();
            for (int i = 0; i < length; i++) {
                b.raw(whole[i]);
            }
            boolean atPacket = length == 9 || length == 12;
            rejects(
                    b,
                    length < 9 || atPacket ? 0 : length < 12 ? 9 : 12,
                    atPacket ? "not closed" : "ends inside a packet");
        }
        rejects(new RecordBuilder().events(RETIRED, 1).raw(0x21), 2, "ends inside a packet");
    }
}
