// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.integer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class Qarma5Test {
    @Test
    @DisplayName("Tables give what the cells give, for any data, modifier and keys")
    void tablesAgreeWithCells() {
        Random random = new Random(5);
        for (int i = 0; i < 200_000; i++) {
            long data = i == 0 ? 0 : random.nextLong();
            long modifier = i < 2 ? 0 : random.nextLong();
            long key0 = i < 3 ? 0 : random.nextLong();
            long key1 = i < 4 ? -1 : random.nextLong();
            assertThat(Qarma5.encipher(data, modifier, key0, key1))
                    .isEqualTo(Qarma5ByCells.encipher(data, modifier, key0, key1));
        }
    }

    @Test
    @DisplayName("R. Avanzi, The QARMA Block Cipher Family, 2017: QARMA-64, 5 rounds, the substitution sigma 2")
    void published() {
        assertThat(Qarma5.encipher(0xFB623599DA6E8127L, 0x477D469DEC0B8762L, 0x84BE85CE9804E94BL, 0xEC2802D4E0A488E9L))
                .isEqualTo(0xC003B93999B33765L);
    }
}
