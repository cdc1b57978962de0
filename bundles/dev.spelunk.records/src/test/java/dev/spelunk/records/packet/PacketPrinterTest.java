// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.records.RecordBuilder;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PacketPrinterTest {
    private static String print(RecordBuilder b) throws Exception {
        StringBuilder out = new StringBuilder();
        RecordReader reader = new RecordReader(b.bytes(), 0);
        SampleRecord record = new SampleRecord();
        while (reader.next(record, new PacketPrinter(out))) {
            assertThat(record.length).isPositive();
        }
        return out.toString();
    }

    @Test
    @DisplayName("A load: every packet with its offset, bytes and meaning")
    void load() throws Exception {
        assertThat(print(new RecordBuilder()
                        .context(1, 7)
                        .counter(0, 20)
                        .counter(1, 3)
                        .counter(2, 1)
                        .pc(0xffff_ff80_4008_0010L, 1)
                        .va(0xffff_ff80_4009_0000L)
                        .pa(1L << 63 | 0x4009_0000L)
                        .dataSource(8, 1)
                        .operation(1, 0)
                        .events(0x16, 2)
                        .timestamp(123456789)
                        .align(6)))
                .isEqualTo(".  00000000:  64 07 00 00 00                                  CONTEXT 0x7 el1\n"
                        + ".  00000005:  98 14 00                                        LAT 20 TOT\n"
                        + ".  00000008:  99 03 00                                        LAT 3 ISSUE\n"
                        + ".  0000000b:  9a 01 00                                        LAT 1 XLAT\n"
                        + ".  0000000e:  b0 10 00 08 40 80 ff ff a0                      PC 0xffff8040080010 el1 ns=1\n"
                        + ".  00000017:  b2 00 00 09 40 80 ff ff ff                      VA 0xffffff8040090000\n"
                        + ".  00000020:  b3 00 00 09 40 00 00 00 80                      PA 0x40090000 ns=1 ch=0 pat=0\n"
                        + ".  00000029:  43 08                                           DATA-SOURCE 8\n"
                        + ".  0000002b:  49 00                                           LD GP-REG\n"
                        + ".  0000002d:  52 16 00                                        EV RETIRED L1D-ACCESS TLB-ACCESS\n"
                        + ".  00000030:  71 15 cd 5b 07 00 00 00 00                      TS 123456789\n"
                        + ".  00000039:  00 00 00 00 00 00 00                            PAD\n");
    }

    @Test
    @DisplayName("Branches, reserved packets, extended headers")
    void others() throws Exception {
        assertThat(print(new RecordBuilder()
                        .pc(0x400000, 0)
                        .target(0x400100, 0)
                        .operation(2, 3)
                        .events(0xc2, 1)
                        .end()))
                .contains("TGT 0x400100 el0 ns=1\n")
                .contains(" B COND IND\n")
                .contains(" EV RETIRED NOT-TAKEN MISPRED\n")
                .endsWith(" END\n");
        assertThat(print(new RecordBuilder().operation(2, 0x10).events(2, 1).end()))
                .contains(" B CR-RET\n");
        assertThat(print(new RecordBuilder()
                        .counter(9, 4)
                        .address(8, 5)
                        .raw(0x4b, 1)
                        .raw(0xc0, 2)
                        .events(2, 1)
                        .end()))
                .contains("21 99 04 00")
                .contains(" LAT 4 (9)\n")
                .contains(" ADDR 0x5 (8)\n")
                .contains(" OP-TYPE 0x1 (3)\n")
                .contains(" UNKNOWN 0x2\n");
    }
}
