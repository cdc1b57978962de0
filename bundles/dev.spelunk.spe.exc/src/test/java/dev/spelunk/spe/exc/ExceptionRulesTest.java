// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.exc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every row of Tables D17-5 to D17-10 (DDI 0487, D17.8), for every value of the fields that it leaves open. A row is
 * written as in the manual: fields by bit, X for either value, then the results. The rows of a table cover every
 * combination of its fields exactly once, which is checked too.
 */
class ExceptionRulesTest {
    private static final int EC_GPC = 0x1E;
    private static final int EC_STAGE1 = 0x24;
    private static final int EC_STAGE2 = 0x25;
    private static final int[] GPF = {0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28};
    private static final int[] EXTERNAL = {0x10, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x1B};
    private static final int[] OTHER = {0x00, 0x04, 0x07, 0x08, 0x0B, 0x0C, 0x0F, 0x11, 0x21, 0x29, 0x2B, 0x30, 0x31};

    /** What a cell says of the fields: PMSEE, EE (effective or not), E2PB, then single bits. */
    private record Fields(int pmsee, int ee, int e2pb, boolean scr, boolean hcr) {
        /** EL1 owns the buffer unless E2PB is 00. */
        int owningEl() {
            return e2pb == 0 ? 2 : 1;
        }

        int effectiveEe() {
            return ExceptionRules.effectiveEl2Ee(pmsee, true, ee);
        }
    }

    private interface Check {
        void cells(Fields fields, String[] results);
    }

    /** Whether a value has the bits of a pattern such as {@code 1X}; {@code !00} is anything but 00. */
    private static boolean fits(String pattern, int value, int bits) {
        if (pattern.startsWith("!")) {
            return !fits(pattern.substring(1), value, bits);
        }
        for (int i = 0; i < bits; i++) {
            char c = pattern.charAt(i);
            if (c != 'X' && c - '0' != (value >>> bits - 1 - i & 1)) {
                return false;
            }
        }
        return true;
    }

    /** Goes through all values of the five fields and finds the one row that each has. */
    private static void table(String rows, Check check) {
        List<String[]> table = rows.lines().map(l -> l.trim().split("[ |]+")).toList();
        int covered = 0;
        for (int pmsee = 0; pmsee < 4; pmsee++) {
            for (int ee = 0; ee < 4; ee++) {
                for (int e2pb : new int[] {0, 2, 3}) {
                    for (int bits = 0; bits < 4; bits++) {
                        Fields f = new Fields(pmsee, ee, e2pb, (bits & 1) != 0, (bits & 2) != 0);
                        List<String[]> fitting = new ArrayList<>();
                        for (String[] row : table) {
                            if (fits(row[0], pmsee, 2)
                                    && fits(row[1], f.scr ? 1 : 0, 1)
                                    && fits(row[2], ee, 2)
                                    && fits(row[3], e2pb, 2)
                                    && fits(row[4], f.hcr ? 1 : 0, 1)) {
                                fitting.add(row);
                            }
                        }
                        assertThat(fitting).as("rows of %s", f).hasSize(1);
                        check.cells(f, Arrays.copyOfRange(fitting.get(0), 5, fitting.get(0).length));
                        covered++;
                    }
                }
            }
        }
        assertThat(covered).isEqualTo(4 * 4 * 3 * 4);
    }

    private static int target(Fields f, int ec, int fsc, long scr, long hcr) {
        return ExceptionRules.target(ec, fsc, f.pmsee, f.effectiveEe(), f.owningEl(), f.scr ? scr : 0, f.hcr ? hcr : 0);
    }

    private static int el(String cell) {
        return cell.charAt(2) - '0';
    }

