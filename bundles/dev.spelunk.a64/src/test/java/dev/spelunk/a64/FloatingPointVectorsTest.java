// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.state.Operation;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which Advanced SIMD instructions are floating-point, for one of each kind as the GNU assembler encodes it. */
class FloatingPointVectorsTest {
    /** FADD to UCVTF: mnemonics that begin with F, and conversions from integers. */
    private static final int[] FLOATING_POINT = {
        0x4e22d420, 0x6e62dc20, 0x4e22cc20, 0x6ea2e420, 0x4ea0c820, 0x4ea0f820, 0x6ee0f820, 0x6ea1f820,
        0x4e218820, 0x4ea1b820, 0x4f3dfc20, 0x4e21d820, 0x6f3ce420, 0x0e216820, 0x0e217820, 0x4ea1d820,
        0x4ea2fc20, 0x6e30c820, 0x6e30f820, 0x7e30d820, 0x6e22d420, 0x4fa21020, 0x4fa29020, 0x6fc29820,
        0x4e22ec20, 0x4f920020, 0x6f92c020, 0x6e82cc20, 0x6f823020, 0x6e82e420, 0x4f03f600, 0x6f03f600,
        0x4f03fe00, 0x4e421420, 0x4ef8f820, 0x4e30f820, 0x5e30d820, 0x5e22dc20, 0x6e21e820, 0x7ee2d420,
        0x2e616820, 0x5e61d820,
    };
    /** Arithmetic on integers and their estimates, shifts, moves, permutations, cryptography. */
    private static final int[] OTHER = {
        0x4ea11c20, 0x4ea28420, 0x4ea29c20, 0x6fa20020, 0x4fa28020, 0x6fa24020, 0x0f522020, 0x0f52a020,
        0x4fa2c020, 0x4fa2d020, 0x0f523020, 0x0f52b020, 0x4fa2e020, 0x4e829420, 0x6e828420, 0x6fa2d020,
        0x4e829c20, 0x4e82a420, 0x4ea1c820, 0x6ea1c820, 0x4eb1b820, 0x6e31a820, 0x5ef1b820, 0x4ea2bc20,
        0x4ea2b420, 0x6e229c20, 0x4ea0b820, 0x4e205820, 0x0e614820, 0x2e613820, 0x4ea08820, 0x6ea0b820,
        0x4f3d0420, 0x0f13a420, 0x0f1d9c20, 0x6f236420, 0x4f000420, 0x6f00e400, 0x6f00c420, 0x4f001420,
        0x4e020020, 0x4e823820, 0x6e021820, 0x4e0c0420, 0x0e0c3c20, 0x4e0c1c40, 0x4e284820, 0x5e020020,
        0x5e282820, 0x5e280820, 0x0e620020, 0x0e22e020, 0x5ea20c20, 0x5f7d0420,
    };

    private static boolean isFloatingPoint(int word) {
        DecodedInstruction decoded = DecodedInstruction.of(word);
        assertThat(decoded.instruction == null || decoded.is(Operation.ADVANCED_SIMD))
                .as("%08x", word)
                .isTrue();
        return decoded.is(Operation.FLOATING_POINT);
    }

    @Test
    @DisplayName("Floating-point vector instructions are told from the others")
    void matches() {
        for (int word : FLOATING_POINT) {
            assertThat(isFloatingPoint(word)).as("%08x", word).isTrue();
        }
        for (int word : OTHER) {
            assertThat(isFloatingPoint(word)).as("%08x", word).isFalse();
        }
    }
}
