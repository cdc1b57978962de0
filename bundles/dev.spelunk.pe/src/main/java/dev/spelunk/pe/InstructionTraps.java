// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.registers.Encoding;

/** The bits of HFGITR_EL2 that trap instructions at EL1 and EL0 to EL2 (DDI 0487, D24.2.71). */
final class InstructionTraps {
    static final int SVC_EL0 = 52;
    static final int SVC_EL1 = 53;
    static final int ERET = 51;
    static final int PSBCSYNC = 63;
    private static final int NONE = -1;

    private InstructionTraps() {}

    /** The bit for a cache, prediction, address translation or TLB maintenance instruction, -1 when it has none. */
    static int bit(int encoding) {
        int op1 = Encoding.op1(encoding);
        int operation = Encoding.crm(encoding) << 3 | Encoding.op2(encoding);
        if (Encoding.crn(encoding) == 8) {
            return op1 == 0 ? tlb(Encoding.crm(encoding), Encoding.op2(encoding)) : NONE;
        }
        return op1 == 0 ? privileged(operation) : op1 == 3 ? unprivileged(operation) : NONE;
    }

    /** The forms of a domain lie together, op2 in the order VMALLE1, VAE1, ASIDE1, VAAE1, -, VALE1, -, VAALE1. */
    private static int tlb(int crm, int op2) {
        int form = op2 < 4 ? op2 : op2 == 5 ? 4 : op2 == 7 ? 5 : NONE;
        int range = op2 == 1 ? 0 : op2 == 3 ? 1 : op2 == 5 ? 2 : op2 == 7 ? 3 : NONE;
        switch (crm) {
            case 7:
                return form < 0 ? NONE : 42 + form;
            case 3:
                return form < 0 ? NONE : 28 + form;
            case 1:
                return form < 0 ? NONE : 18 + form;
            case 6:
                return range < 0 ? NONE : 38 + range;
            case 2:
                return range < 0 ? NONE : 34 + range;
            case 5:
                return range < 0 ? NONE : 24 + range;
            default:
                return NONE;
        }
    }

    /** IC, DC by set and way, DC IVAC and AT. */
    private static int privileged(int operation) {
        switch (operation) {
            case 1 << 3:
                return 0;
            case 5 << 3:
                return 1;
            case 6 << 3 | 1:
                return 3;
            case 6 << 3 | 2:
                return 4;
            case 10 << 3 | 2:
                return 5;
            case 14 << 3 | 2:
                return 6;
            case 8 << 3:
            case 8 << 3 | 1:
            case 8 << 3 | 2:
            case 8 << 3 | 3:
                return 12 + (operation & 3);
            case 9 << 3:
            case 9 << 3 | 1:
                return 16 + (operation & 1);
            default:
                return NONE;
        }
    }

    /** What EL0 may execute too. */
    private static int unprivileged(int operation) {
        switch (operation) {
            case 5 << 3 | 1:
                return 2;
            case 11 << 3 | 1:
                return 7;
            case 12 << 3 | 1:
                return 8;
            case 13 << 3 | 1:
                return 9;
            case 14 << 3 | 1:
                return 10;
            case 4 << 3 | 1:
                return 11;
            case 10 << 3 | 1:
                return 54;
            case 3 << 3 | 4:
                return 48;
            case 3 << 3 | 5:
                return 49;
            case 3 << 3 | 7:
                return 50;
            default:
                return NONE;
        }
    }
}
