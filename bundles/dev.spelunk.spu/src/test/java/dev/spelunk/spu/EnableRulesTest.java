// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static dev.spelunk.api.wiring.SecurityState.NON_SECURE;
import static dev.spelunk.api.wiring.SecurityState.REALM;
import static dev.spelunk.api.wiring.SecurityState.ROOT;
import static dev.spelunk.api.wiring.SecurityState.SECURE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.wiring.SecurityState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The whole truth table of where profiling is enabled (DDI 0487, Table D17-1). */
class EnableRulesTest {
    private static final boolean[] BOTH = {false, true};

    private static boolean enabled(
            int el,
            boolean el2Enabled,
            int e2pb,
            boolean tge,
            long pmscr1,
            long pmscr2,
            SecurityState owner,
            SecurityState current) {
        int owningEl = el2Enabled && e2pb == 0 ? 2 : 1;
        return EnableRules.profilingEnabled(
                el,
                EnableRules.bufferEnabled(owner, current, true, false),
                owner,
                owningEl,
                current,
                el2Enabled && tge,
                pmscr1,
                pmscr2);
    }

    /** Table D17-1 as its rows say, for a PE in the owning Security state. */
    private static boolean table(int el, boolean el2Enabled, int e2pb, boolean tge, long pmscr1, long pmscr2) {
        boolean e0spe = (pmscr1 & 1) != 0;
        boolean e1spe = (pmscr1 & 2) != 0;
        boolean e0hspe = (pmscr2 & 1) != 0;
        boolean e2spe = (pmscr2 & 2) != 0;
        boolean off = false;
        boolean[] row;
        if (!el2Enabled) {
            row = new boolean[] {e0spe, e1spe, off, off};
        } else if (e2pb != 0) {
            row = tge ? new boolean[] {off, off, off, off} : new boolean[] {e0spe, e1spe, off, off};
        } else {
            row = tge ? new boolean[] {e0hspe, e1spe, e2spe, off} : new boolean[] {e0spe, e1spe, e2spe, off};
        }
        return row[el];
    }

    @Test
    @DisplayName("Table D17-1: where profiling is enabled, every row, every enable bit, every Security state")
    void whereProfilingIsEnabled() {
        int checked = 0;
        for (SecurityState owner : new SecurityState[] {SECURE, NON_SECURE, REALM}) {
            for (SecurityState current : new SecurityState[] {SECURE, NON_SECURE, REALM}) {
                for (boolean el2 : BOTH) {
                    for (int e2pb = 0; e2pb < 4; e2pb++) {
                        for (boolean tge : BOTH) {
                            for (int bits = 0; bits < 16; bits++) {
                                for (int el = 0; el < 4; el++) {
                                    if (el == 2 && !el2 || el == 1 && el2 && tge) {
                                        continue;
                                    }
                                    assertThat(enabled(el, el2, e2pb, tge, bits & 3, bits >> 2, owner, current))
                                            .as(
                                                    "EL%d el2=%s e2pb=%d tge=%s bits=%x owner=%s current=%s",
                                                    el, el2, e2pb, tge, bits, owner, current)
                                            .isEqualTo(
                                                    owner == current && table(el, el2, e2pb, tge, bits & 3, bits >> 2));
                                    checked++;
                                }
                            }
                        }
                    }
                }
            }
        }
        assertThat(checked).isEqualTo(9 * 4 * 16 * (2 * 3 + 4 + 3));
    }

    @Test
    @DisplayName("Nothing is enabled anywhere while the buffer is disabled or profiling is stopped")
    void bufferDisabled() {
        for (int bits = 0; bits < 4; bits++) {
            boolean e = (bits & 1) != 0;
            boolean stopped = (bits & 2) != 0;
            boolean buffer = EnableRules.bufferEnabled(NON_SECURE, NON_SECURE, e, stopped);
            assertThat(buffer).isEqualTo(e && !stopped);
            for (int el = 0; el < 3; el++) {
                assertThat(EnableRules.profilingEnabled(el, buffer, NON_SECURE, 2, NON_SECURE, false, 3, 3))
                        .isEqualTo(buffer);
            }
        }
    }

    @Test
    @Tag("T27")
    @DisplayName("T27: owner EL1 with E1SPE = 1: enabled at EL1, disabled at EL2 and EL3")
    void ownerEl1() {
        assertThat(enabled(1, true, 2, false, 2, 3, NON_SECURE, NON_SECURE)).isTrue();
        assertThat(enabled(2, true, 2, false, 2, 3, NON_SECURE, NON_SECURE)).isFalse();
        assertThat(enabled(3, true, 2, false, 2, 3, NON_SECURE, NON_SECURE)).isFalse();
    }

    @Test
    @Tag("T28")
    @DisplayName("T28: owner EL1 with TGE = 1: disabled at EL0 even with E0SPE = 1")
    void ownerEl1WithTge() {
        assertThat(enabled(0, true, 3, true, 1, 0, NON_SECURE, NON_SECURE)).isFalse();
        assertThat(enabled(0, true, 3, true, 1, 1, NON_SECURE, NON_SECURE)).isFalse();
    }

    @Test
    @Tag("T29")
    @DisplayName("T29: owner EL2 with TGE = 1: EL0 uses E0HSPE and ignores E0SPE")
    void ownerEl2WithTge() {
        assertThat(enabled(0, true, 0, true, 1, 0, NON_SECURE, NON_SECURE)).isFalse();
        assertThat(enabled(0, true, 0, true, 0, 1, NON_SECURE, NON_SECURE)).isTrue();
    }

    @Test
    @Tag("T30")
    @DisplayName("T30: owner EL2 with TGE = 0: EL1 uses E1SPE")
    void ownerEl2() {
        assertThat(enabled(1, true, 0, false, 2, 0, NON_SECURE, NON_SECURE)).isTrue();
        assertThat(enabled(1, true, 0, false, 0, 3, NON_SECURE, NON_SECURE)).isFalse();
    }

    @Test
    @Tag("T33")
    @DisplayName("T33: no sampling in a Security state that does not own the buffer")
    void otherSecurityState() {
        for (int el = 0; el < 3; el++) {
            assertThat(enabled(el, true, 0, false, 3, 3, SECURE, NON_SECURE)).isFalse();
            assertThat(enabled(el, true, 0, false, 3, 3, NON_SECURE, SECURE)).isFalse();
            assertThat(enabled(el, true, 0, false, 3, 3, ROOT, NON_SECURE)).isFalse();
        }
    }
}
