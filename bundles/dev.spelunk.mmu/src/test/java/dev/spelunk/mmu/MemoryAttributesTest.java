// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Memory attributes of both stages (DDI 0487, D8.6)")
class MemoryAttributesTest {
    private static final int NGNRNE = 0x00;
    private static final int NGNRE = 0x04;
    private static final int GRE = 0x0C;

    @ParameterizedTest(name = "MemAttr {0} over {1}: {2}")
    @CsvSource({
        // Device of stage 2 makes Normal memory Device, and Device the stronger of both.
        "0, FF, 00",
        "1, FF, 04",
        "2, FF, 08",
        "3, 44, 0C",
        "0, 0C, 00",
        "1, 0C, 04",
        "2, 0C, 08",
        "3, 0C, 0C",
        "3, 00, 00",
        "3, 04, 04",
        "2, 04, 04",
        "1, 08, 04",
        "0, 00, 00",
        // Non-cacheable, unless stage 1 is Device.
        "5, FF, 44",
        "5, AA, 44",
        "5, 44, 44",
        "5, 00, 00",
        "5, 0C, 0C",
        // Write-Back with the hints of stage 1, with all where it is Non-cacheable or Device.
        "6, FF, FF",
        "6, 44, FF",
        "6, 00, FF",
        "6, 0C, FF",
        "6, AA, EE",
        "6, BB, FF",
        "6, EE, EE",
        "6, 4A, FE",
        "6, A4, EF",
        "6, 55, 55",
        "6, 11, 55",
        // What stage 1 says.
        "7, FF, FF",
        "7, AA, AA",
        "7, 44, 44",
        "7, 00, 00",
        "7, 08, 08",
        // Bit 3 does not count.
        "8, FF, 00",
        "13, FF, 44",
        "14, 44, FF",
        "15, AA, AA"
    })
    @DisplayName("FEAT_S2FWB: AArch64.S2ApplyFWBMemAttrs")
    void forcedWriteBack(int memAttr, String stage1, String expected) {
        assertThat(MemoryAttributes.combine(Integer.parseInt(stage1, 16), memAttr, true))
                .isEqualTo(Integer.parseInt(expected, 16));
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource({"0, 0, 0", "0, 2, 2", "0, 3, 3", "2, 0, 2", "2, 2, 2", "2, 3, 2", "3, 0, 3", "3, 2, 2", "3, 3, 3"})
    @DisplayName("Shareability: Outer before Inner before none")
    void shareability(int one, int other, int expected) {
        assertThat(MemoryAttributes.combineShareability(one, other)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}: {1} bits")
    @CsvSource({"0, 32", "1, 36", "2, 40", "3, 42", "4, 44", "5, 48", "6, 48", "7, 48"})
    @DisplayName("Address sizes of TCR_ELx.(I)PS and PARange without FEAT_LPA (DDI 0487, D24.2.194)")
    void addressSizes(int field, int bits) {
        assertThat(Granule.addressSize(field)).isEqualTo(bits);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "2, 2", "3, 3"})
    @DisplayName("Without it MemAttr 0000 to 0011 are the four types of Device memory")
    void device(int memAttr, int type) {
        assertThat(MemoryAttributes.combine(0xFF, memAttr, false)).isEqualTo(type << 2);
        assertThat(MemoryAttributes.combine(GRE, memAttr, false)).isEqualTo(type << 2);
        assertThat(MemoryAttributes.combine(NGNRNE, memAttr, false)).isEqualTo(NGNRNE);
        assertThat(MemoryAttributes.combine(NGNRE, 15, false)).isEqualTo(NGNRE);
    }
}