    @Test
    @DisplayName("Table D17-5: which PMBSR_ELx records granule protection checks, every row")
    void granuleProtection() {
        // PMSEE, SCR_EL3.GPF, PMSCR_EL2.EE, E2PB, HCR_EL2.GPF: GPF at stage 1, at stage 2, GPC fault
        table("""
                00 X XX XX X | EL1 EL1 EL1
                01 X 0X XX X | EL1 EL1 EL1
                01 X 10 00 X | EL2 EL2 EL2
                01 X 10 1X 0 | EL1 EL2 EL2
                01 X 10 1X 1 | EL2 EL2 EL2
                01 X 11 XX X | EL2 EL2 EL2
                10 0 0X XX X | EL1 EL1 EL3
                10 0 10 00 X | EL2 EL2 EL3
                10 0 10 1X 0 | EL1 EL2 EL3
                10 0 10 1X 1 | EL2 EL2 EL3
                10 0 11 XX X | EL2 EL2 EL3
                10 1 XX XX X | EL3 EL3 EL3
                11 X XX XX X | EL3 EL3 EL3
                """, (f, cells) -> {
            for (int fsc : GPF) {
                assertThat(target(f, EC_STAGE1, fsc, 1L << 48, 1L << 48))
                        .as("%s", f)
                        .isEqualTo(el(cells[0]));
                assertThat(target(f, EC_STAGE2, fsc, 1L << 48, 1L << 48))
                        .as("%s", f)
                        .isEqualTo(el(cells[1]));
            }
            assertThat(target(f, EC_GPC, 0, 1L << 48, 1L << 48)).as("%s", f).isEqualTo(el(cells[2]));
        });
    }

    @Test
    @DisplayName("Table D17-6: which PMBSR_ELx records External aborts, every row")
    void externalAborts() {
        // PMSEE, SCR_EL3.EA, PMSCR_EL2.EE, E2PB, HCR_EL2.TEA: stage 1, stage 2
        table("""
                00 X XX XX X | EL1 EL1
                01 X 0X XX X | EL1 EL1
                01 X 10 00 X | EL2 EL2
                01 X 10 1X 0 | EL1 EL2
                01 X 10 1X 1 | EL2 EL2
                01 X 11 XX X | EL2 EL2
                10 0 0X XX X | EL1 EL1
                10 0 10 00 X | EL2 EL2
                10 0 10 1X 0 | EL1 EL2
                10 0 10 1X 1 | EL2 EL2
                10 0 11 XX X | EL2 EL2
                10 1 XX XX X | EL3 EL3
                11 X XX XX X | EL3 EL3
                """, (f, cells) -> {
            for (int fsc : EXTERNAL) {
                assertThat(target(f, EC_STAGE1, fsc, 1L << 3, 1L << 37))
                        .as("%s", f)
                        .isEqualTo(el(cells[0]));
                assertThat(target(f, EC_STAGE2, fsc, 1L << 3, 1L << 37))
                        .as("%s", f)
                        .isEqualTo(el(cells[1]));
            }
        });
    }

    @Test
    @Tag("T92")
    @Tag("T93")
    @Tag("T94")
    @DisplayName("T92, T93, T94: Table D17-7: which PMBSR_ELx records all other events, every row")
    void otherEvents() {
        // PMSEE, -, PMSCR_EL2.EE, E2PB, -: abort at stage 1, at stage 2, other event
        table("""
                00 X XX XX X | EL1 EL1 EL1
                01 X 0X XX X | EL1 EL1 EL1
                01 X 10 00 X | EL2 EL2 EL1
                01 X 10 1X X | EL1 EL2 EL1
                01 X 11 XX X | EL2 EL2 EL2
                10 X 0X XX X | EL1 EL1 EL1
                10 X 10 00 X | EL2 EL2 EL1
                10 X 10 1X X | EL1 EL2 EL1
                10 X 11 XX X | EL2 EL2 EL2
                11 X XX XX X | EL3 EL3 EL3
                """, (f, cells) -> {
            for (int fsc : OTHER) {
                assertThat(target(f, EC_STAGE1, fsc, -1, -1)).as("%s", f).isEqualTo(el(cells[0]));
                assertThat(target(f, EC_STAGE2, fsc, -1, -1)).as("%s", f).isEqualTo(el(cells[1]));
            }
            for (int mss = 0; mss < 64; mss++) {
                assertThat(target(f, 0, mss, -1, -1)).as("%s", f).isEqualTo(el(cells[2]));
            }
        });
    }

