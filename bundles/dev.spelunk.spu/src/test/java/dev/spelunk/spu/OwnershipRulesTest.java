// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static dev.spelunk.spu.OwnershipRules.NON_SECURE;
import static dev.spelunk.spu.OwnershipRules.REALM;
import static dev.spelunk.spu.OwnershipRules.ROOT;
import static dev.spelunk.spu.OwnershipRules.SECURE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whole truth tables of ownership, enabling and reporting (DDI 0487, Tables D17-1 and D17-4 to D17-7). */
class OwnershipRulesTest {
    private static final boolean[] BOTH = {false, true};
    private static final long TGE = 1L << 27;

    private static boolean enabled(
            int el, boolean el2Enabled, int e2pb, boolean tge, long pmscr1, long pmscr2, int owner, int current) {
        int owningEl = el2Enabled && e2pb == 0 ? 2 : 1;
        return OwnershipRules.profilingEnabled(el, OwnershipRules.bufferEnabled(owner, current, true, false), owner,
                owningEl, current, el2Enabled, tge ? TGE : 0, pmscr1, pmscr2);
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
        for (int owner : new int[] {SECURE, NON_SECURE, REALM}) {
            for (int current : new int[] {SECURE, NON_SECURE, REALM}) {
                for (boolean el2 : BOTH) {
                    for (int e2pb = 0; e2pb < 4; e2pb++) {
                        for (boolean tge : BOTH) {
                            for (int bits = 0; bits < 16; bits++) {
                                for (int el = 0; el < 4; el++) {
                                    if (el == 2 && !el2 || el == 1 && el2 && tge) {
                                        continue;
                                    }
                                    assertThat(enabled(el, el2, e2pb, tge, bits & 3, bits >> 2, owner, current))
                                            .as("EL%d el2=%s e2pb=%d tge=%s bits=%x owner=%d current=%d",
                                                    el, el2, e2pb, tge, bits, owner, current)
                                            .isEqualTo(owner == current
                                                    && table(el, el2, e2pb, tge, bits & 3, bits >> 2));
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
            boolean buffer = OwnershipRules.bufferEnabled(NON_SECURE, NON_SECURE, e, stopped);
            assertThat(buffer).isEqualTo(e && !stopped);
            for (int el = 0; el < 3; el++) {
                assertThat(OwnershipRules.profilingEnabled(el, buffer, NON_SECURE, 2, NON_SECURE, true, 0, 3, 3))
                        .isEqualTo(buffer);
            }
        }
    }

    @Test
    @DisplayName("Table D17-4: owning Security state and Exception level for every value of the controls")
    void whoOwnsTheBuffer() {
        for (boolean rme : BOTH) {
            for (int nspb = 0; nspb < 8; nspb++) {
                long mdcr3 = (long) (nspb & 3) << 12 | (long) (nspb >> 2) << 11;
                int state = OwnershipRules.owningState(true, rme, mdcr3);
                int expected;
                switch (rme ? nspb : nspb & 3) {
                    case 0:
                    case 1:
                        expected = SECURE;
                        break;
                    case 2:
                    case 3:
                        expected = NON_SECURE;
                        break;
                    case 4:
                    case 5:
                        expected = ROOT;
                        break;
                    default:
                        expected = REALM;
                        break;
                }
                assertThat(state).as("rme=%s {NSPBE,NSPB}=%d", rme, nspb).isEqualTo(expected);
                assertThat(OwnershipRules.owningState(false, rme, mdcr3)).isEqualTo(NON_SECURE);
            }
        }
        for (int state : new int[] {SECURE, NON_SECURE, REALM}) {
            for (boolean el2 : BOTH) {
                for (boolean eel2 : BOTH) {
                    for (int e2pb = 0; e2pb < 4; e2pb++) {
                        boolean el2Enabled = el2 && (state != SECURE || eel2);
                        assertThat(OwnershipRules.owningEl(el2, state, eel2, (long) e2pb << 12))
                                .as("state=%d el2=%s eel2=%s e2pb=%d", state, el2, eel2, e2pb)
                                .isEqualTo(el2Enabled && e2pb == 0 ? 2 : 1);
                    }
                }
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

    private static int target(int ec, int fsc, int pmsee, int ee, int owningEl, long scr, long hcr) {
        int effective = OwnershipRules.effectiveEl2Ee(true, true, (long) pmsee << 51, true, (long) ee << 8);
        return OwnershipRules.target(ec, fsc, true, true, true, (long) pmsee << 51, effective, owningEl, scr, hcr);
    }

    /** {stage 1 GPF, stage 2 GPF, GPC fault, stage 1 abort, stage 2 abort, other} by the rows of the tables. */
    private static int[] rows(int pmsee, boolean scrBit, int ee, int owningEl, boolean hcrBit) {
        if (pmsee == 0) {
            return new int[] {1, 1, 1, 1, 1, 1};
        }
        if (pmsee == 3) {
            return new int[] {3, 3, 3, 3, 3, 3};
        }
        int[] below;
        if (ee < 2) {
            below = new int[] {1, 1, 1, 1, 1, 1};
        } else if (ee == 3) {
            below = new int[] {2, 2, 2, 2, 2, 2};
        } else if (owningEl == 2) {
            below = new int[] {2, 2, 2, 2, 2, 1};
        } else {
            below = new int[] {hcrBit ? 2 : 1, 2, 2, 1, 2, 1};
        }
        if (pmsee == 2) {
            below[2] = 3;
            if (scrBit) {
                below[0] = 3;
                below[1] = 3;
            }
        }
        return below;
    }

    @Test
    @DisplayName("Tables D17-5 to D17-7: which PMBSR_ELx records an event, every row")
    void whereEventsAreRecorded() {
        for (int pmsee = 0; pmsee < 4; pmsee++) {
            for (int ee = 0; ee < 4; ee++) {
                for (int owningEl = 1; owningEl < 3; owningEl++) {
                    for (boolean scrBit : BOTH) {
                        for (boolean hcrBit : BOTH) {
                            int[] expected = rows(pmsee, scrBit, ee, owningEl, hcrBit);
                            String row = "PMSEE=" + pmsee + " EE=" + ee + " owner=" + owningEl + " " + scrBit + hcrBit;
                            long gpfScr = scrBit ? 1L << 48 : 0;
                            long gpfHcr = hcrBit ? 1L << 48 : 0;
                            for (int gpf : new int[] {0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28}) {
                                assertThat(target(0x24, gpf, pmsee, ee, owningEl, gpfScr, gpfHcr)).as(row)
                                        .isEqualTo(expected[0]);
                                assertThat(target(0x25, gpf, pmsee, ee, owningEl, gpfScr, gpfHcr)).as(row)
                                        .isEqualTo(expected[1]);
                            }
                            long eaScr = scrBit ? 1L << 3 : 0;
                            long teaHcr = hcrBit ? 1L << 37 : 0;
                            for (int abort : new int[] {0x10, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x1B}) {
                                assertThat(target(0x24, abort, pmsee, ee, owningEl, eaScr, teaHcr)).as(row)
                                        .isEqualTo(expected[0]);
                                assertThat(target(0x25, abort, pmsee, ee, owningEl, eaScr, teaHcr)).as(row)
                                        .isEqualTo(expected[1]);
                            }
                            long allScr = gpfScr | eaScr;
                            long allHcr = gpfHcr | teaHcr;
                            assertThat(target(0x1E, 0, pmsee, ee, owningEl, allScr, allHcr)).as(row)
                                    .isEqualTo(expected[2]);
                            assertThat(target(0x24, 0x07, pmsee, ee, owningEl, allScr, allHcr)).as(row)
                                    .isEqualTo(expected[3]);
                            assertThat(target(0x25, 0x07, pmsee, ee, owningEl, allScr, allHcr)).as(row)
                                    .isEqualTo(expected[4]);
                            assertThat(target(0, 1, pmsee, ee, owningEl, allScr, allHcr)).as(row)
                                    .isEqualTo(expected[5]);
                        }
                    }
                }
            }
        }
    }

    @Test
    @DisplayName("Without FEAT_SPE_EXC PMBSR_EL1 records every event and alone stops profiling")
    void withoutExceptions() {
        assertThat(OwnershipRules.target(0x25, 7, false, true, true, -1L, 3, 2, -1L, -1L)).isEqualTo(1);
        assertThat(OwnershipRules.effectiveEl2Ee(false, true, -1L, true, -1L)).isZero();
        assertThat(OwnershipRules.stopped(false, true, false, 0, true, 0)).isFalse();
        assertThat(OwnershipRules.stopped(true, false, false, 0, false, 0)).isTrue();
    }
}
