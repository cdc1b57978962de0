// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is derived of single words, for operations of every kind. */
class DecodedInstructionTest {
    private static long registers(String text) {
        long set = 0;
        for (String name : text.isBlank() ? new String[0] : text.trim().split(" ")) {
            char bank = name.charAt(0);
            int number = bank == 'F' ? 31 : Integer.parseInt(name.substring(1));
            set |= 1L << (bank == 'V' ? 32 + number : number);
        }
        return set;
    }

    @ParameterizedTest(name = "{0} {1}")
    @DisplayName("Registers that are read and written, and the unit")
    @CsvSource({
        "8b020020, add x0 x1 x2, X1 X2, X0, INTEGER",
        "eb0203ff, cmp xzr x2, X2, F, INTEGER",
        "9b020c20, madd, X1 X2 X3, X0, MULTIPLY",
        "9ac20820, udiv, X1 X2, X0, DIVIDE",
        "f2a00020, movk, X0, X0, INTEGER",
        "da820020, csinv, X1 X2 F, X0, INTEGER",
        "fa421024, ccmp, X1 X2 F, F, INTEGER",
        "f8408420, ldr post, X1, X0 X1, LOAD_STORE",
        "f8226820, str reg, X0 X1 X2, , LOAD_STORE",
        "a9400820, ldp, X1, X0 X2, LOAD_STORE",
        "c8037c20, stxr, X0 X1, X3, LOAD_STORE",
        "48227c86, casp x2 x6, X2 X3 X4 X6 X7, X2 X3, LOAD_STORE",
        "f8230020, ldadd, X1 X3, X0, LOAD_STORE",
        "94000000, bl, , X30, BRANCH",
        "54000000, b.eq, F, , BRANCH",
        "d63f0020, blr, X1, X30, BRANCH",
        "1e622820, fadd d, V1 V2, V0, FLOAT",
        "1e621820, fdiv d, V1 V2, V0, FLOAT_DIVIDE",
        "6e22fc20, fdiv v, V1 V2, V0, FLOAT_DIVIDE",
        "9e670020, fmov d x, X1, V0, FLOAT",
        "1e602020, fcmp, V0 V1, F, FLOAT",
        "4e22cc20, fmla, V0 V1 V2, V0, SIMD",
        "4e0c1c20, ins w, X1 V0, V0, SIMD",
        "0e0c3c20, umov, V1, X0, SIMD",
        "4e022020, tbl 2 registers, V1 V2, V0, SIMD",
        "4c402020, ld1 4 registers, X1, V0 V1 V2 V3, LOAD_STORE",
        "d53b4200, mrs nzcv, F, X0, SYSTEM",
        "dac10820, pacda, X0 X1, X0, INTEGER",
    })
    void registersAndUnit(String word, String what, String reads, String writes, Unit unit) {
        DecodedInstruction decoded = DecodedInstruction.of((int) Long.parseLong(word, 16));
        assertThat(decoded.reads).as(what).isEqualTo(registers(reads == null ? "" : reads));
        assertThat(decoded.writes).as(what).isEqualTo(registers(writes == null ? "" : writes));
        assertThat(decoded.unit).isEqualTo(unit);
    }

    @ParameterizedTest(name = "{0} {1}")
    @DisplayName("Operation type (DDI 0487, D18.2.7) and size of the access")
    @CsvSource({
        "f9400020, ldr, 1, 1, 8",
        "b9000020, str, 1, 2, 4",
        "f8a30020, ldadda, 1, 17, 8",
        "b82300bf, stadd w, 1, 6, 4",
        "c85ffc20, ldaxr, 1, 19, 8",
        "c89ffc20, stlr, 1, 12, 8",
        "3dc00020, ldr q, 1, 1401, 16",
        "fd400020, ldr d, 1, c01, 8",
        "a9400820, ldp, 1, 1, 16",
        "94000000, bl, 2, 80, 0",
        "54000000, b.eq, 2, 20, 0",
        "d65f03c0, ret, 2, 140, 0",
        "d69f03e0, eret, 2, 240, 0",
        "d65f0bff, retaa, 2, 140, 0",
        "d5087620, dc ivac, 0, 4000, 0",
        "f9800020, prfm, 0, 4000, 0",
        "1e622820, fadd, 0, 800, 0",
        "4e22d420, fadd v, 0, 1800, 0",
        "4e228420, add v, 0, 1000, 0",
        "9a820020, csel, 0, 20, 0"
    })
    void operationType(String word, String what, int operationClass, String flags, int size) {
        DecodedInstruction decoded = DecodedInstruction.of((int) Long.parseLong(word, 16));
        assertThat(decoded.operationClass).as(what).isEqualTo(operationClass);
        assertThat(decoded.flags).as(what).isEqualTo(Integer.parseInt(flags, 16));
        assertThat(decoded.accessSize).as(what).isEqualTo(size);
    }
}
