// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import dev.spelunk.pmsver.v1p0.StatisticalProfiling;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Framing of the records that reach the buffer (DDI 0487, D18.1). */
class RecordBuilderTest {
    private static Bench mixture(int alignment) {
        Bench b = new Bench(Set.of("FEAT_EL2"), Map.of("alignment", alignment))
                .shape(o -> {
                    o.operationClass = (int) (o.dispatch / 257 % 3);
                    if (o.operationClass == Operation.LOAD_STORE) {
                        o.flags = Operation.LOAD
                                | Operation.HAS_VA
                                | Operation.HAS_PA
                                | Operation.HAS_TRANSLATION_LATENCY;
                    } else if (o.operationClass == Operation.BRANCH) {
                        o.flags = Operation.TAKEN;
                    }
                })
                .profile(1, false);
        b.write(SystemRegister.PMSCR_EL1, Bench.E1SPE | 0x38);
        b.context.register(SystemRegister.PMSCR_EL2, 0x18);
        b.run(257 * 12);
        b.write(SystemRegister.PMSCR_EL1, Bench.E1SPE);
        return b.run(257 * 12);
    }

    @Test
    @Tag("T60")
    @Tag("T61")
    @DisplayName("T60, T61: one Events packet and one terminator; a timestamp comes last")
    void framing() {
        Bench b = mixture(64);
        assertThat(b.records).hasSize(24);
        int timestamps = 0;
        for (byte[] record : b.records) {
            Packets p = Packets.of(record);
            assertThat(p.headers.stream().filter(h -> (h & 0xCF) == 0x42).count())
                    .isEqualTo(1);
            assertThat(p.headers.stream().filter(h -> h == 0x01 || h == 0x71).count())
                    .isEqualTo(1);
            timestamps += p.has(0x71) ? 1 : 0;
        }
        assertThat(timestamps).isEqualTo(12);
    }

    @Test
    @Tag("T62")
    @Tag("T63")
    @DisplayName(
            "T62, T63: a record is a multiple of 2^Align, at most 2^MaxSize; padding is zero and behind the record")
    void padding() {
        for (int alignment = 1; alignment <= 64; alignment *= 2) {
            Bench b = mixture(alignment);
            long at = Bench.BUFFER;
            for (byte[] record : b.records) {
                assertThat(record.length % alignment).isZero();
                assertThat(record.length).isLessThanOrEqualTo(64);
                int size = Packets.of(record).size;
                assertThat(record.length - size).isLessThan(alignment);
                for (int i = size; i < record.length; i++) {
                    assertThat(record[i]).isZero();
                }
                assertThat(b.memory(at, record.length)).isEqualTo(record);
                at += record.length;
            }
            assertThat(b.pmbptr()).isEqualTo(at);
        }
    }

    @Test
    @DisplayName("The packets come in the order of SPEConstructRecord")
    void order() {
        Packets p = Packets.of(mixture(64).records.get(1));
        assertThat(p.headers).containsExactly(0x64, 0x65, 0x98, 0x99, 0x9A, 0xB0, 0xB2, 0xB3, 0x49, 0x52, 0x71);
    }

    @Test
    @DisplayName("The largest record has every packet that one class can have, and every value that is collected")
    void largest() {
        ProfilingRulesBuilder builder = new ProfilingRulesBuilder();
        new StatisticalProfiling().contribute(builder);
        assertThat(RecordBuilder.largest(builder.build()))
                .as("two contexts, three counters, three addresses, type, events, timestamp")
                .isEqualTo(5 + 5 + 3 * 3 + 3 * 9 + 2 + 3 + 9);
        int value = builder.value();
        builder.packet(PacketOrder.ADDRESS + 4, (o, extension, out, at) -> o.values[value] != 0 ? at + 9 : at);
        assertThat(RecordBuilder.largest(builder.build())).isEqualTo(60 + 9);
        builder.packet(
                PacketOrder.ADDRESS + 5,
                (o, extension, out, at) ->
                        o.operationClass == Operation.BRANCH && o.is(Operation.TAKEN) ? at + 100 : at);
        assertThat(RecordBuilder.largest(builder.build()))
                .as("a branch: two contexts, two counters, PC and target, the value, its own packet")
                .isEqualTo(5 + 5 + 2 * 3 + 2 * 9 + 9 + 100 + 2 + 3 + 9);
        builder.pmbidr = 6;
        assertThat(RecordBuilder.largest(builder.build()) % 64).isZero();
    }
}
