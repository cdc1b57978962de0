// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.fields.FPCR;
import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;
import org.junit.jupiter.api.Test;

/** NaNs, infinities, zeros and the controls of FPCR, by table. */
class SpecialValuesTest {
    private static final long QUIET = 0x7FF8000000000123L;
    private static final long OTHER = 0xFFF8000000000456L;
    private static final long SIGNALLING = 0x7FF0000000000789L;
    private static final long DEFAULT = 0x7FF8000000000000L;
    private static final long INFINITY = 0x7FF0000000000000L;
    private static final long ZERO = 0;
    private static final long SIGN = 1L << 63;
    private static final long ONE = 0x3FF0000000000000L;
    private static final long TWO = 0x4000000000000000L;
    private static final long SUBNORMAL = 0x000FFFFFFFFFFFFFL;

    private final PeState pe = new PeState(0);

    private void is(long got, long expected, int flags) {
        assertThat(Long.toHexString(got)).isEqualTo(Long.toHexString(expected));
        assertThat(pe.fpsr).isEqualTo(flags);
        pe.fpsr = 0;
    }

    @Test
    void aNaNGoesThroughTheFirstOneUnlessOneSignals() {
        is(FloatingPoint.add(pe, 64, QUIET, OTHER), QUIET, 0);
        is(FloatingPoint.add(pe, 64, ONE, OTHER), OTHER, 0);
        is(FloatingPoint.mul(pe, 64, QUIET, SIGNALLING), SIGNALLING | 1L << 51, FPSR.IOC);
        is(FloatingPoint.sub(pe, 64, ONE, OTHER), OTHER, 0);
        is(FloatingPoint.div(pe, 64, SIGNALLING, ONE), SIGNALLING | 1L << 51, FPSR.IOC);
        is(FloatingPoint.sqrt(pe, 64, OTHER), OTHER, 0);
        is(FloatingPoint.mulAdd(pe, 64, QUIET, OTHER, ONE), QUIET, 0);
        is(FloatingPoint.mulAdd(pe, 64, QUIET, OTHER, SIGNALLING), SIGNALLING | 1L << 51, FPSR.IOC);
        is(FloatingPoint.add(pe, 32, 0x7F800001L, 0x7FC00002L), 0x7FC00001L, FPSR.IOC);
        is(FloatingPoint.add(pe, 16, 0xFE01L, 0x3C00L), 0xFE01L, 0);
    }

    @Test
    void withDefaultNaNEveryNaNIsIt() {
        pe.fpcr = FPCR.DN;
        is(FloatingPoint.add(pe, 64, OTHER, ONE), DEFAULT, 0);
        is(FloatingPoint.mulAdd(pe, 32, 0xFFC00001L, 0, 0), 0x7FC00000L, 0);
        is(FloatingPoint.convert(pe, 64, 16, SIGNALLING), 0x7E00L, FPSR.IOC);
        is(FloatingPoint.roundToIntegral(pe, 16, 0xFD00L, 0, false), 0x7E00L, FPSR.IOC);
    }

    @Test
    void whatHasNoValueIsInvalid() {
        is(FloatingPoint.sub(pe, 64, INFINITY, INFINITY), DEFAULT, FPSR.IOC);
        is(FloatingPoint.add(pe, 64, INFINITY, INFINITY | SIGN), DEFAULT, FPSR.IOC);
        is(FloatingPoint.mul(pe, 64, ZERO, INFINITY), DEFAULT, FPSR.IOC);
        is(FloatingPoint.div(pe, 64, ZERO, SIGN), DEFAULT, FPSR.IOC);
        is(FloatingPoint.div(pe, 64, INFINITY, INFINITY), DEFAULT, FPSR.IOC);
        is(FloatingPoint.sqrt(pe, 64, ONE | SIGN), DEFAULT, FPSR.IOC);
        is(FloatingPoint.mulAdd(pe, 64, QUIET, ZERO, INFINITY), DEFAULT, FPSR.IOC);
        is(FloatingPoint.mulAdd(pe, 64, INFINITY | SIGN, ONE, INFINITY), DEFAULT, FPSR.IOC);
        is(FloatingPoint.mulAddHalfToSingle(pe, 0x7FC00001L, 0x7C00L, 0), 0x7FC00000L, FPSR.IOC);
    }

