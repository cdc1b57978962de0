// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.a64.Decoding;
import dev.spelunk.a64.Form;
import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;
import dev.spelunk.api.state.PeState;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Decoding and register effects of the scalar floating-point instructions. */
class ScalarFloatingPointTest {
    private static final int ALL = FpFeatures.FP16 | FpFeatures.FRINTTS | FpFeatures.JSCVT;
    private static final long GARBAGE = 0xDEADBEEFCAFEF00DL;

    private final PeState pe = new PeState(0);

    ScalarFloatingPointTest() {
        Arrays.fill(pe.v, GARBAGE);
    }

    private void run(int word) {
        assertThat(InstructionSet.whole().identify(word).form()).isEqualTo(Form.FLOAT);
        assertThat(ScalarFloatingPoint.execute(pe, word, ALL)).isTrue();
    }

    private static long bits(double value) {
        return Double.doubleToRawLongBits(value);
    }

    private void v0(long expected) {
        assertThat(Long.toHexString(pe.v[0])).isEqualTo(Long.toHexString(expected));
        assertThat(pe.v[1]).isZero();
    }

    @Test
    void multiplyAddFamily() {
        pe.v[2] = bits(3);
        pe.v[4] = bits(5);
        pe.v[6] = bits(100);
        run(0x1F420C20); // fmadd d0, d1, d2, d3
        v0(bits(115));
        run(0x1F428C20); // fmsub
        v0(bits(85));
        run(0x1F620C20); // fnmadd
        v0(bits(-115));
        run(0x1F628C20); // fnmsub
        v0(bits(-85));
        run(0x1E628820); // fnmul d0, d1, d2
        v0(bits(-15));
    }

    @Test
    void singleResultsClearTheRestOfTheRegister() {
        pe.v[2] = GARBAGE << 32 | Float.floatToRawIntBits(1.5f);
        pe.v[4] = GARBAGE << 32 | Float.floatToRawIntBits(0.25f);
        run(0x1E222820); // fadd s0, s1, s2
        v0(Float.floatToRawIntBits(1.75f));
        run(0x1E204020); // fmov s0, s1
        v0(Float.floatToRawIntBits(1.5f));
        run(0x1E222C20); // fcsel s0, s1, s2, cs
        v0(Float.floatToRawIntBits(0.25f));
    }

    @Test
    void everyImmediate() {
        for (int imm8 = 0; imm8 < 256; imm8++) {
            int exponent = (imm8 >>> 4 & 3) - ((imm8 & 0x40) != 0 ? 3 : -1);
            double value = (16 + (imm8 & 15)) / 16.0 * Math.scalb(1, exponent) * ((imm8 & 0x80) != 0 ? -1 : 1);
            run(0x1E601000 | imm8 << 13);
            v0(bits(value));
            run(0x1E201000 | imm8 << 13);
            v0(Float.floatToRawIntBits((float) value) & 0xFFFFFFFFL);
            run(0x1EE01000 | imm8 << 13);
            v0(FloatingPoint.convert(pe, 64, 16, bits(value)));
        }
        assertThat(pe.fpsr).isZero();
    }

    @Test
    void movesBetweenRegisterFiles() {
        pe.x[1] = 0x0123456789ABCDEFL;
        run(0x9E670020); // fmov d0, x1
        v0(0x0123456789ABCDEFL);
        run(0x1E270020); // fmov s0, w1
        v0(0x89ABCDEFL);
        run(0x1EE70020); // fmov h0, w1
        v0(0xCDEFL);
        pe.v[2] = GARBAGE;
        run(0x9EE60020); // fmov x0, h1
        assertThat(pe.x[0]).isEqualTo(GARBAGE & 0xFFFF);
        run(0x9EAF0020); // fmov v0.d[1], x1
        assertThat(pe.v[0]).isEqualTo(0xCDEFL);
        assertThat(pe.v[1]).isEqualTo(0x0123456789ABCDEFL);
        run(0x9EAE0002); // fmov x2, v0.d[1]
        assertThat(pe.x[2]).isEqualTo(0x0123456789ABCDEFL);
        run(0x9E66001F); // fmov xzr, d0
        assertThat(pe.x[31]).isZero();
    }

