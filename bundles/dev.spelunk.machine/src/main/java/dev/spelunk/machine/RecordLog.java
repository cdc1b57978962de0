// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine;

import dev.spelunk.api.records.RecordSink;
import java.util.Arrays;
import java.util.List;

/** Keeps every record of a run in order, and passes each on to the whiteboard's sinks. */
final class RecordLog implements RecordSink {
    private byte[] data = new byte[1 << 16];
    private int length;
    private volatile List<RecordSink> sinks = List.of();

    void sinks(List<RecordSink> others) {
        sinks = others;
    }

    @Override
    public synchronized void record(int pe, long cycles, byte[] record, int offset, int size) {
        if (length + size > data.length) {
            data = Arrays.copyOf(data, Math.max(data.length * 2, length + size));
        }
        System.arraycopy(record, offset, data, length, size);
        length += size;
        for (RecordSink sink : sinks) {
            sink.record(pe, cycles, record, offset, size);
        }
    }

    synchronized byte[] bytes() {
        return Arrays.copyOf(data, length);
    }
}
