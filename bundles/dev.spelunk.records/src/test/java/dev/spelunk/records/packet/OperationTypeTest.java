// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @Test
    @DisplayName("A payload's bits by name: LDST, COND, IND, CR, AT, EXCL and AR")
    void bits() {
        for (int payload = 0; payload < 256; payload++) {
            assertThat(OperationType.store(payload)).isEqualTo(payload % 2 == 1);
            assertThat(OperationType.conditional(payload)).isEqualTo(payload % 2 == 1);
            assertThat(OperationType.indirect(payload)).isEqualTo(payload / 2 % 2 == 1);
            assertThat(OperationType.callReturn(payload)).isEqualTo(payload / 8 % 4);
            assertThat(OperationType.atomic(payload)).isEqualTo(payload / 4 % 2 == 1);
            assertThat(OperationType.exclusive(payload)).isEqualTo(payload / 8 % 2 == 1);
            assertThat(OperationType.acquireRelease(payload)).isEqualTo(payload / 16 % 2 == 1);
            assertThat(OperationType.vectorBits(payload)).isEqualTo(32 << payload / 16 % 8);
        }
    }

    @ParameterizedTest(name = "class {0}, {1}: {2}")
    @CsvSource({
        "0, 0x00, other",
        "0, 0x01, conditional select or compare",
        "0, 0x06, other",
        "0, 0x28, SVE",
        "0, 0x88, SME",
        "1, 0x00, load",
        "1, 0x01, store",
        "1, 0x04, load (SIMD&FP)",
        "1, 0x05, store (SIMD&FP)",
        "1, 0x10, load (unspecified registers)",
        "1, 0x15, store (Allocation Tags)",
        "1, 0x30, load (system register)",
        "1, 0x21, store (memory copy)",
        "1, 0x25, store (memory set)",
        "1, 0x44, load (GCS)",
        "1, 0x09, store (SVE or SME)",
        "1, 0x06, load (atomic)",
        "1, 0x0e, load (atomic)",
        "1, 0x1b, store (exclusive)",
        "1, 0x0a, load (exclusive)",
        "1, 0x12, load (acquire or release)",
        "1, 0x02, load",
        "1, 0x60, load (reserved)",
        "2, 0x00, unconditional branch",
        "2, 0x01, conditional branch",
        "2, 0x02, unconditional indirect branch",
        "2, 0x03, conditional indirect branch",
        "3, 0x00, reserved"
    })
    void summaries(int operationClass, int payload, String expected) {
        assertThat(OperationType.summary(operationClass, payload)).isEqualTo(expected);
    }
}
