// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.state.Operation;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words as the GNU assembler encodes them. */
class OperandsTest {
    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
            8b020020 | add x0, x1, x2           |      | x1 x2       | x0
            f9400020 | ldr x0, [x1]             | L    | x1          | x0
            f9000020 | str x0, [x1]             | S    | x0 x1       |
            a8c10440 | ldp x0, x1, [x2], #16    | L    | x2          | x0 x1 x2
            9b020c20 | madd x0, x1, x2, x3      |      | x1 x2 x3    | x0
            eb02003f | cmp x1, x2               |      | x1 x2       | flags
            54000040 | b.eq                     |      | flags       |
            9a820020 | csel x0, x1, x2, eq      |      | flags x1 x2 | x0
            fa420020 | ccmp x1, x2, #0, eq      |      | flags x1 x2 | flags
            ba020020 | adcs x0, x1, x2          |      | flags x1 x2 | flags x0
            dac01020 | clz x0, x1               |      | x1          | x0
            9ac20820 | udiv x0, x1, x2          |      | x1 x2       | x0
            d2800020 | mov x0, #1               |      |             | x0
            f2800020 | movk x0, #1              |      | x0          | x0
            10000000 | adr x0, .                |      |             | x0
            94000001 | bl                       |      |             | x30
            d65f03c0 | ret                      |      | x30         |
            b4000040 | cbz x0                   |      | x0          |
            d53b0020 | mrs x0, ctr_el0          |      |             | x0
            d5088720 | tlbi vae1, x0            |      | x0          |
            f8626820 | ldr x0, [x1, x2]         | L    | x1 x2       | x0
            58000040 | ldr x0, literal          | L    |             | x0
            c8a07c41 | cas x0, x1, [x2]         | LSA  | x0 x1 x2    | x0
            f8200041 | ldadd x0, x1, [x2]       | LSA  | x0 x2       | x1
            c8007c41 | stxr w0, x1, [x2]        | SX   | x1 x2       | x0
            fd400020 | ldr d0, [x1]             | L    | x1          | v0
            1f420c20 | fmadd d0, d1, d2, d3     |      | v1 v2 v3    | v0
            1e622820 | fadd d0, d1, d2          |      | v1 v2       | v0
            1e6e1000 | fmov d0, #1.0            |      |             | v0
            1e612000 | fcmp d0, d1              |      | v0 v1       | flags
            9e780020 | fcvtzs x0, d1            |      | v1          | x0
            9e620020 | scvtf d0, x1             |      | x1          | v0
            4e62cc20 | fmla v0.2d, v1.2d, v2.2d |      | v0 v1 v2    | v0
            4e083c20 | umov x0, v1.d[0]         |      | v1          | x0
            4e080c20 | dup v0.2d, x1            |      | x1          | v0
            """)
    void readsAndWrites(String word, String text, String kind, String reads, String writes) {
        DecodedInstruction decoded = DecodedInstruction.of(Integer.parseUnsignedInt(word, 16));
        String flags = (decoded.is(Operation.LOAD) ? "L" : "")
                + (decoded.is(Operation.STORE) ? "S" : "")
                + (decoded.is(Operation.ATOMIC) ? "A" : "")
                + (decoded.is(Operation.EXCLUSIVE) ? "X" : "");
        assertThat(flags).as(text).isEqualTo(kind == null ? "" : kind);
        assertThat(names(decoded.reads)).as(text).isEqualTo(reads == null ? "" : reads);
        assertThat(names(decoded.writes)).as(text).isEqualTo(writes == null ? "" : writes);
    }

    private static String names(long registers) {
        TreeSet<String> names = new TreeSet<>();
        for (int i = 0; i < 64; i++) {
            if ((registers >>> i & 1) != 0) {
                names.add(
                        i == DecodedInstruction.FLAGS
                                ? "flags"
                                : i < DecodedInstruction.V ? "x" + i : "v" + (i - DecodedInstruction.V));
            }
        }
        return String.join(" ", names);
    }
}
