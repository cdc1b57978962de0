// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import static dev.spelunk.api.mmu.Translator.EXECUTE;
import static dev.spelunk.api.mmu.Translator.READ;
import static dev.spelunk.api.mmu.Translator.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.testkit.PageTables;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The regimes with one VA range and one privilege, and what the top byte of an address is in each (D8.2, D24.2.195, .196). */
@DisplayName("The EL2 and the EL3 translation regime: their registers and the fields of TCR_EL2 and TCR_EL3")
class OneRangeRegimesTest {
    private static final long VA = 0x1234_5000L;
    private static final long NORMAL = Bench.AF | 1 << 2;
    private static final long T0SZ = 16;
    private static final long PS_48 = 5 << 16;
    private static final long TBI = 1 << 20;
    private static final long HPD = 1 << 24;
    private static final long TBID = 1 << 29;
    private static final long TAG = 0xABL << 56;

    private Bench b;
    private int el;
    private int tcr;
    private int sctlr;

    /** A regime with its own table of 4 KiB pages and the attributes of {@link Bench#MAIR}. */
    private PageTables on(int level, int granule) {
        b = new Bench("FEAT_EL3", "FEAT_HPDS", "FEAT_PAuth", "FEAT_HAFDBS");
        el = level;
        PageTables t = PageTables.stage1(b.tables, granule, 48);
        tcr = register(2, 0, 2);
        sctlr = register(1, 0, 0);
        b.set(register(2, 0, 0), t.root);
        b.set(register(10, 2, 0), Bench.MAIR);
        b.set(SystemRegister.SCR_EL3, 1);
        b.set(tcr, T0SZ | PS_48 | (granule == 14 ? 2 : granule == 16 ? 1 : 0) << 14);
        b.set(sctlr, 1);
        b.el(level);
        return t;
    }

    private int register(int crn, int crm, int op2) {
        return Encoding.of(3, el == 2 ? 4 : 6, crn, crm, op2);
    }