    /** An exception's target as a cell says: None, B and C are all no exception here. */
    private static int taken(String cell) {
        return cell.startsWith("EL") ? el(cell) : 0;
    }

    @Test
    @Tag("T97")
    @DisplayName("T97: Table D17-8: PMBIRQ and the exception of PMBSR_EL1.S, every row")
    void el1() {
        // PMSEE, PMSCR_EL2.EE, TGE, PMSCR_EL1.EE, KE, PM: IRQ, taken from EL0, EL1, EL2, EL3
        List<String[]> table = """
                00  XX  0 XX X X | HIGH None None None None
                00  XX  1 XX X X | HIGH None n/a  None None
                !00 00  0 XX X X | HIGH None None None None
                !00 00  1 XX X X | HIGH None n/a  None None
                !00 !00 0 0X X X | HIGH None None None None
                !00 !00 0 1X 0 X | LOW  EL1  C    C    C
                !00 !00 0 1X 1 0 | LOW  EL1  EL1  C    C
                !00 !00 0 1X 1 1 | LOW  EL1  B    C    C
                !00 !00 1 0X X X | HIGH None n/a  None None
                !00 !00 1 1X X X | LOW  EL2  n/a  C    C
                """.lines().map(l -> l.trim().split("[ |]+")).toList();
        for (int all = 0; all < 1 << 9; all++) {
            int pmsee = all & 3;
            int el2Ee = all >>> 2 & 3;
            int el1Ee = all >>> 4 & 3;
            boolean tge = (all >>> 6 & 1) != 0;
            boolean ke = (all >>> 7 & 1) != 0;
            boolean pm = (all >>> 8 & 1) != 0;
            List<String[]> rows = new ArrayList<>();
            for (String[] r : table) {
                if (fits(r[0], pmsee, 2)
                        && fits(r[1], el2Ee, 2)
                        && fits(r[2], tge ? 1 : 0, 1)
                        && fits(r[3], el1Ee, 2)
                        && fits(r[4], ke ? 1 : 0, 1)
                        && fits(r[5], pm ? 1 : 0, 1)) {
                    rows.add(r);
                }
            }
            assertThat(rows).hasSize(1);
            String[] row = rows.get(0);
            // The columns of the table are effective values: with FEAT_NV 10 acts as 11, otherwise it is reserved.
            int effective =
                    ExceptionRules.effectiveEl1Ee(ExceptionRules.effectiveEl2Ee(pmsee, true, el2Ee), true, el1Ee);
            assertThat(ExceptionRules.interrupt(true, effective))
                    .as(String.join(" ", row))
                    .isEqualTo(row[6].equals("HIGH"));
            assertThat(ExceptionRules.interrupt(false, effective)).isFalse();
            for (int el = 0; el < 4; el++) {
                if (!row[7 + el].equals("n/a")) {
                    assertThat(ExceptionRules.exceptionFromEl1(true, effective, tge, ke, pm, true, el))
                            .as("EL%d %s", el, String.join(" ", row))
                            .isEqualTo(taken(row[7 + el]));
                    assertThat(ExceptionRules.exceptionFromEl1(false, effective, tge, ke, pm, true, el))
                            .isZero();
                    assertThat(ExceptionRules.exceptionFromEl1(true, effective, tge, ke, pm, false, el))
                            .isZero();
                }
            }
        }
        assertThat(ExceptionRules.effectiveEl1Ee(1, false, 1))
                .as("without FEAT_NV")
                .isZero();
        assertThat(ExceptionRules.effectiveEl1Ee(1, false, 2)).isZero();
        assertThat(ExceptionRules.effectiveEl1Ee(1, false, 3)).isEqualTo(3);
    }

