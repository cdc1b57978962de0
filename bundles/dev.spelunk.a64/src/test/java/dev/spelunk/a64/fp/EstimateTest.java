// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.fields.FPCR;
import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;
import org.junit.jupiter.api.Test;

/** Reciprocal estimates: their precision over all entries of the tables, and the cases that have none. */
class EstimateTest {
    private static final long SIGN = 1L << 63;

    private final PeState pe = new PeState(0);

    @Test
    void recipEstimateIsTheNearestOfEightBitsToTheIntervalsMiddle() {
        for (int i = 0; i < 256; i++) {
            double low = 1 + i / 256.0;
            long bits = Double.doubleToRawLongBits(low);
            double estimate = Double.longBitsToDouble(FloatingPoint.recipEstimate(pe, 64, bits));
            double middle = 1 / (low + 1 / 512.0);
            assertThat(Math.abs(estimate - middle)).isLessThanOrEqualTo(1 / 1024.0);
            assertThat(estimate * 512).isEqualTo(Math.rint(estimate * 512));
            long last = bits | (1L << 44) - 1;
            assertThat(FloatingPoint.recipEstimate(pe, 64, last)).isEqualTo(Double.doubleToRawLongBits(estimate));
            assertThat(FloatingPoint.unsignedRecipEstimate((int) (long) (low * (1L << 31))))
                    .isEqualTo((int) (long) (estimate * (1L << 32)));
        }
        assertThat(pe.fpsr).isZero();
    }

    @Test
    void rSqrtEstimateHasEightBits() {
        for (int i = 0; i < 512; i++) {
            double x = i < 256 ? 1 + i / 256.0 : 2 + (i - 256) / 128.0;
            double estimate =
                    Double.longBitsToDouble(FloatingPoint.rSqrtEstimate(pe, 64, Double.doubleToRawLongBits(x)));
            assertThat(Math.abs(estimate * Math.sqrt(x) - 1)).isLessThan(1 / 256.0);
            assertThat(estimate * 512).isEqualTo(Math.rint(estimate * 512));
        }
        assertThat(pe.fpsr).isZero();
    }

    @Test
    void estimatesOfEverySizeAgree() {
        for (int i = 0; i < 2048; i++) {
            long half = 0x3400 + i;
            float x = halfToFloat(half);
            long single = FloatingPoint.recipEstimate(pe, 32, Float.floatToRawIntBits(x));
            assertThat(FloatingPoint.recipEstimate(pe, 64, Double.doubleToRawLongBits(x)))
                    .isEqualTo(Double.doubleToRawLongBits(Float.intBitsToFloat((int) single)));
            assertThat(halfToFloat(FloatingPoint.recipEstimate(pe, 16, half)))
                    .isEqualTo(Float.intBitsToFloat((int) single));
            long root = FloatingPoint.rSqrtEstimate(pe, 32, Float.floatToRawIntBits(x));
            assertThat(halfToFloat(FloatingPoint.rSqrtEstimate(pe, 16, half)))
                    .isEqualTo(Float.intBitsToFloat((int) root));
        }
    }

    private float halfToFloat(long half) {
        return Float.intBitsToFloat((int) FloatingPoint.convert(pe, 16, 32, half));
    }

    /** Values that a Cortex-A and QEMU give alike. */
    @Test
    void knownEstimates() {
        assertThat(FloatingPoint.recipEstimate(pe, 32, 0x3F800000L)).isEqualTo(0x3F7F8000L);
        assertThat(FloatingPoint.rSqrtEstimate(pe, 32, 0x3F800000L)).isEqualTo(0x3F7F8000L);
        assertThat(FloatingPoint.unsignedRecipEstimate(0x7FFFFFFF)).isEqualTo(-1);
        assertThat(FloatingPoint.unsignedRSqrtEstimate(0x3FFFFFFF)).isEqualTo(-1);
        assertThat(FloatingPoint.unsignedRecipEstimate(1 << 31)).isEqualTo(0xFF800000);
        assertThat(FloatingPoint.unsignedRSqrtEstimate(1 << 30)).isEqualTo(0xFF800000);
    }

    @Test
    void edges() {
        check(FloatingPoint.recipEstimate(pe, 64, SIGN), 0xFFF0000000000000L, FPSR.DZC);
        check(FloatingPoint.recipEstimate(pe, 64, 0xFFF0000000000000L), SIGN, 0);
        check(FloatingPoint.recipEstimate(pe, 64, 0x0003FFFFFFFFFFFFL), 0x7FF0000000000000L, FPSR.OFC | FPSR.IXC);
        check(FloatingPoint.recipEstimate(pe, 64, 0x0004000000000000L), 0x7FEFF00000000000L, 0);
        check(FloatingPoint.recipEstimate(pe, 32, 0x7F000000L), 0x003FE000L, 0);
        check(FloatingPoint.rSqrtEstimate(pe, 64, SIGN), 0xFFF0000000000000L, FPSR.DZC);
        check(FloatingPoint.rSqrtEstimate(pe, 64, SIGN | 1), 0x7FF8000000000000L, FPSR.IOC);
        check(FloatingPoint.rSqrtEstimate(pe, 64, 0x7FF0000000000000L), 0, 0);
        pe.fpcr = FPCR.FZ;
        check(FloatingPoint.recipEstimate(pe, 32, 0x7E800000L), 0, FPSR.UFC);
        pe.fpcr = FloatingPoint.TO_ZERO << FPCR.RMode_SHIFT;
        check(FloatingPoint.recipEstimate(pe, 32, 1), 0x7F7FFFFFL, FPSR.OFC | FPSR.IXC);
        pe.fpcr = 0;
        check(FloatingPoint.recpX(pe, 32, 0x80000001L), 0xFF000000L, 0);
        check(FloatingPoint.recpX(pe, 64, 0x3FF8000000000000L), 0x4000000000000000L, 0);
        check(FloatingPoint.recpX(pe, 16, 0xFC00L), 0x8000L, 0);
    }

    private void check(long got, long expected, int flags) {
        assertThat(Long.toHexString(got)).isEqualTo(Long.toHexString(expected));
        assertThat(pe.fpsr).isEqualTo(flags);
        pe.fpsr = 0;
    }
}
