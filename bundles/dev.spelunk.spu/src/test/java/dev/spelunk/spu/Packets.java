// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import java.util.ArrayList;
import java.util.List;

/** The packets of one record, by the size rule of the headers (DDI 0487, D18.1). */
final class Packets {
    final List<Integer> headers = new ArrayList<>();
    final List<Long> payloads = new ArrayList<>();
    /** Bytes before the padding. */
    int size;

    static Packets of(byte[] record) {
        Packets packets = new Packets();
        int at = 0;
        while (true) {
            int header = record[at++] & 0xFF;
            int length = header < 0x40 ? 0 : 1 << (header >> 4 & 3);
            long payload = 0;
            for (int i = 0; i < length; i++) {
                payload |= (record[at++] & 0xFFL) << 8 * i;
            }
            packets.headers.add(header);
            packets.payloads.add(payload);
            if (header == 0x01 || header == 0x71) {
                packets.size = at;
                return packets;
            }
        }
    }

    boolean has(int header) {
        return headers.contains(header);
    }

    long value(int header) {
        int i = headers.indexOf(header);
        if (i < 0) {
            throw new AssertionError(String.format("no packet 0x%x in %s", header, headers));
        }
        return payloads.get(i);
    }
}
