// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.Packets;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.state.Operation;
import dev.spelunk.testkit.Operations;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The packets of FEAT_SPE, byte for byte (DDI 0487, D18.2). */
class PacketsTest {
    private final ProfilingRules rules = Composed.rules(false);

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private String packet(int order, Operation operation) {
        return packet(rules, order, operation);
    }

    private static ProfilingRules withEvents(long events) {
        ProfilingRulesBuilder builder = Composed.builder(false);
        builder.events = events;
        return builder.build();
    }

    private static String packet(ProfilingRules rules, int order, Operation operation) {
        byte[] out = new byte[16];
        int size = rules.packet(order).encode(operation, rules.extension(), out, 0);
        return hex(java.util.Arrays.copyOf(out, size));
    }

    private String type(int operationClass, int flags) {
        return packet(PacketOrder.OPERATION_TYPE, Operations.of(operationClass, flags));
    }

    @Test
    @Tag("T60")
    @Tag("T61")
    @DisplayName("T60, T61: each record has one Events packet and ends with Timestamp or End, never both")
    void framing() {
        Operation o = Operations.of(0x1234, Operation.OTHER, 0);
        o.totalLatency = 2;
        o.issueLatency = 1;
        o.events = 2;
        assertThat(hex(Composed.record(o, rules)))
                .isEqualTo("980200" + "990100" + "b03412000000000" + "0a0" + "4800" + "520200" + "01");
        o.flags |= Operation.HAS_TIMESTAMP;
        o.timestamp = 0x1122334455667788L;
        assertThat(hex(Composed.record(o, rules))).endsWith("520200" + "718877665544332211");
    }

    @Test
    @Tag("T64")
    @DisplayName("T64: Context packets: 0x64 with CONTEXTIDR_EL1, 0x65 with CONTEXTIDR_EL2, 4 bytes each")
    void contexts() {
        Operation o = Operations.of(Operation.OTHER, Operation.HAS_CONTEXT_EL1 | Operation.HAS_CONTEXT_EL2);
        o.contextEl1 = 0x11223344;
        o.contextEl2 = 0x55667788;
        assertThat(packet(PacketOrder.CONTEXT_EL1, o)).isEqualTo("6444332211");
        assertThat(packet(PacketOrder.CONTEXT_EL2, o)).isEqualTo("6588776655");
        assertThat(packet(PacketOrder.CONTEXT_EL1, Operations.of(0, 0))).isEmpty();
    }

    @Test
    @Tag("T67")
    @DisplayName("T67: byte 7 of the PC packet is NS << 7 | EL << 5; bits 55:0 are the address")
    void programCounter() {
        for (int el = 0; el < 4; el++) {
            for (boolean ns : new boolean[] {false, true}) {
                Operation o = new Operation();
                o.begin(0xFFFF_8000_1234_5678L, el, ns, 0);
                int top = (ns ? 0x80 : 0) | el << 5;
                assertThat(packet(PacketOrder.ADDRESS, o))
                        .isEqualTo("b0" + "785634120080ff" + hex(new byte[] {(byte) top}));
            }
        }
    }

    @Test
    @Tag("T68")
    @DisplayName("T68: counters saturate at 0xFFF or 0xFFFF by CountSize; from index 8 on the header is extended")
    void counters() {
        byte[] out = new byte[8];
        for (int index = 0; index < 32; index++) {
            int size = Packets.counter(out, 0, index, 5, 0xFFF);
            int at = 0;
            if (index >= 8) {
                assertThat(out[at++]).isEqualTo((byte) (0x20 + index / 8));
            }
            assertThat(out[at]).isEqualTo((byte) (0x98 + index % 8));
            assertThat(size).isEqualTo(at + 3);
        }
        Operation o = Operations.of(Operation.OTHER, 0);
        for (int latency : new int[] {0, 0xFFE, 0xFFF, 0x1000, 0xFFFE, 0xFFFF, 0x10000, Integer.MAX_VALUE}) {
            o.totalLatency = latency;
            assertThat(packet(PacketOrder.COUNTER, o)).isEqualTo(counter(Math.min(latency, 0xFFF)));
            ProfilingRules wide = Composed.rules(true);
            wide.packet(PacketOrder.COUNTER).encode(o, wide.extension(), out, 0);
            assertThat(hex(java.util.Arrays.copyOf(out, 3))).isEqualTo(counter(Math.min(latency, 0xFFFF)));
        }
    }

    private static String counter(int value) {
        return hex(new byte[] {(byte) 0x98, (byte) value, (byte) (value >> 8)});
    }

    @Test
    @DisplayName("Translation latency only for accesses that have one")
    void translationLatency() {
        Operation o = Operations.of(Operation.LOAD_STORE, Operation.LOAD);
        o.translationLatency = 9;
        assertThat(packet(PacketOrder.COUNTER + 2, o)).isEmpty();
        o.flags |= Operation.HAS_TRANSLATION_LATENCY;
        assertThat(packet(PacketOrder.COUNTER + 2, o)).isEqualTo("9a0900");
    }

    @Test
    @Tag("T69")
    @DisplayName("T69: without FEAT_SPE_CRR a branch packet's RR is 00; bit 1 indirect, bit 0 conditional")
    void branches() {
        assertThat(type(Operation.BRANCH, 0)).isEqualTo("4a00");
        assertThat(type(Operation.BRANCH, Operation.CONDITIONAL)).isEqualTo("4a01");
        assertThat(type(Operation.BRANCH, Operation.INDIRECT)).isEqualTo("4a02");
        assertThat(type(Operation.BRANCH, Operation.BRANCH_WITH_LINK)).isEqualTo("4a00");
        assertThat(type(Operation.BRANCH, Operation.BRANCH_WITH_LINK | Operation.INDIRECT))
                .isEqualTo("4a02");
        assertThat(type(Operation.BRANCH, Operation.PROCEDURE_RETURN | Operation.INDIRECT))
                .isEqualTo("4a02");
        assertThat(type(Operation.BRANCH, Operation.EXCEPTION_RETURN)).isEqualTo("4a02");
    }

