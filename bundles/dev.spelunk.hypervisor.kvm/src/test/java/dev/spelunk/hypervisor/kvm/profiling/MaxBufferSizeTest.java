// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.profiling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** PMBIDR_EL1.MaxBuffSize (DDI 0487, D24.7.1). */
class MaxBufferSizeTest {
    @Test
    @Tag("T25")
    @DisplayName("T25: MaxBuffSize 0x0001 is 4096, 0x01FF is 0x1FF000, 0x0200 is 0x200000, 0x3FFF is 4092 TiB")
    void decodesTheManualsValues() {
        assertThat(MaxBufferSize.decode(0x0001)).isEqualTo(4096);
        assertThat(MaxBufferSize.decode(0x01FF)).isEqualTo(0x1FF000);
        assertThat(MaxBufferSize.decode(0x0200)).isEqualTo(0x200000);
        assertThat(MaxBufferSize.decode(0x3FFF)).isEqualTo(4092L << 40);
        assertThat(MaxBufferSize.decode(0)).isZero();
    }

    @Test
    @DisplayName("every field value is encoded back as itself, in ascending order of size")
    void roundTrip() throws MaxBufferSize.NotRepresentableException {
        long previous = -1;
        for (int field = 0; field <= 0x3FFF; field++) {
            long size = MaxBufferSize.decode(field);
            assertThat(size).as("size of field 0x%x", field).isGreaterThan(previous);
            assertThat(MaxBufferSize.encode(size)).as("field of 0x%x", size).isEqualTo(field);
            previous = size;
        }
    }

    @Property(seed = "20261121")
    void aSizeBetweenTwoFieldValuesIsRefused(
            @ForAll @IntRange(max = 0x3FFE) int field, @ForAll @LongRange(min = 1) long part) {
        long low = MaxBufferSize.decode(field);
        long gap = MaxBufferSize.decode(field + 1) - low;
        long size = low + 1 + part % (gap - 1);
        assertThatThrownBy(() -> MaxBufferSize.encode(size))
                .isInstanceOf(MaxBufferSize.NotRepresentableException.class)
                .hasMessageStartingWith("EDOM")
                .hasMessageContaining(Long.toHexString(size));
    }

    @Test
    void whatIsBeyondTheLargestIsRefused() {
        assertThatThrownBy(() -> MaxBufferSize.encode((4092L << 40) + (1L << 42)))
                .hasMessageStartingWith("EDOM");
        assertThatThrownBy(() -> MaxBufferSize.encode(-1L << 12)).hasMessageStartingWith("EDOM");
    }
}
