// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.state.Operation;
import dev.spelunk.testkit.Operations;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Operation Type packets of SVE operations (DDI 0487, D18.2.7)")
class VectorPacketTest {
    private static final int AT = 2;
    /** PMSIDR_EL1.SME. */
    private static final long SME = 1L << 32;

    private static String packet(long pmsidr, Operation operation) {
        ProfilingRulesBuilder rules = new ProfilingRulesBuilder();
        rules.pmsidr = pmsidr;
        rules.packet(PacketOrder.OPERATION_TYPE, (o, extension, out, at) -> at);
        new StatisticalProfilingV1p1().contribute(rules);
        byte[] out = new byte[8];
        int end = rules.packet(PacketOrder.OPERATION_TYPE)
                .encode(operation, rules.build().extension(), out, AT);
        return end == AT ? "another" : end == AT + 2 ? String.format("%02x%02x", out[AT], out[AT + 1]) : "of " + end;
    }

    private static Operation vector(int operationClass, int flags, int bits) {
        Operation operation = Operations.of(operationClass, flags);
        operation.form = Operation.SVE;
        operation.vectorBits = bits;
        return operation;
    }

    @ParameterizedTest(name = "{0} bits: {1}")
    @CsvSource({
        "8, 0", "16, 0", "32, 0", "33, 1", "64, 1", "65, 2", "128, 2", "192, 3", "256, 3", "512, 4", "1024, 5",
        "2047, 6", "2048, 6", "4096, 6"
    })
    @DisplayName("EVL: 32 bits << EVL, rounded up; without FEAT_SPE_SME there is none above 2048")
    void effectiveVectorLength(int bits, int evl) {
        assertThat(packet(0, vector(Operation.OTHER, 0, bits))).isEqualTo(String.format("48%02x", evl << 4 | 8));
        assertThat(packet(SME, vector(Operation.OTHER, 0, bits)))
                .isEqualTo(String.format("48%02x", (bits > 2048 ? 7 : evl) << 4 | 8));
    }

    @Test
    @DisplayName("Data processing is 0xxx1xx0: PRED is bit 2, FP bit 1")
    void dataProcessing() {
        assertThat(packet(0, vector(Operation.OTHER, Operation.PREDICATED, 128)))
                .isEqualTo("482c");
        assertThat(packet(0, vector(Operation.OTHER, Operation.FLOATING_POINT, 128)))
                .isEqualTo("482a");
        assertThat(packet(0, vector(Operation.OTHER, Operation.GATHER_SCATTER, 128)))
                .isEqualTo("4828");
    }

    @Test
    @DisplayName("Loads and stores are xxxx1x0x: SG is bit 7, PRED bit 2, LDST bit 0")
    void loadsAndStores() {
        assertThat(packet(0, vector(Operation.LOAD_STORE, Operation.LOAD, 256))).isEqualTo("4938");
        assertThat(packet(0, vector(Operation.LOAD_STORE, Operation.STORE, 256)))
                .isEqualTo("4939");
        assertThat(packet(0, vector(Operation.LOAD_STORE, Operation.LOAD | Operation.GATHER_SCATTER, 256)))
                .isEqualTo("49b8");
        assertThat(packet(0, vector(Operation.LOAD_STORE, Operation.STORE | Operation.PREDICATED, 256)))
                .isEqualTo("493d");
        assertThat(packet(0, vector(Operation.LOAD_STORE, Operation.LOAD | Operation.FLOATING_POINT, 256)))
                .isEqualTo("4938");
    }

    @Test
    @DisplayName("Branches, and operations that are not of SVE, are as before")
    void others() {
        assertThat(packet(0, vector(Operation.BRANCH, 0, 128))).isEqualTo("another");
        assertThat(packet(0, Operations.of(Operation.OTHER, 0))).isEqualTo("another");
        assertThat(packet(0, Operations.of(Operation.LOAD_STORE, Operation.LOAD)))
                .isEqualTo("another");
    }
}
