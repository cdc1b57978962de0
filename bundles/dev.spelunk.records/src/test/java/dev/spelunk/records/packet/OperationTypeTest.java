// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The payload tables of DDI 0487, D18.2.7, as bit patterns: x is any value. */
class OperationTypeTest {
    private static final Map<String, OperationType> CLASS_0 = Map.of(
            "00000xxx", OperationType.OTHER,
            "0xxx1xx0", OperationType.SVE_VECTOR,
            "1xxx1xx0", OperationType.SME_ARRAY);
    private static final Map<String, OperationType> CLASS_1 = new LinkedHashMap<>();
    private static final Map<String, OperationType> CLASS_2 = Map.of("000xxxxx", OperationType.BRANCH);

    static {
        CLASS_1.put("0000000x", OperationType.GENERAL_PURPOSE);
        CLASS_1.put("0000010x", OperationType.SIMD_FP);
        CLASS_1.put("0001000x", OperationType.UNSPECIFIED_REGISTERS);
        CLASS_1.put("0001010x", OperationType.ALLOCATION_TAGS);
        CLASS_1.put("0011000x", OperationType.SYSTEM_REGISTER);
        CLASS_1.put("000xxx1x", OperationType.EXTENDED);
        CLASS_1.put("xxxx1x0x", OperationType.SVE_SME);
        CLASS_1.put("0010000x", OperationType.MEMORY_COPY);
        CLASS_1.put("00100101", OperationType.MEMORY_SET);
        CLASS_1.put("01000x0x", OperationType.GUARDED_CONTROL_STACK);
    }

    @Test
    @DisplayName("Every payload of every class has the kind that its bits say")
    void everyPayload() {
        for (int operationClass = 0; operationClass < 4; operationClass++) {
            Map<String, OperationType> patterns =
                    switch (operationClass) {
                        case 0 -> CLASS_0;
                        case 1 -> CLASS_1;
                        case 2 -> CLASS_2;
                        default -> Map.of();
                    };
            for (int payload = 0; payload < 256; payload++) {
                OperationType expected = OperationType.RESERVED;
                for (Map.Entry<String, OperationType> e : patterns.entrySet()) {
                    if (fits(e.getKey(), payload)) {
                        assertThat(expected)
                                .as("patterns do not overlap at 0x%x", payload)
                                .isEqualTo(OperationType.RESERVED);
                        expected = e.getValue();
                    }
                }
                assertThat(OperationType.of(operationClass, payload))
                        .as("class %d payload 0x%x", operationClass, payload)
                        .isEqualTo(expected);
                StringBuilder text = new StringBuilder();
                OperationType.describe(operationClass, payload, text);
                assertThat(text).isNotEmpty();
                assertThat(OperationType.summary(operationClass, payload)).isNotEmpty();
            }
        }
    }

    private static boolean fits(String pattern, int payload) {
        for (int bit = 7; bit >= 0; bit--) {
            char c = pattern.charAt(7 - bit);
            if (c != 'x' && c - '0' != (payload >> bit & 1)) {
                return false;
            }
        }
        return true;
    }

    @Test
    @DisplayName("What a payload says is printed")
    void printed() {
        assertThat(text(0, 0x01)).isEqualTo("OTHER COND-SELECT");
        assertThat(text(0, 0x06)).isEqualTo("OTHER ASE FP INSN-OTHER");
        assertThat(text(0, 0x2c)).isEqualTo("SVE-OTHER EVLEN 128 PRED");
        assertThat(text(0, 0xfe)).isEqualTo("SME-OTHER ETS ZA FP");
        assertThat(text(0, 0x8c)).isEqualTo("SME-OTHER ETS 256");
        assertThat(text(1, 0x05)).isEqualTo("ST SIMD-FP");
        assertThat(text(1, 0x06)).isEqualTo("LD AT");
        assertThat(text(1, 0x1b)).isEqualTo("ST EXCL AR");
        assertThat(text(1, 0x25)).isEqualTo("ST MEMSET");
        assertThat(text(1, 0xdc)).isEqualTo("LD SVE-SME-REG EVLEN 1024 PRED SG");
        assertThat(text(2, 0x0a)).isEqualTo("B IND CR-BL");
    }

    private static String text(int operationClass, int payload) {
        StringBuilder text = new StringBuilder();
        OperationType.describe(operationClass, payload, text);
        return text.toString();
    }
}
