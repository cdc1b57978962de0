// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.mmu.Translator;

/** Direct permissions of both stages (DDI 0487, D8.4) as bits of an int, apart for privileged and unprivileged accesses. */
final class Permissions {
    /** Bits of an unprivileged access are READ, WRITE and EXECUTE; those of a privileged access are so much higher. */
    static final int PRIVILEGED = 3;
    /** Stage 1 lets EL0 read or write: with PSTATE.PAN privileged data accesses fail. */
    static final int PAN_APPLIES = 1 << 6;

    static final int ALL = 0x3F;
    /** Writes of both privileges. */
    static final int WRITES = Translator.WRITE | Translator.WRITE << PRIVILEGED;

    private static final int R = Translator.READ;
    private static final int W = Translator.WRITE;
    private static final int X = Translator.EXECUTE;
    private static final int RWX = R | W | X;

    private Permissions() {}

    /**
     * Stage 1 of a regime with two privileges.
     *
     * @param ap AP[2:1]
     * @param uxn UXN or UXNTable
     * @param pxn PXN or PXNTable
     */
    static int twoPrivileges(int ap, int apTable, boolean uxn, boolean pxn, boolean wxn) {
        boolean writable = (ap & 2) == 0 && (apTable & 2) == 0;
        boolean unprivileged = (ap & 1) != 0 && (apTable & 1) == 0;
        int user = unprivileged ? writable ? R | W : R : 0;
        int privileged = writable ? R | W : R;
        // What EL0 may write is never executable at a higher level.
        boolean px = !pxn && (user & W) == 0;
        if (!uxn && !(wxn && (user & W) != 0)) {
            user |= X;
        }
        if (px && !(wxn && writable)) {
            privileged |= X;
        }
        return user | privileged << PRIVILEGED | (unprivileged ? PAN_APPLIES : 0);
    }

    /** Stage 1 of a regime with one privilege: AP[1], APTable[0] and PXN do not count. */
    static int onePrivilege(int ap, int apTable, boolean xn, boolean wxn) {
        boolean writable = (ap & 2) == 0 && (apTable & 2) == 0;
        int privileged = writable ? R | W : R;
        if (!xn && !(wxn && writable)) {
            privileged |= X;
        }
        return privileged << PRIVILEGED;
    }

    /**
     * Stage 2.
     *
     * @param s2ap bit 0 read, bit 1 write
     * @param xn XN[1:0] with FEAT_XNX; else XN as bit 1
     */
    static int stage2(int s2ap, int xn) {
        int data = s2ap & 3;
        boolean user = xn == 0 || xn == 1;
        boolean privileged = xn == 0 || xn == 3;
        return data | (user ? X : 0) | (data | (privileged ? X : 0)) << PRIVILEGED;
    }

    /** Both stages: what both permit, under the PAN of stage 1. */
    static int combine(int stage1, int stage2) {
        return stage1 & (stage2 | PAN_APPLIES);
    }

    /** What accesses with these flags and that PSTATE.PAN may do: READ, WRITE and EXECUTE. */
    static int of(int permissions, int access, boolean pan) {
        if ((access & Translator.UNPRIVILEGED) != 0) {
            return permissions & RWX;
        }
        int may = permissions >>> PRIVILEGED & RWX;
        return pan && (permissions & PAN_APPLIES) != 0 && (access & Translator.IGNORE_PAN) == 0 ? may & X : may;
    }
}
