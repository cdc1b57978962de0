// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.HFGITR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import dev.spelunk.api.registers.fields.SCR_EL3;

/** SVC, HVC, SMC, BRK, HLT and ERET (DDI 0487, C4.1.93). */
final class ExceptionGenerating {
    /** HLT #0xF000, the semihosting call. */
    private static final int SEMIHOSTING = 0xD45E0000;

    private ExceptionGenerating() {}

    static int execute(Processor p, int word) {
        int immediate = word >>> 5 & 0xFFFF;
        switch (word & 0x00E0001F) {
            case 0x01:
                return supervisorCall(p, immediate);
            case 0x02:
                return hypervisorCall(p, immediate);
            case 0x03:
                return secureMonitorCall(p, immediate);
            case 0x00200000:
                throw p.exception.of(
                        SynchronousException.BRK,
                        immediate,
                        p.pe.el < 2 && (p.control.mdcrEl2() & MDCR_EL2.TDE) != 0 ? 2 : 0);
            case 0x00400000:
                if (word == SEMIHOSTING) {
                    p.stop = Core.SEMIHOSTING;
                    return Processor.LEAVE;
                }
                throw p.undefined();
            default:
                throw p.undefined();
        }
    }

    private static int supervisorCall(Processor p, int immediate) {
        if (p.control.trapsInstruction(p.pe.el == 0 ? HFGITR_EL2.SVC_EL0 : HFGITR_EL2.SVC_EL1)) {
            throw p.exception.of(SynchronousException.SVC, immediate, 2);
        }
        return throwAfter(p, p.exception.of(SynchronousException.SVC, immediate, 0));
    }

    /** The instruction has completed when the exception is taken: a Software Step has been made (SSAdvance). */
    private static int throwAfter(Processor p, SynchronousException e) {
        p.pe.ss = false;
        e.returnOffset = 4;
        throw e;
    }

    private static int hypervisorCall(Processor p, int immediate) {
        if (p.pe.el == 0) {
            throw p.undefined();
        }
        if (!p.has(Features.EL2)) {
            p.stop = Core.FIRMWARE_CALL;
            return p.leave();
        }
        boolean enabled = p.has(Features.EL3)
                ? (p.control.scr() & SCR_EL3.HCE) != 0
                : (p.system.effectiveHcr() & HCR_EL2.HCD) == 0;
        if (!enabled || p.pe.el == 1 && !p.system.el2Enabled()) {
            throw p.undefined();
        }
        return throwAfter(p, p.exception.of(SynchronousException.HVC, immediate, 2));
    }

    private static int secureMonitorCall(Processor p, int immediate) {
        if (p.pe.el == 0) {
            throw p.undefined();
        }
        if (p.pe.el == 1 && (p.system.effectiveHcr() & HCR_EL2.TSC) != 0) {
            throw p.exception.of(SynchronousException.SMC, immediate, 2);
        }
        if (p.has(Features.EL3) && (p.control.scr() & SCR_EL3.SMD) != 0) {
            throw p.undefined();
        }
        p.stop = Core.FIRMWARE_CALL;
        return p.leave();
    }

    static int exceptionReturn(Processor p) {
        int el = p.pe.el;
        if (el == 0) {
            throw p.undefined();
        }
        trap(p, 0);
        return exceptionReturn(p, p.control.elr(el));
    }

    /** ERETAA and ERETAB. */
    static int authenticatedReturn(Processor p, int word) {
        int el = p.pe.el;
        if (el == 0) {
            throw p.undefined();
        }
        trap(p, 2 | word >>> 10 & 1);
        return exceptionReturn(p, p.pointers.returnAddress(p.control.elr(el), word));
    }

    /** @param iss ERET and ERETA of the syndrome */
    private static void trap(Processor p, int iss) {
        if (p.pe.el == 1 && p.control.trapsInstruction(HFGITR_EL2.ERET)) {
            throw p.exception.of(SynchronousException.ERET, iss, 2);
        }
    }

    private static int exceptionReturn(Processor p, long address) {
        p.exceptions.handled();
        p.exceptions.returnTo(address, p.control.spsr(p.pe.el));
        return Processor.LEAVE;
    }
}
