// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.state.PeState;

/**
 * SYS instructions: cache maintenance, address translation, TLB maintenance and prediction restriction
 * (DDI 0487, C5.3 to C5.6). The machine has no incoherent caches, so cache maintenance checks and does nothing.
 */
final class MaintenanceInstructions {
    private MaintenanceInstructions() {}

    /** @param rt register number of the operand */
    static int execute(Processor p, int encoding, int rt) {
        int crn = Encoding.crn(encoding);
        if (crn == 8 || crn == 9) {
            return invalidateTlb(p, encoding, rt);
        }
        if (crn != 7) {
            throw p.undefined();
        }
        int crm = Encoding.crm(encoding);
        if (crm == 8 || crm == 9) {
            return addressTranslate(p, encoding, rt);
        }
        if (crm == 3) {
            return restrictPrediction(p, encoding, rt);
        }
        return cache(p, encoding, rt);
    }

    private static SynchronousException trap(Processor p, int target, int encoding, int rt) {
        return p.trap(target, SynchronousException.SYSTEM, Encoding.syndrome(encoding, rt, false));
    }

    private static boolean fineGrained(Processor p, int encoding) {
        return p.control.trapsInstruction(InstructionTraps.bit(encoding));
    }

    private static int invalidateTlb(Processor p, int encoding, int rt) {
        int op1 = Encoding.op1(encoding);
        int el = p.pe.el;
        if (el == 0 || op1 != 0 && op1 != 4 || op1 == 4 && el < 2) {
            throw p.undefined();
        }
        if (el == 1) {
            long hcr = p.system.effectiveHcr();
            int crm = Encoding.crm(encoding);
            boolean inner = crm == 3 || crm == 2;
            boolean outer = crm == 1 || crm == 5;
            if ((hcr & HCR_EL2.TTLB) != 0
                    || inner && (hcr & HCR_EL2.TTLBIS) != 0
                    || outer && (hcr & HCR_EL2.TTLBOS) != 0
                    || fineGrained(p, encoding)) {
                throw trap(p, 2, encoding, rt);
            }
        }
        if (!p.context.translator.invalidateTlb(encoding, p.x[rt])) {
            throw p.undefined();
        }
        return p.leave();
    }

    private static int addressTranslate(Processor p, int encoding, int rt) {
        int op1 = Encoding.op1(encoding);
        int el = p.pe.el;
        if (el == 0
                || op1 != 0 && op1 != 4
                || op1 == 4 && el < 2
                || Encoding.crm(encoding) == 9 && !p.has(Features.PAN2)) {
            throw p.undefined();
        }
        if (el == 1 && ((p.system.effectiveHcr() & HCR_EL2.AT) != 0 || fineGrained(p, encoding))) {
            throw trap(p, 2, encoding, rt);
        }
        if (!p.context.translator.addressTranslate(encoding, p.x[rt])) {
            throw p.undefined();
        }
        Translation abort = p.context.translator.addressTranslateAbort();
        if (abort != null) {
            throw p.data.addressTranslateAbort(abort);
        }
        return p.leave();
    }

    /** CFP, DVP and CPP RCTX: there is no prediction to restrict. */
    private static int restrictPrediction(Processor p, int encoding, int rt) {
        int op2 = Encoding.op2(encoding);
        if (!p.has(Features.SPECRES) || Encoding.op1(encoding) != 3 || op2 != 4 && op2 != 5 && op2 != 7) {
            throw p.undefined();
        }
        if (p.pe.el == 0 && (p.control.sctlr(0) & SCTLR_ELx.EnRCTX) == 0) {
            throw trap(p, p.control.defaultTarget(0), encoding, rt);
        }
        if (fineGrained(p, encoding)) {
            throw trap(p, 2, encoding, rt);
        }
        return Processor.NEXT;
    }

    private static int cache(Processor p, int encoding, int rt) {
        int op1 = Encoding.op1(encoding);
        int operation = Encoding.crm(encoding) << 3 | Encoding.op2(encoding);
        if (op1 == 0) {
            return privilegedCache(p, encoding, operation, rt);
        }
        if (op1 != 3) {
            throw p.undefined();
        }
        switch (operation) {
            case 4 << 3 | 1:
                return zero(p, encoding, rt);
            case 5 << 3 | 1:
            case 11 << 3 | 1:
                return byAddress(p, encoding, rt, HCR_EL2.TPU);
            case 10 << 3 | 1:
            case 14 << 3 | 1:
                return byAddress(p, encoding, rt, HCR_EL2.TPCP);
            case 12 << 3 | 1:
                if (!p.has(Features.DPB)) {
                    throw p.undefined();
                }
                return byAddress(p, encoding, rt, HCR_EL2.TPCP);
            case 13 << 3 | 1:
                if (!p.has(Features.DPB2)) {
                    throw p.undefined();
                }
                return byAddress(p, encoding, rt, HCR_EL2.TPCP);
            default:
                throw p.undefined();
        }
    }

    /** IC IALLUIS, IC IALLU, DC IVAC, DC ISW, DC CSW and DC CISW. */
    private static int privilegedCache(Processor p, int encoding, int operation, int rt) {
        long trap;
        switch (operation) {
            case 1 << 3:
            case 5 << 3:
                trap = HCR_EL2.TPU;
                break;
            case 6 << 3 | 1:
                trap = HCR_EL2.TPCP;
                break;
            case 6 << 3 | 2:
            case 10 << 3 | 2:
            case 14 << 3 | 2:
                trap = HCR_EL2.TSW;
                break;
            default:
                throw p.undefined();
        }
        if (p.pe.el == 0) {
            throw p.undefined();
        }
        if (p.pe.el == 1 && ((p.system.effectiveHcr() & trap) != 0 || fineGrained(p, encoding))) {
            throw trap(p, 2, encoding, rt);
        }
        if (operation == (6 << 3 | 1)) {
            p.data.maintain(p.x[rt], Translator.WRITE);
            p.data.watchInvalidation(p.x[rt], p.dataCacheLine());
        }
        return Processor.NEXT;
    }

    private static int byAddress(Processor p, int encoding, int rt, long hcrTrap) {
        PeState pe = p.pe;
        if (pe.el == 0 && (p.control.sctlr(0) & SCTLR_ELx.UCI) == 0) {
            throw trap(p, p.control.defaultTarget(0), encoding, rt);
        }
        if (pe.el < 2
                && !(pe.el == 0 && p.system.elIsInHost(0))
                && ((p.system.effectiveHcr() & hcrTrap) != 0 || fineGrained(p, encoding))) {
            throw trap(p, 2, encoding, rt);
        }
        p.data.maintain(p.x[rt], Translator.READ);
        return Processor.NEXT;
    }

    private static int zero(Processor p, int encoding, int rt) {
        PeState pe = p.pe;
        if (pe.el == 0 && (p.control.sctlr(0) & SCTLR_ELx.DZE) == 0) {
            throw trap(p, p.control.defaultTarget(0), encoding, rt);
        }
        if (pe.el < 2
                && !(pe.el == 0 && p.system.elIsInHost(0))
                && ((p.system.effectiveHcr() & HCR_EL2.TDZ) != 0 || fineGrained(p, encoding))) {
            throw trap(p, 2, encoding, rt);
        }
        p.data.zero(p.x[rt], p.zeroBlockSize());
        return Processor.NEXT;
    }
}
