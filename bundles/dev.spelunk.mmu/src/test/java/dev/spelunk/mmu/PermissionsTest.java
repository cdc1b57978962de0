// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import static dev.spelunk.api.mmu.Translator.EXECUTE;
import static dev.spelunk.api.mmu.Translator.IGNORE_PAN;
import static dev.spelunk.api.mmu.Translator.READ;
import static dev.spelunk.api.mmu.Translator.UNPRIVILEGED;
import static dev.spelunk.api.mmu.Translator.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.testkit.PageTables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Permission tables of DDI 0487, D8.4, through whole translations. */
class PermissionsTest {
    private static int bits(String rwx) {
        return (rwx.contains("R") ? READ : 0) | (rwx.contains("W") ? WRITE : 0) | (rwx.contains("X") ? EXECUTE : 0);
    }

    private static Bench mapped(long attributes, boolean wxn, boolean pan) {
        Bench b = new Bench();
        PageTables t = PageTables.stage1(b.tables, 12, 48);
        t.map(0x1000, 0x1000, 3, Bench.AF | 1 << 2 | attributes);
        b.set(SystemRegister.TTBR0_EL1, t.root)
                .set(SystemRegister.TCR_EL1, 16 | 16L << 16 | 2L << 30 | 5L << 32)
                .set(SystemRegister.SCTLR_EL1, 1 | (wxn ? 1L << 19 : 0));
        b.context.pe.pan = pan;
        return b;
    }

    private static void check(Bench b, int flags, int expected, String what) {
        for (int access : new int[] {READ, WRITE, READ | WRITE, EXECUTE}) {
            boolean permitted = (access & ~expected) == 0;
            // Twice: from the tables, then, if that entered it, from the TLB.
            for (int i = 0; i < 2; i++) {
                assertThat(b.translate(0x1000, access | flags))
                        .as("%s, access %d", what, access)
                        .isEqualTo(permitted);
                if (permitted) {
                    assertThat(b.out.permissions & (access == EXECUTE ? EXECUTE : READ | WRITE))
                            .as("%s, permissions", what)
                            .isEqualTo(expected & (access == EXECUTE ? EXECUTE : READ | WRITE));
                } else {
                    assertThat(b.out.fault).isEqualTo(0b001111);
                }
            }
        }
    }

    /** Columns: AP[2:1], UXN, PXN, what EL1 and EL0 may; then the same with SCTLR_EL1.WXN = 1. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "n/a",
            value = {
                "0,0,0,RWX,X,RW,X", "0,0,1,RW,X,RW,X", "0,1,0,RWX,-,RW,-", "0,1,1,RW,-,RW,-",
                "1,0,0,RW,RWX,RW,RW", "1,0,1,RW,RWX,RW,RW", "1,1,0,RW,RW,RW,RW", "1,1,1,RW,RW,RW,RW",
                "2,0,0,RX,X,RX,X", "2,0,1,R,X,R,X", "2,1,0,RX,-,RX,-", "2,1,1,R,-,R,-",
                "3,0,0,RX,RX,RX,RX", "3,0,1,R,RX,R,RX", "3,1,0,RX,R,RX,R", "3,1,1,R,R,R,R"
            })
    void twoPrivileges(int ap, long uxn, long pxn, String el1, String el0, String el1Wxn, String el0Wxn) {
        long attributes = (long) ap << 6 | uxn << 54 | pxn << 53;
        for (boolean wxn : new boolean[] {false, true}) {
            String at1 = wxn ? el1Wxn : el1;
            String at0 = wxn ? el0Wxn : el0;
            boolean el0Accessible = (ap & 1) != 0;
            check(mapped(attributes, wxn, false), 0, bits(at1), "EL1");
            check(mapped(attributes, wxn, false).el(0), 0, bits(at0), "EL0");
            check(mapped(attributes, wxn, false), UNPRIVILEGED, bits(at0), "LDTR");
            check(mapped(attributes, wxn, true), 0, el0Accessible ? bits(at1) & EXECUTE : bits(at1), "EL1 with PAN");
            check(mapped(attributes, wxn, true), IGNORE_PAN, bits(at1), "EL1, PAN does not count");
            check(mapped(attributes, wxn, true), UNPRIVILEGED, bits(at0), "LDTR with PAN");
        }
    }

    @Test
    void anEntryOfTheKernelServesUserAccessesByTheirOwnPermissions() {
        Bench b = mapped(1 << 6, false, false);
        assertThat(b.translate(0x1000, WRITE)).isTrue();
        assertThat(b.translate(0x1000, EXECUTE)).as("writable at EL0").isFalse();
        assertThat(b.translate(0x1000, WRITE)).isTrue();
        assertThat(b.el(0).translate(0x1000, EXECUTE)).isTrue();
        assertThat(b.out.walked).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0,0,RWX,RW", "0,1,RW,RW", "2,0,RX,RX", "2,1,R,R"})
    void onePrivilege(int ap, long xn, String plain, String withWxn) {
        for (boolean wxn : new boolean[] {false, true}) {
            int expected = bits(wxn ? withWxn : plain);
            assertThat(Permissions.of(Permissions.onePrivilege(ap, 0, xn != 0, wxn), 0, true))
                    .isEqualTo(expected);
            assertThat(Permissions.of(Permissions.onePrivilege(ap | 1, 1, xn != 0, wxn), 0, true))
                    .as("AP[1] and APTable[0] do not count")
                    .isEqualTo(expected);
        }
    }

    /** S2AP, XN[1:0], what EL1 and EL0 may at most. */
    @ParameterizedTest
    @CsvSource({
        "0,0,X,X",
        "1,0,RX,RX",
        "2,0,WX,WX",
        "3,0,RWX,RWX",
        "3,1,RW,RWX",
        "3,2,RW,RW",
        "3,3,RWX,RW",
        "1,1,R,RX",
        "1,2,R,R",
        "1,3,RX,R"
    })
    void stage2(int s2ap, int xn, String el1, String el0) {
        int permissions = Permissions.stage2(s2ap, xn);
        assertThat(Permissions.of(permissions, 0, true)).isEqualTo(bits(el1));
        assertThat(Permissions.of(permissions, UNPRIVILEGED, true)).isEqualTo(bits(el0));
    }
}