    @Test
    void infinitiesAndZeros() {
        is(FloatingPoint.add(pe, 64, INFINITY, ONE), INFINITY, 0);
        is(FloatingPoint.sub(pe, 64, ONE, INFINITY), INFINITY | SIGN, 0);
        is(FloatingPoint.div(pe, 64, ONE | SIGN, ZERO), INFINITY | SIGN, FPSR.DZC);
        is(FloatingPoint.div(pe, 64, INFINITY, ZERO), INFINITY, 0);
        is(FloatingPoint.div(pe, 64, ONE, INFINITY | SIGN), SIGN, 0);
        is(FloatingPoint.sqrt(pe, 64, SIGN), SIGN, 0);
        is(FloatingPoint.add(pe, 64, SIGN, SIGN), SIGN, 0);
        is(FloatingPoint.add(pe, 64, SIGN, ZERO), ZERO, 0);
        is(FloatingPoint.mulExtended(pe, 64, SIGN, INFINITY), TWO | SIGN, 0);
        is(FloatingPoint.recipStepFused(pe, 64, ZERO, INFINITY), TWO, 0);
        is(FloatingPoint.rSqrtStepFused(pe, 64, ZERO, INFINITY), 0x3FF8000000000000L, 0);
        is(FloatingPoint.recipStepFused(pe, 64, ONE, INFINITY), INFINITY | SIGN, 0);
        pe.fpcr = FloatingPoint.TO_MINUS_INFINITY << FPCR.RMode_SHIFT;
        is(FloatingPoint.sub(pe, 64, ONE, ONE), SIGN, 0);
        is(FloatingPoint.mulAdd(pe, 32, 0x3F800000L, 0xBF800000L, 0x3F800000L), 0x80000000L, 0);
    }

    @Test
    void maximaAndMinima() {
        is(FloatingPoint.max(pe, 64, ZERO, SIGN), ZERO, 0);
        is(FloatingPoint.min(pe, 64, ZERO, SIGN), SIGN, 0);
        is(FloatingPoint.max(pe, 64, ONE, QUIET), QUIET, 0);
        is(FloatingPoint.maxNumber(pe, 64, ONE, QUIET), ONE, 0);
        is(FloatingPoint.minNumber(pe, 64, QUIET, INFINITY), INFINITY, 0);
        is(FloatingPoint.maxNumber(pe, 64, QUIET, OTHER), QUIET, 0);
        is(FloatingPoint.maxNumber(pe, 64, QUIET, SIGNALLING), SIGNALLING | 1L << 51, FPSR.IOC);
        is(FloatingPoint.minNumber(pe, 64, ONE, SIGNALLING), SIGNALLING | 1L << 51, FPSR.IOC);
    }

    @Test
    void comparisonsWithNaNs() {
        assertThat(FloatingPoint.compare(pe, 64, QUIET, ONE, false)).isEqualTo(3);
        assertThat(pe.fpsr).isZero();
        assertThat(FloatingPoint.compare(pe, 64, SIGNALLING, ONE, false)).isEqualTo(3);
        assertThat(pe.fpsr).isEqualTo(FPSR.IOC);
        pe.fpsr = 0;
        assertThat(FloatingPoint.compare(pe, 32, 0x7FC00000L, 0, true)).isEqualTo(3);
        assertThat(pe.fpsr).isEqualTo(FPSR.IOC);
        pe.fpsr = 0;
        assertThat(FloatingPoint.compareEqual(pe, 16, 0x7E00L, 0x7E00L)).isFalse();
        assertThat(pe.fpsr).isZero();
        assertThat(FloatingPoint.compareGreaterOrEqual(pe, 16, 0x7E00L, 0x7E00L))
                .isFalse();
        assertThat(pe.fpsr).isEqualTo(FPSR.IOC);
    }

    @Test
    void flushToZero() {
        pe.fpcr = FPCR.FZ;
        is(FloatingPoint.add(pe, 64, SUBNORMAL | SIGN, SIGN), SIGN, FPSR.IDC);
        is(FloatingPoint.mul(pe, 64, 0x0010000000000000L, 0x3FE0000000000000L), ZERO, FPSR.UFC);
        is(FloatingPoint.mul(pe, 32, 0x80800000L, 0x3F000000L), 0x80000000L, FPSR.UFC);
        is(FloatingPoint.add(pe, 16, 1, 1), 2, 0);
        is(FloatingPoint.convert(pe, 64, 32, 0x3800000000000000L), ZERO, FPSR.UFC);
        is(FloatingPoint.convert(pe, 32, 16, 0x33800000L), 1, 0);
        assertThat(FloatingPoint.compare(pe, 64, SUBNORMAL, SIGN, false)).isEqualTo(6);
        assertThat(pe.fpsr).isEqualTo(FPSR.IDC);
        pe.fpsr = 0;
        pe.fpcr = FPCR.FZ16;
        is(FloatingPoint.add(pe, 16, 1, 1), 0, 0);
        is(FloatingPoint.mul(pe, 16, 0x0400L, 0x3800L), 0, FPSR.UFC);
        is(FloatingPoint.add(pe, 64, SUBNORMAL, SUBNORMAL), 0x001FFFFFFFFFFFFEL, 0);
        is(FloatingPoint.convert(pe, 16, 64, 1), 0x3E70000000000000L, 0);
    }

