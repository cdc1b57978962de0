// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class TimeConversionTest {
    @Property(seed = "20261121")
    void isExactToAFewParts(
            @ForAll @LongRange(min = 1_000_000, max = 4_000_000_000L) long hertz,
            @ForAll @LongRange(min = 0, max = 1L << 50) long ticks) {
        TimeConversion conversion = TimeConversion.ofFrequency(hertz);
        assertThat(conversion.multiplier()).isBetween(1L, 0xffff_ffffL);
        BigInteger exact = BigInteger.valueOf(ticks)
                .multiply(BigInteger.valueOf(1_000_000_000L))
                .divide(BigInteger.valueOf(hertz));
        BigInteger error = exact.subtract(BigInteger.valueOf(conversion.nanoseconds(ticks)))
                .abs();
        assertThat(error).isLessThanOrEqualTo(exact.shiftRight(28).add(BigInteger.TWO));
    }

    @Example
    void refusesAFrequencyThatIsNone() {
        assertThatThrownBy(() -> TimeConversion.ofFrequency(0)).hasMessageContaining("0 Hz");
    }
}
