// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.fields.HFGITR_EL2;

/** The bits of HFGITR_EL2 that trap instructions at EL1 and EL0 to EL2 (DDI 0487, D24.2.71). */
final class InstructionTraps {
    private static final long NONE = 0;

    private InstructionTraps() {}

    /** The bit for a cache, prediction, address translation or TLB maintenance instruction, 0 when it has none. */
    static long bit(int encoding) {
        int op1 = Encoding.op1(encoding);
        int operation = Encoding.crm(encoding) << 3 | Encoding.op2(encoding);
        if (Encoding.crn(encoding) == 8) {
            return op1 == 0 ? tlb(Encoding.crm(encoding), Encoding.op2(encoding)) : NONE;
        }
        return op1 == 0 ? privileged(operation) : op1 == 3 ? unprivileged(operation) : NONE;
    }

    /** The forms of a domain lie together, op2 in the order VMALLE1, VAE1, ASIDE1, VAAE1, -, VALE1, -, VAALE1. */
    private static long tlb(int crm, int op2) {
        int form = op2 < 4 ? op2 : op2 == 5 ? 4 : op2 == 7 ? 5 : -1;
        int range = op2 == 1 ? 0 : op2 == 3 ? 1 : op2 == 5 ? 2 : op2 == 7 ? 3 : -1;
        switch (crm) {
            case 7:
                return form < 0 ? NONE : HFGITR_EL2.TLBIVMALLE1 << form;
            case 3:
                return form < 0 ? NONE : HFGITR_EL2.TLBIVMALLE1IS << form;
            case 1:
                return form < 0 ? NONE : HFGITR_EL2.TLBIVMALLE1OS << form;
            case 6:
                return range < 0 ? NONE : HFGITR_EL2.TLBIRVAE1 << range;
            case 2:
                return range < 0 ? NONE : HFGITR_EL2.TLBIRVAE1IS << range;
            case 5:
                return range < 0 ? NONE : HFGITR_EL2.TLBIRVAE1OS << range;
            default:
                return NONE;
        }
    }

    /** IC, DC by set and way, DC IVAC and AT. */
    private static long privileged(int operation) {
        switch (operation) {
            case 1 << 3:
                return HFGITR_EL2.ICIALLUIS;
            case 5 << 3:
                return HFGITR_EL2.ICIALLU;
            case 6 << 3 | 1:
                return HFGITR_EL2.DCIVAC;
            case 6 << 3 | 2:
                return HFGITR_EL2.DCISW;
            case 10 << 3 | 2:
                return HFGITR_EL2.DCCSW;
            case 14 << 3 | 2:
                return HFGITR_EL2.DCCISW;
            case 8 << 3:
            case 8 << 3 | 1:
            case 8 << 3 | 2:
            case 8 << 3 | 3:
                return HFGITR_EL2.ATS1E1R << (operation & 3);
            case 9 << 3:
            case 9 << 3 | 1:
                return HFGITR_EL2.ATS1E1RP << (operation & 1);
            default:
                return NONE;
        }
    }

    /** What EL0 may execute too. */
    private static long unprivileged(int operation) {
        switch (operation) {
            case 5 << 3 | 1:
                return HFGITR_EL2.ICIVAU;
            case 11 << 3 | 1:
                return HFGITR_EL2.DCCVAU;
            case 12 << 3 | 1:
                return HFGITR_EL2.DCCVAP;
            case 13 << 3 | 1:
                return HFGITR_EL2.DCCVADP;
            case 14 << 3 | 1:
                return HFGITR_EL2.DCCIVAC;
            case 4 << 3 | 1:
                return HFGITR_EL2.DCZVA;
            case 10 << 3 | 1:
                return HFGITR_EL2.DCCVAC;
            case 3 << 3 | 4:
                return HFGITR_EL2.CFPRCTX;
            case 3 << 3 | 5:
                return HFGITR_EL2.DVPRCTX;
            case 3 << 3 | 7:
                return HFGITR_EL2.CPPRCTX;
            default:
                return NONE;
        }
    }
}