    @Test
    void conversionsToAndFromGeneralRegisters() {
        pe.v[2] = bits(-2.5);
        run(0x9E780020); // fcvtzs x0, d1
        assertThat(pe.x[0]).isEqualTo(-2);
        run(0x1E700020); // fcvtms w0, d1
        assertThat(pe.x[0]).isEqualTo(0xFFFFFFFDL);
        run(0x9E640020); // fcvtas x0, d1
        assertThat(pe.x[0]).isEqualTo(-3);
        run(0x9E600020); // fcvtns x0, d1
        assertThat(pe.x[0]).isEqualTo(-2);
        run(0x9E58FC20); // fcvtzs x0, d1, #1
        assertThat(pe.x[0]).isEqualTo(-5);
        run(0x9E790020); // fcvtzu x0, d1
        assertThat(pe.x[0]).isZero();
        pe.x[1] = 0xFFFFFFFFFFFFFFFDL;
        run(0x1E620020); // scvtf d0, w1
        v0(bits(-3));
        run(0x1E630020); // ucvtf d0, w1
        v0(bits(4294967293.0));
        run(0x9E630020); // ucvtf d0, x1
        v0(bits(0x1p64));
        run(0x1E02FC20); // scvtf s0, w1, #1
        v0(Float.floatToRawIntBits(-1.5f) & 0xFFFFFFFFL);
        pe.v[2] = bits(4294967301.0);
        run(0x1E7E0020); // fjcvtzs w0, d1
        assertThat(pe.x[0]).isEqualTo(5);
        assertThat(pe.nzcv).isZero();
    }

    @Test
    void comparisonsAndConditionalComparisons() {
        pe.v[2] = bits(1);
        pe.v[4] = bits(2);
        run(0x1E622020); // fcmp d1, d2
        assertThat(pe.nzcv).isEqualTo(8);
        run(0x1E602028); // fcmp d1, #0.0
        assertThat(pe.nzcv).isEqualTo(2);
        run(0x1E620425); // fccmp d1, d2, #5, eq
        assertThat(pe.nzcv).isEqualTo(5);
        run(0x1E620420); // fccmp d1, d2, #0, eq
        assertThat(pe.nzcv).isEqualTo(8);
    }

    @Test
    void absentFeaturesLeaveEncodingsUnallocated() {
        int[] words = {0x1EE22820, 0x1EE70020, 0x1EE01000, 0x1FC20C20, 0x1EE62020, 0x1EE20000};
        for (int word : words) {
            assertThat(ScalarFloatingPoint.execute(pe, word, ALL & ~FpFeatures.FP16))
                    .isFalse();
        }
        assertThat(ScalarFloatingPoint.execute(pe, 0x1E284020, ALL & ~FpFeatures.FRINTTS))
                .isFalse();
        assertThat(ScalarFloatingPoint.execute(pe, 0x1E7E0020, ALL & ~FpFeatures.JSCVT))
                .isFalse();
        assertThat(ScalarFloatingPoint.execute(pe, 0x1EE24020, 0))
                .as("FCVT of half precision is base")
                .isTrue();
        assertThat(ScalarFloatingPoint.execute(pe, 0x1E23C020, 0)).isTrue();
    }

    @Test
    void unallocatedEncodingsChangeNothing() {
        int[] words = {
            0x1E629820,
            0x1E66C020,
            0x1E634020,
            0x1E622021,
            0x1E602030 | 1,
            0x1E601020,
            0x3E622820,
            0x9E622820,
            0x1EA22820,
            0x1E627020,
            0x1E020020,
            0x1E430020,
            0x9E720020,
            0x1E660020,
            0x9EAE0020 & ~(1 << 19)
        };
        long[] before = pe.v.clone();
        for (int word : words) {
            boolean allocated = ScalarFloatingPoint.execute(pe, word, ALL);
            assertThat(allocated).as(Integer.toHexString(word)).isFalse();
        }
        assertThat(pe.v).containsExactly(before);
    }