    private void tcr(long more) {
        b.set(tcr, T0SZ | PS_48 | more);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    @DisplayName("Tables, attributes, WXN and the MMU's own switch")
    void controls(int level) {
        PageTables t = on(level, 12);
        t.map(VA, 0x9000, 3, NORMAL);
        t.map(VA + 0x1000, 0xA000, 3, Bench.AF | 2 << 2);
        assertThat(b.translate(VA + 8, WRITE)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x9008);
        assertThat(b.out.attributes).isEqualTo(0xFF);
        assertThat(b.translate(VA + 0x1000, READ)).isTrue();
        assertThat(b.out.attributes).isEqualTo(0x44);
        assertThat(b.translate(VA, EXECUTE)).isTrue();
        b.mmu.invalidateTlb(Encoding.of(1, level == 2 ? 4 : 6, 8, 7, 0), 0);
        b.set(sctlr, 1 | 1 << 19);
        assertThat(b.translate(VA, EXECUTE)).as("WXN").isFalse();
        b.set(sctlr, 0);
        assertThat(b.translate(VA, READ)).isTrue();
        assertThat(b.out.pa).isEqualTo(VA);
        b.el(level == 2 ? 3 : 2);
        assertThat(b.translate(VA, READ)).isTrue();
        assertThat(b.out.pa).as("the other regime is off").isEqualTo(VA);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    @DisplayName("TBI: the top byte does not count; with TBID it counts for instructions")
    void topByte(int level) {
        PageTables t = on(level, 12);
        t.map(VA, 0x9000, 3, NORMAL);
        assertThat(b.translate(VA | TAG, READ)).isFalse();
        assertThat(b.out.fault).isEqualTo(4);
        tcr(TBI);
        assertThat(b.translate(VA | TAG, READ)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x9000);
        assertThat(b.translate(VA | TAG, EXECUTE)).isTrue();
        tcr(TBI | TBID);
        assertThat(b.translate(VA | TAG, READ)).isTrue();
        assertThat(b.translate(VA | TAG, EXECUTE)).isFalse();
        assertThat(b.out.fault).isEqualTo(4);
        tcr(TBID);
        assertThat(b.translate(VA | TAG, READ)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    @DisplayName("HPD: what Table descriptors restrict does not count")
    void hierarchy(int level) {
        PageTables t = on(level, 12);
        t.map(VA, 0x9000, 3, NORMAL);
        long table = t.entry(VA, 2);
        b.put(table, b.get(table) | 2L << 61 | 1L << 60);
        assertThat(b.translate(VA, WRITE)).as("APTable[1]").isFalse();
        assertThat(b.translate(VA, EXECUTE)).as("XNTable").isFalse();
        assertThat(b.translate(VA, READ)).isTrue();
        tcr(HPD);
        assertThat(b.translate(VA, WRITE)).isTrue();
        assertThat(b.translate(VA, EXECUTE)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    @DisplayName("PS limits output addresses, T0SZ input addresses, also where both are at their largest")
    void sizes(int level) {
        PageTables t = on(level, 12);
        t.map(VA, 1L << 36, 3, NORMAL);
        assertThat(b.translate(VA, READ)).isTrue();
        b.mmu.invalidateTlb(Encoding.of(1, level == 2 ? 4 : 6, 8, 7, 0), 0);
        b.set(tcr, T0SZ | 1 << 16);
        assertThat(b.translate(VA, READ)).as("36 bits").isFalse();
        assertThat(b.out.fault).isEqualTo(3);
        b.set(tcr, T0SZ | 2 << 16);
        assertThat(b.translate(VA, READ)).as("40 bits").isTrue();
        b.set(tcr, 25 | PS_48);
        assertThat(b.translate(1L << 39, READ)).isFalse();
        assertThat(b.out.fault).isEqualTo(4);
        b.set(tcr, 15 | PS_48);
        assertThat(b.translate(0, READ)).as("without FEAT_LVA").isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    @DisplayName("TG0: 16 KiB and 64 KiB granules")
    void granules(int level) {
        for (int granule : new int[] {14, 16}) {
            PageTables t = on(level, granule);
            t.map(0x1_0000, 0x5000_0000L, 3, NORMAL);
            assertThat(b.translate(0x1_0004, READ)).isTrue();
            assertThat(b.out.pa).isEqualTo(0x5000_0004L);
            assertThat(b.out.pageBits).isEqualTo(granule);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    @DisplayName("HA and HD: hardware sets the Access flag and makes a page dirty")
    void hardwareUpdates(int level) {
        PageTables t = on(level, 12);
        long dbm = 1L << 51;
        t.map(VA, 0x9000, 3, 1 << 2 | 1 << 7 | dbm);
        assertThat(b.translate(VA, READ)).isFalse();
        tcr(1 << 21);
        assertThat(b.translate(VA, READ)).isTrue();
        assertThat(b.get(t.entry(VA, 3)) & Bench.AF).isNotZero();
        assertThat(b.translate(VA, WRITE)).isFalse();
        tcr(1 << 21 | 1 << 22);
        assertThat(b.translate(VA, WRITE)).isTrue();
        assertThat(b.get(t.entry(VA, 3)) & 1 << 7).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    @DisplayName("TLBI of the regime: all, by address; other op2 are not there")
    void maintenance(int level) {
        int op1 = level == 2 ? 4 : 6;
        PageTables t = on(level, 12);
        for (int op2 : new int[] {0, 1, 5}) {
            t.map(VA, 0x9000, 3, NORMAL);
            assertThat(b.translate(VA, READ)).isTrue();
            t.map(VA, 0xA000, 3, NORMAL);
            assertThat(b.translate(VA, READ)).isTrue();
            assertThat(b.out.pa).isEqualTo(0x9000);
            assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(op1, 7, op2), TlbTest.operand(0, VA)))
                    .isTrue();
            assertThat(b.translate(VA, READ)).isTrue();
            assertThat(b.out.pa).as("op2 %d", op2).isEqualTo(0xA000);
            b.mmu.invalidateTlb(TlbTest.tlbi(op1, 7, 0), 0);
        }
        for (int op2 : level == 2 ? new int[] {2, 3, 7} : new int[] {2, 3, 4, 6, 7}) {
            t.map(VA, 0x9000, 3, NORMAL);
            assertThat(b.translate(VA, READ)).isTrue();
            assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(op1, 7, op2), TlbTest.operand(0, VA)))
                    .isFalse();
            assertThat(b.translate(VA, READ)).isTrue();
            assertThat(b.out.walked).isFalse();
        }
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(op1, 7, 1), TlbTest.operand(0, VA + 0x1000)))
                .isTrue();
        assertThat(b.translate(VA, READ)).isTrue();
        assertThat(b.out.walked).as("another address").isFalse();
    }
}