    @Test
    @Tag("T71")
    @DisplayName("T71: only a taken branch has a target packet, with the Exception level after the branch")
    void branchTarget() {
        Operation o = Operations.of(Operation.BRANCH, Operation.CONDITIONAL | Operation.CONDITION_FAILED);
        o.target = 0x4000;
        assertThat(packet(PacketOrder.ADDRESS + 1, o)).isEmpty();
        o.flags = Operation.TAKEN | Operation.EXCEPTION_RETURN;
        o.targetEl = 0;
        assertThat(packet(PacketOrder.ADDRESS + 1, o)).isEqualTo("b100400000000000" + "80");
    }

    @Test
    @DisplayName("Data addresses: the VA as the program computed it, the PA with NS, a PA only beside a VA")
    void dataAddresses() {
        Operation o = Operations.of(Operation.LOAD_STORE, Operation.LOAD | Operation.HAS_PA);
        o.va = 0xAB00_8000_0000_1000L;
        o.pa = 0x4000_1000L;
        assertThat(packet(PacketOrder.ADDRESS + 2, o)).isEmpty();
        assertThat(packet(PacketOrder.ADDRESS + 3, o)).isEmpty();
        o.flags |= Operation.HAS_VA;
        assertThat(packet(PacketOrder.ADDRESS + 2, o)).isEqualTo("b2001000000080" + "00ab");
        assertThat(packet(PacketOrder.ADDRESS + 3, o)).isEqualTo("b30010004000000080");
    }

    @Test
    @Tag("T72")
    @DisplayName("T72: a value-returning atomic: class 1, bits 1 and 2 set, L = 0")
    void atomics() {
        int swap = Operation.LOAD | Operation.STORE | Operation.ATOMIC;
        assertThat(type(Operation.LOAD_STORE, swap)).isEqualTo("4906");
        assertThat(type(Operation.LOAD_STORE, swap | Operation.ACQUIRE_RELEASE)).isEqualTo("4916");
        assertThat(type(Operation.LOAD_STORE, Operation.STORE | Operation.ATOMIC))
                .isEqualTo("4907");
    }

    @Test
    @DisplayName("Loads and stores of each kind")
    void loadsAndStores() {
        assertThat(type(Operation.LOAD_STORE, Operation.LOAD)).isEqualTo("4900");
        assertThat(type(Operation.LOAD_STORE, Operation.STORE)).isEqualTo("4901");
        assertThat(type(Operation.LOAD_STORE, Operation.LOAD | Operation.SIMD_FP_REGISTERS))
                .isEqualTo("4904");
        assertThat(type(Operation.LOAD_STORE, Operation.STORE | Operation.SIMD_FP_REGISTERS))
                .isEqualTo("4905");
        assertThat(type(Operation.LOAD_STORE, Operation.LOAD | Operation.EXCLUSIVE))
                .isEqualTo("490a");
        assertThat(type(Operation.LOAD_STORE, Operation.STORE | Operation.EXCLUSIVE | Operation.ACQUIRE_RELEASE))
                .isEqualTo("491b");
        assertThat(type(Operation.LOAD_STORE, Operation.LOAD | Operation.ACQUIRE_RELEASE))
                .isEqualTo("4912");
        assertThat(type(Operation.LOAD_STORE, Operation.STORE | Operation.UNSPECIFIED_REGISTERS))
                .as("before FEAT_SPEv1p1")
                .isEqualTo("4901");
    }

    @Test
    @Tag("T74")
    @DisplayName("T74: without FEAT_SPE_FPF bits 2:1 of the Other payload are 0")
    void others() {
        assertThat(type(Operation.OTHER, 0)).isEqualTo("4800");
        assertThat(type(Operation.OTHER, Operation.FLOATING_POINT | Operation.ADVANCED_SIMD))
                .isEqualTo("4800");
        assertThat(type(Operation.OTHER, Operation.CONDITIONAL)).isEqualTo("4801");
    }

    @Test
    @DisplayName("Events: only those of the composed rules, in the smallest payload that holds them all")
    void events() {
        Operation o = Operations.of(Operation.OTHER, 0);
        o.events = -1L;
        assertThat(packet(PacketOrder.EVENTS, o)).isEqualTo("52ff07");
        assertThat(packet(withEvents(0xFF), PacketOrder.EVENTS, o)).isEqualTo("42ff");
        assertThat(packet(withEvents(0x00F8_0FFE), PacketOrder.EVENTS, o)).isEqualTo("62fe0ff800");
        assertThat(packet(withEvents(1L << 63), PacketOrder.EVENTS, o)).isEqualTo("720000000000000080");
    }

    @Test
    @Tag("T4")
    @Tag("T6")
    @DisplayName("T4, T6: FEAT_SPE: PMSVer 1, FE, FT and FL, neither FnE nor FDS, base event masks")
    void contribution() {
        assertThat(rules.extension().pmsVer()).isEqualTo(1);
        assertThat(rules.extension().pmsidr() & 0xFF).isEqualTo(7);
        assertThat(rules.extension().pmsidr() >>> 20 & 15).as("Format").isZero();
        assertThat(rules.extension().filterableEvents()).isEqualTo(0xAA);
        assertThat(rules.extension().discardMode()).isFalse();
        assertThat(rules.extension().reportsExternalAborts()).isTrue();
    }
}