    private static int number(Decoding decoding, int word) {
        return FrequentOperations.named(decoding.names().get(decoding.name(word)));
    }

    /** How a word is decoded to one of the frequent operations; null where it is none. */
    private static Decoding frequent(int word) {
        Instruction instruction = InstructionSet.whole().decode(word);
        if (instruction != null && instruction.form() == Form.FLOAT) {
            for (Decoding decoding : instruction.decodings()) {
                if (decoding.holds(word) && number(decoding, word) >= 0) {
                    return decoding;
                }
            }
        }
        return null;
    }

    @Test
    void frequentOperationsMeanTheSame() {
        SplittableRandom random = new SplittableRandom(7);
        PeState other = new PeState(1);
        BitSet seen = new BitSet();
        for (int i = 0; i < 200_000; i++) {
            int word = random.nextInt() & 0xE1FFFFFF & ~(1 << 30 | 1 << 29) | 0x1E000000;
            switch (random.nextInt(5)) {
                case 0 -> word &= ~0xFC00;
                case 1 -> word = word & ~0x7C00 | 0x4000;
                case 2 -> word = word & ~0xFC07 | 0x2000;
                case 3 -> word = word & ~0x1FE0 | 0x1000;
                default -> word |= 0x800;
            }
            Decoding decoding = frequent(word);
            if (decoding == null) {
                continue;
            }
            int number = number(decoding, word);
            seen.set(number);
            for (int r = 0; r < 64; r++) {
                long value = random.nextInt(3) == 0 ? bits(random.nextInt(100) - 50) : random.nextLong();
                pe.v[r] = value;
                other.v[r] = value;
            }
            for (int r = 0; r < 31; r++) {
                pe.x[r] = random.nextLong();
                other.x[r] = pe.x[r];
            }
            pe.x[PeState.DISCARD] = 0;
            other.x[PeState.DISCARD] = 0;
            pe.fpcr = random.nextInt() & 0x07C80000;
            pe.fpsr = random.nextInt() & 0x9F;
            other.fpcr = pe.fpcr;
            other.fpsr = pe.fpsr;
            other.nzcv = pe.nzcv;
            assertThat(ScalarFloatingPoint.execute(pe, word, 0))
                    .as(Integer.toHexString(word))
                    .isTrue();
            FrequentOperations.execute(
                    other,
                    FrequentOperations.operation(number, decoding.a(word)),
                    decoding.d(word),
                    decoding.n(word),
                    decoding.m(word));
            assertThat(Arrays.equals(other.v, pe.v))
                    .as(Integer.toHexString(word))
                    .isTrue();
            assertThat(Arrays.equals(other.x, pe.x))
                    .as(Integer.toHexString(word))
                    .isTrue();
            assertThat(other.fpsr).as(Integer.toHexString(word)).isEqualTo(pe.fpsr);
            assertThat(other.nzcv).as(Integer.toHexString(word)).isEqualTo(pe.nzcv);
        }
        assertThat(seen.cardinality()).isEqualTo(49);
    }

    @Test
    void anyWordIsExecutedOrRefused() {
        SplittableRandom random = new SplittableRandom(3);
        int executed = 0;
        for (int i = 0; i < 2_000_000; i++) {
            int word = random.nextInt() & ~(1 << 30) & 0xE1FFFFFF | 0x1E000000;
            executed += ScalarFloatingPoint.execute(pe, word, ALL) ? 1 : 0;
            pe.fpcr = random.nextInt() & 0x07C80000;
        }
        assertThat(executed).isBetween(100_000, 1_900_000);
    }
}
