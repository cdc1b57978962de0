// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.state.PeState;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Permutation, extraction, table lookup, copies and immediates. */
class PermuteTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 6, 7})
    void uzpTrnZip(int opcode) {
        Vectors vectors = new Vectors(opcode);
        int part = opcode >> 2;
        for (int round = 0; round < 200; round++) {
            vectors.fill();
            int size = round % 4;
            boolean full = size == 3 || vectors.next(2) == 0;
            int width = 8 << size;
            int elements = (full ? 16 : 8) >> size;
            BigInteger expected = BigInteger.ZERO;
            for (int e = 0; e < elements; e++) {
                int from;
                switch (opcode & 3) {
                    case 1:
                        from = 2 * e + part;
                        break;
                    case 2:
                        from = (e & ~1) + part + (e & 1) * elements;
                        break;
                    default:
                        from = part * elements / 2 + e / 2 + (e & 1) * elements;
                        break;
                }
                BigInteger source = vectors.register(from < elements ? Vectors.N : Vectors.M);
                expected = expected.or(
                        Vectors.element(source, from % elements, width, true).shiftLeft(e * width));
            }
            vectors.execute(Vectors.word(0x0E000800 | opcode << 12, full, false, size));
            assertThat(vectors.register(Vectors.D)).as("size %d", size).isEqualTo(expected);
        }
    }

    @Test
    void extTakesBytesOfBothRegisters() {
        Vectors vectors = new Vectors(4);
        for (int position = 0; position < 16; position++) {
            vectors.fill();
            BigInteger both = vectors.register(Vectors.M).shiftLeft(128).or(vectors.register(Vectors.N));
            vectors.execute(Vectors.word(0x2E000000 | position << 11, true, true, 0));
            assertThat(vectors.register(Vectors.D))
                    .isEqualTo(both.shiftRight(8 * position).and(Vectors.ones(128)));
        }
        for (int position = 0; position < 8; position++) {
            vectors.fill();
            BigInteger both = vectors.register(Vectors.M)
                    .shiftLeft(64)
                    .or(vectors.register(Vectors.N).and(Vectors.ones(64)));
            vectors.execute(Vectors.word(0x2E000000 | position << 11, false, true, 0));
            assertThat(vectors.register(Vectors.D))
                    .isEqualTo(both.shiftRight(8 * position).and(Vectors.ones(64)));
        }
        assertThat(vectors.simd.execute(vectors.pe, Vectors.word(0x2E000000 | 8 << 11, false, true, 0)))
                .isFalse();
    }

    @Test
    void tablesWrapAfterTheLastRegister() {
        Vectors vectors = new Vectors(5);
        for (int round = 0; round < 200; round++) {
            vectors.fill();
            int registers = 1 + vectors.next(4);
            boolean keep = vectors.next(2) == 0;
            vectors.pe.v[4] = 0;
            for (int i = 0; i < 64; i += 8) {
                vectors.pe.v[4] |= (long) vectors.next(72) << i;
            }
            BigInteger expected = BigInteger.ZERO;
            for (int e = 0; e < 16; e++) {
                int index =
                        Vectors.element(vectors.register(Vectors.M), e, 8, true).intValue();
                BigInteger value = keep ? Vectors.element(vectors.register(Vectors.D), e, 8, true) : BigInteger.ZERO;
                if (index < 16 * registers) {
                    value = Vectors.element(vectors.register((30 + index / 16) % 32), index % 16, 8, true);
                }
                expected = expected.or(value.shiftLeft(8 * e));
            }
            // TBL or TBX V0.16B, {V30...}, V2.16B
            vectors.execute(0x4E0203C0 | registers - 1 << 13 | (keep ? 1 << 12 : 0));
            assertThat(vectors.register(Vectors.D)).isEqualTo(expected);
        }
    }

    @Test
    void copies() {
        Vectors vectors = new Vectors(6);
        PeState pe = vectors.pe;
        pe.v[2] = 0x8877665544332211L;
        pe.v[3] = 0xFFEEDDCCBBAA9980L;
        pe.x[1] = 0x0123456789ABCDEFL;
        // DUP V0.8H, V1.H[5]
        vectors.execute(0x4E160420);
        assertThat(pe.v[0]).isEqualTo(0xBBAABBAABBAABBAAL).isEqualTo(pe.v[1]);
        // DUP V0.4H, W1
        vectors.execute(0x0E020C20);
        assertThat(pe.v[0]).isEqualTo(0xCDEFCDEFCDEFCDEFL);
        assertThat(pe.v[1]).isZero();
        // DUP D0, V1.D[1]
        vectors.execute(0x5E180420);
        assertThat(pe.v[0]).isEqualTo(pe.v[3]);
        // INS V0.S[3], W1
        pe.v[1] = 0;
        vectors.execute(0x4E1C1C20);
        assertThat(pe.v[1]).isEqualTo(0x89ABCDEF00000000L);
        // INS V0.B[0], V1.B[15]
        vectors.execute(0x6E017C20);
        assertThat(pe.v[0]).isEqualTo(0xFFEEDDCCBBAA99FFL);
        // SMOV X3, V1.B[8] and SMOV W3, V1.B[8]
        vectors.execute(0x4E112C23);
        assertThat(pe.x[3]).isEqualTo(-128);
        vectors.execute(0x0E112C23);
        assertThat(pe.x[3]).isEqualTo(0xFFFFFF80L);
        // UMOV W3, V1.H[7], and X3, V1.D[0]
        vectors.execute(0x0E1E3C23);
        assertThat(pe.x[3]).isEqualTo(0xFFEE);
        vectors.execute(0x4E083C23);
        assertThat(pe.x[3]).isEqualTo(0x8877665544332211L);
        // UMOV WZR, V1.S[0] and DUP V0.2D, XZR
        vectors.execute(0x0E043C3F);
        assertThat(pe.x[PeState.ZERO]).isZero();
        vectors.execute(0x4E080FE0);
        assertThat(pe.v[0]).isZero();
    }

    @Test
    void immediates() {
        Vectors vectors = new Vectors(7);
        long[][] expected = {
            // MOVI V0.4S, #0xA5, LSL #16; MVNI; MOVI V0.8H, #0xA5, LSL #8; MOVI V0.4S, #0xA5, MSL #16
            {0x4F0544A0, 0x00A5000000A50000L},
            {0x6F0544A0, 0xFF5AFFFFFF5AFFFFL},
            {0x4F05A4A0, 0xA500A500A500A500L},
            {0x4F05D4A0, 0x00A5FFFF00A5FFFFL},
            // MOVI V0.16B, #0xA5; MOVI V0.2D, #0xFF00FF0000FF00FF
            {0x4F05E4A0, 0xA5A5A5A5A5A5A5A5L},
            {0x6F05E4A0, 0xFF00FF0000FF00FFL},
            // FMOV of 1.0 as single, double and half precision, and of -0.125 as double
            {0x4F03F600, 0x3F8000003F800000L},
            {0x6F03F600, 0x3FF0000000000000L},
            {0x4F03FE00, 0x3C003C003C003C00L},
            {0x6F06F400, Double.doubleToRawLongBits(-0.125)}
        };
        for (long[] row : expected) {
            vectors.execute((int) row[0]);
            assertThat(vectors.pe.v[0]).as("%08x", row[0]).isEqualTo(row[1]).isEqualTo(vectors.pe.v[1]);
        }
        vectors.pe.v[0] = 0x1111111111111111L;
        // ORR V0.2S, #0xA5; BIC V0.2S, #0xA5
        vectors.execute(0x0F0514A0);
        assertThat(vectors.pe.v[0]).isEqualTo(0x111111B5111111B5L);
        assertThat(vectors.pe.v[1]).isZero();
        vectors.execute(0x2F0514A0);
        assertThat(vectors.pe.v[0]).isEqualTo(0x1111111011111110L);
    }
}
