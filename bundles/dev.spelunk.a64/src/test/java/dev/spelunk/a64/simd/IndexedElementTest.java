// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The indexed forms do what the forms on three registers do with the element in all places of register m. */
class IndexedElementTest {
    /** Register m of the indexed form; also of halfwords, which have four bits for it. */
    private static final int SOURCE = 7;

    private static int index(int size, int element) {
        switch (size) {
            case 1:
                return (element >> 2 & 1) << 11 | (element >> 1 & 1) << 21 | (element & 1) << 20;
            case 2:
                return (element >> 1 & 1) << 11 | (element & 1) << 21;
            default:
                return element << 11;
        }
    }

    /** Executes both forms with the same registers and compares destination and FPSR. */
    private static void compare(Vectors vectors, int indexed, int three, int size, int element) {
        vectors.fill();
        long[] v = vectors.pe.v;
        long d0 = v[0];
        long d1 = v[1];
        long all = Lanes.replicate(size, Elements.get(v, SOURCE, size, element));
        vectors.execute(indexed | SOURCE << 16 | index(size, element) | Vectors.N << 5 | Vectors.D);
        long low = v[0];
        long high = v[1];
        int status = vectors.pe.fpsr;
        v[0] = d0;
        v[1] = d1;
        v[4] = all;
        v[5] = all;
        vectors.pe.fpsr = 0;
        vectors.execute(three | Vectors.M << 16 | Vectors.N << 5 | Vectors.D);
        assertThat(low).as("%08x, element %d", indexed, element).isEqualTo(v[0]);
        assertThat(high).isEqualTo(v[1]);
        assertThat(status).isEqualTo(vectors.pe.fpsr);
    }

    @ParameterizedTest
    @CsvSource({
        // indexed, three registers
        "0F008000, 0E209C00", "2F000000, 0E209400", "2F004000, 2E209400", "0F00C000, 0E20B400", "0F00D000, 2E20B400",
        "2F00D000, 2E008400", "2F00F000, 2E008C00", "0F00A000, 0E20C000", "2F00A000, 2E20C000", "0F002000, 0E208000",
        "2F002000, 2E208000", "0F006000, 0E20A000", "2F006000, 2E20A000", "0F00B000, 0E20D000", "0F003000, 0E209000",
        "0F007000, 0E20B000"
    })
    void integers(String indexed, String three) {
        Vectors vectors = new Vectors(0);
        for (int round = 0; round < 200; round++) {
            int size = 1 + round % 2;
            int form = (vectors.next(2) << 30) | size << 22;
            compare(
                    vectors,
                    (int) Long.parseLong(indexed, 16) | form,
                    (int) Long.parseLong(three, 16) | form,
                    size,
                    vectors.next(8 >> size - 1));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "5F00C000, 5E20B400",
        "5F00D000, 7E20B400",
        "7F00D000, 7E008400",
        "7F00F000, 7E008C00",
        "5F00B000, 5E20D000",
        "5F003000, 5E209000",
        "5F007000, 5E20B000"
    })
    void scalars(String indexed, String three) {
        Vectors vectors = new Vectors(0);
        for (int round = 0; round < 200; round++) {
            int size = 1 + round % 2;
            compare(
                    vectors,
                    (int) Long.parseLong(indexed, 16) | size << 22,
                    (int) Long.parseLong(three, 16) | size << 22,
                    size,
                    vectors.next(8 >> size - 1));
        }
    }

    @ParameterizedTest
    @CsvSource({
        // indexed, three registers of single precision, three registers of half precision
        "0F001000, 0E20CC00, 0E400C00",
        "0F005000, 0EA0CC00, 0EC00C00",
        "0F009000, 2E20DC00, 2E401C00",
        "2F009000, 0E20DC00, 0E401C00"
    })
    void floatingPoint(String indexed, String single, String half) {
        Vectors vectors = new Vectors(0);
        int base = (int) Long.parseLong(indexed, 16);
        for (int round = 0; round < 300; round++) {
            int size = 1 + round % 3;
            int full = size == 3 ? 1 << 30 : vectors.next(2) << 30;
            int three = (int) Long.parseLong(size == 1 ? half : single, 16) | (size == 3 ? 1 << 22 : 0);
            compare(
                    vectors,
                    base | full | (size == 1 ? 0 : size << 22),
                    three | full,
                    size,
                    vectors.next(8 >> size - 1));
        }
        // FMULX and FMUL of scalars; the others have no scalar form with three registers.
        if (base == 0x2F009000) {
            compare(vectors, 0x7F809000, 0x5E20DC00, 2, 3);
            compare(vectors, 0x7FC09000, 0x5E60DC00, 3, 1);
            compare(vectors, 0x7F009000, 0x5E401C00, 1, 7);
        }
    }

    @Test
    void fusedScalar() {
        Vectors vectors = new Vectors(0);
        vectors.fill();
        long[] v = vectors.pe.v;
        v[0] = Double.doubleToRawLongBits(10);
        v[2] = Double.doubleToRawLongBits(3);
        v[5] = Double.doubleToRawLongBits(4);
        // FMLA D0, D1, V2.D[1]; FMLS
        vectors.execute(0x5FC21820);
        assertThat(Double.longBitsToDouble(v[0])).isEqualTo(22);
        vectors.execute(0x5FC25820);
        assertThat(Double.longBitsToDouble(v[0])).isEqualTo(10);
        assertThat(v[1]).isZero();
    }
}