    @Test
    void tininessIsDetectedBeforeRounding() {
        is(
                FloatingPoint.mul(pe, 64, 0x001FFFFFFFFFFFFFL, 0x3FE0000000000000L),
                0x0010000000000000L,
                FPSR.UFC | FPSR.IXC);
        is(FloatingPoint.mul(pe, 32, 0x00FFFFFFL, 0x3F000000L), 0x00800000L, FPSR.UFC | FPSR.IXC);
    }

    @Test
    void overflowFollowsTheRoundingMode() {
        long most = 0x7FEFFFFFFFFFFFFFL;
        is(FloatingPoint.add(pe, 64, most, most), INFINITY, FPSR.OFC | FPSR.IXC);
        pe.fpcr = FloatingPoint.TO_ZERO << FPCR.RMode_SHIFT;
        is(FloatingPoint.add(pe, 64, most, most), most, FPSR.OFC | FPSR.IXC);
        pe.fpcr = FloatingPoint.TO_MINUS_INFINITY << FPCR.RMode_SHIFT;
        is(FloatingPoint.mul(pe, 64, most, most | SIGN), INFINITY | SIGN, FPSR.OFC | FPSR.IXC);
    }

    @Test
    void alternativeHalfPrecisionHasNeitherInfinitiesNorNaNs() {
        pe.fpcr = FPCR.AHP;
        is(FloatingPoint.convert(pe, 16, 32, 0x7C00L), 0x47800000L, 0);
        is(FloatingPoint.convert(pe, 16, 64, 0xFFFFL), 0xC0FFFC0000000000L, 0);
        is(FloatingPoint.convert(pe, 32, 16, 0x47800000L), 0x7C00L, 0);
        is(FloatingPoint.convert(pe, 64, 16, INFINITY | SIGN), 0xFFFFL, FPSR.IOC);
        is(FloatingPoint.convert(pe, 64, 16, QUIET), 0, FPSR.IOC);
        is(FloatingPoint.convert(pe, 64, 16, 0x4100000000000000L), 0x7FFFL, FPSR.IOC);
        is(FloatingPoint.add(pe, 16, 0x7C00L, 0x3C00L), 0x7C00L, 0);
    }

    @Test
    void conversionsOfNaNsKeepTheTopOfTheFraction() {
        is(FloatingPoint.convert(pe, 64, 32, 0xFFF0000020000000L), 0xFFC00001L, FPSR.IOC);
        is(FloatingPoint.convert(pe, 32, 64, 0x7FC00001L), 0x7FF8000020000000L, 0);
        is(FloatingPoint.convert(pe, 16, 32, 0x7C01L), 0x7FC02000L, FPSR.IOC);
        is(FloatingPoint.toFixed(pe, 64, QUIET, 0, false, 0, 64), 0, FPSR.IOC);
        is(FloatingPoint.toFixed(pe, 64, INFINITY | SIGN, 0, false, 0, 32), 0x80000000L, FPSR.IOC);
        is(FloatingPoint.toFixed(pe, 32, 0x7F800000L, 0, true, 0, 64), -1L, FPSR.IOC);
        is(FloatingPoint.roundToIntegralOfSize(pe, 64, QUIET, 0, 32), 0xC1E0000000000000L, FPSR.IOC);
        is(FloatingPoint.toFixedJavaScript(pe, INFINITY), 0, FPSR.IOC);
    }

    /** QEMU 7.2 sets PSTATE.Z here; the manual's FPToFixedJS clears it for a value that was flushed. */
    @Test
    void fjcvtzsOfAFlushedSubnormalIsNotExact() {
        pe.fpcr = FPCR.FZ;
        pe.nzcv = 15;
        is(FloatingPoint.toFixedJavaScript(pe, SUBNORMAL), 0, FPSR.IDC);
        assertThat(pe.nzcv).isZero();
        is(FloatingPoint.toFixedJavaScript(pe, ZERO), 0, 0);
        assertThat(pe.nzcv).isEqualTo(4);
    }

    @Test
    void absAndNegChangeTheSignOfAnything() {
        is(FloatingPoint.abs(64, SIGNALLING | SIGN), SIGNALLING, 0);
        is(FloatingPoint.neg(32, 0x7F800001L), 0xFF800001L, 0);
        is(FloatingPoint.neg(16, 0xFFFF3C00L), 0xBC00L, 0);
    }
}
