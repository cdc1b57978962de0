// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.records;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.records.BufferHistory;
import dev.spelunk.api.records.RecordOrigin;
import dev.spelunk.api.trace.TraceSink;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BufferFillTest {
    @Test
    @DisplayName(
            "the fill level of each vCPU's buffer grows with its records, and begins anew where they do; records are counted")
    void levels() {
        List<String> told = new ArrayList<>();
        TraceSink trace = (TraceSink) Proxy.newProxyInstance(
                TraceSink.class.getClassLoader(), new Class<?>[] {TraceSink.class}, (proxy, method, arguments) -> {
                    told.add(arguments[0] + ": " + (arguments[1].equals(TraceSink.RECORDS) ? "#" : "") + arguments[2]
                            + " at " + arguments[3]);
                    return null;
                });
        BufferFill fill = new BufferFill(2, trace);
        record(fill, 1, 0x1000, 10);
        record(fill, 0, 0x9000, 11);
        record(fill, 1, 0x1040, 12);
        record(fill, RecordOrigin.HOST, 0x1080, 13);
        record(fill, 1, 0x1000, 14);
        assertThat(told)
                .containsExactly(
                        "1: 0 at 10",
                        "1: 64 at 10",
                        "1: #1 at 10",
                        "0: 0 at 11",
                        "0: 64 at 11",
                        "0: #1 at 11",
                        "1: 128 at 12",
                        "1: #2 at 12",
                        "1: 0 at 14",
                        "1: 64 at 14",
                        "1: #3 at 14");
    }

    @Test
    @DisplayName("the most of each stretch is remembered, in longer stretches as the run becomes longer")
    void history() {
        BufferFill fill = new BufferFill(2, null);
        assertThat(fill.history().fill()).containsExactly(new long[0], new long[0]);
        record(fill, 0, 0x1000, 0);
        record(fill, 0, 0x1040, 1);
        record(fill, 0, 0x1000, 4095);
        record(fill, 1, 0x9000, 2 * 4096);
        BufferHistory history = fill.history();
        assertThat(history.cycles()).isEqualTo(4096);
        assertThat(history.fill()).containsExactly(new long[] {128, 0, 0}, new long[] {0, 0, 64});
        record(fill, 1, 0x9040, 4 * 256 * 4096 - 1);
        history = fill.history();
        assertThat(history.cycles()).isEqualTo(4 * 4096);
        assertThat(history.fill()).allMatch(of -> of.length == 256);
        assertThat(history.fill().get(0)).startsWith(128, 0);
        assertThat(history.fill().get(1)).startsWith(64, 0).endsWith(0, 128);
    }

    private static void record(BufferFill fill, int vcpu, long address, long cycles) {
        RecordOrigin origin = new RecordOrigin();
        origin.vcpu = vcpu;
        origin.address = address;
        origin.cycles = cycles;
        fill.record(origin, new byte[64], 0, 64);
    }
}