    @Test
    @Tag("T96")
    @DisplayName("T96: Table D17-9: the exception of PMBSR_EL2.S, every row")
    void el2() {
        // PMSEE, PMSCR_EL2.EE, KE, TGE, PM: taken from EL0, EL1, EL2, EL3
        List<String[]> table = """
                00  XX X 0 X | None None None None
                00  XX X 1 X | None n/a  None None
                !00 0X X 0 X | None None None None
                !00 0X X 1 X | None n/a  None None
                !00 10 X 0 X | EL2  EL2  C    C
                !00 10 X 1 X | EL2  n/a  C    C
                !00 11 0 0 X | EL2  EL2  C    C
                !00 11 0 1 X | EL2  n/a  C    C
                !00 11 1 0 0 | EL2  EL2  EL2  C
                !00 11 1 0 1 | EL2  EL2  B    C
                !00 11 1 1 0 | EL2  n/a  EL2  C
                !00 11 1 1 1 | EL2  n/a  B    C
                """.lines().map(l -> l.trim().split("[ |]+")).toList();
        for (int all = 0; all < 1 << 7; all++) {
            int pmsee = all & 3;
            int ee = all >>> 2 & 3;
            boolean ke = (all >>> 4 & 1) != 0;
            int tge = all >>> 5 & 1;
            boolean pm = (all >>> 6 & 1) != 0;
            List<String[]> rows = new ArrayList<>();
            for (String[] r : table) {
                if (fits(r[0], pmsee, 2)
                        && fits(r[1], ee, 2)
                        && fits(r[2], ke ? 1 : 0, 1)
                        && fits(r[3], tge, 1)
                        && fits(r[4], pm ? 1 : 0, 1)) {
                    rows.add(r);
                }
            }
            assertThat(rows).hasSize(1);
            String[] row = rows.get(0);
            int effective = ExceptionRules.effectiveEl2Ee(pmsee, true, ee);
            for (int el = 0; el < 4; el++) {
                if (!row[5 + el].equals("n/a")) {
                    assertThat(ExceptionRules.exceptionFromEl2(true, effective, ke, pm, true, el))
                            .as("EL%d %s", el, String.join(" ", row))
                            .isEqualTo(taken(row[5 + el]));
                    assertThat(ExceptionRules.exceptionFromEl2(false, effective, ke, pm, true, el))
                            .isZero();
                    assertThat(ExceptionRules.exceptionFromEl2(true, effective, ke, pm, false, el))
                            .isZero();
                }
            }
        }
    }

    @Test
    @DisplayName("Table D17-10: the exception of PMBSR_EL3.S, every row")
    void el3() {
        // PMSEE: taken from EL0, EL1, EL2, EL3; the rows for TGE differ only in EL1, where the PE cannot be
        String[][] table = {
            {"None", "None", "None", "None"},
            {"None", "None", "None", "None"},
            {"EL3", "EL3", "EL3", "C"},
            {"EL3", "EL3", "EL3", "C"},
        };
        for (int pmsee = 0; pmsee < 4; pmsee++) {
            for (int el = 0; el < 4; el++) {
                assertThat(ExceptionRules.exceptionFromEl3(true, pmsee, el)).isEqualTo(taken(table[pmsee][el]));
                assertThat(ExceptionRules.exceptionFromEl3(false, pmsee, el)).isZero();
            }
        }
    }

    @Test
    @Tag("T95")
    @DisplayName("T95: an S stops profiling while its level takes exceptions; PMBSR_EL1.S always does")
    void stopped() {
        for (int pmsee = 0; pmsee < 4; pmsee++) {
            for (int ee = 0; ee < 4; ee++) {
                int effective = ExceptionRules.effectiveEl2Ee(pmsee, true, ee);
                assertThat(ExceptionRules.stopped(true, false, false, pmsee, effective))
                        .isTrue();
                assertThat(ExceptionRules.stopped(false, true, false, pmsee, effective))
                        .isEqualTo(pmsee != 0 && ee >= 2);
                assertThat(ExceptionRules.stopped(false, false, true, pmsee, effective))
                        .isEqualTo(pmsee >= 2);
                assertThat(ExceptionRules.stopped(false, false, false, pmsee, effective))
                        .isFalse();
            }
        }
        assertThat(ExceptionRules.effectiveEl2Ee(1, false, 3))
                .as("without EL2 exceptions are delegated")
                .isEqualTo(1);
    }
}
