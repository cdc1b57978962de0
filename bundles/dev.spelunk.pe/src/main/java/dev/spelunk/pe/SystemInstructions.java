// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.a64.integer.DataProcessingImmediate.destination;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.pe.SystemListener;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.HFGITR_EL2;
import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PmuState;

/** System instructions: hints, barriers, PSTATE and system register accesses (DDI 0487, C4.1.93 and C5). */
final class SystemInstructions {
    /** Syndrome of a trapped PSB CSYNC, as the table of ESR_ELx has it. */
    private static final int PSB_CSYNC = 4;

    private SystemInstructions() {}

    /** Executes an instruction with bits 31:22 of 1101010100. */
    static int execute(Processor p, int word) {
        int op0 = word >>> 19 & 3;
        boolean read = (word >>> 21 & 1) != 0;
        int encoding = word >>> 5 & 0xFFFF;
        if (implementationDefined(encoding) && p.pe.el == 1 && (p.system.effectiveHcr() & HCR_EL2.TIDCP) != 0) {
            throw p.trap(2, SynchronousException.SYSTEM, Encoding.syndrome(encoding, word & 31, read));
        }
        if (op0 >= 2) {
            return read ? readRegister(p, word, encoding) : writeRegister(p, word, encoding);
        }
        if (op0 == 1) {
            if (read) {
                throw p.undefined();
            }
            return MaintenanceInstructions.execute(p, encoding, word & 31);
        }
        if (read) {
            throw p.undefined();
        }
        return withoutRegister(p, word);
    }

    /**
     * Whether an encoding is reserved for IMPLEMENTATION DEFINED system registers or instructions: CRn 11 or 15, op0 1
     * or 3. Here none of them is implemented, but HCR_EL2.TIDCP traps them at EL1 before they are UNDEFINED
     * (DDI 0487, D24.2.62).
     */
    private static boolean implementationDefined(int encoding) {
        return (Encoding.crn(encoding) & 11) == 11 && (Encoding.op0(encoding) & 1) != 0;
    }

    private static int readRegister(Processor p, int word, int encoding) {
        check(p, word, encoding, true);
        long value = p.context.registers.read(encoding);
        p.x[destination(word & 31)] = value;
        SystemListener listener = p.context.listener;
        if (listener != null) {
            listener.read(encoding, value);
        }
        return Processor.NEXT;
    }

    private static int writeRegister(Processor p, int word, int encoding) {
        check(p, word, encoding, false);
        if (encoding == SystemRegister.TTBR0_EL1 || encoding == SystemRegister.TTBR1_EL1) {
            p.pe.count(PmuState.TTBR_WRITE_RETIRED);
        } else if (encoding == SystemRegister.CONTEXTIDR_EL1) {
            p.pe.count(PmuState.CID_WRITE_RETIRED);
        }
        p.context.registers.write(encoding, p.x[word & 31]);
        SystemListener listener = p.context.listener;
        if (listener != null) {
            listener.written(encoding, p.x[word & 31]);
        }
        return p.leave();
    }

    private static void check(Processor p, int word, int encoding, boolean read) {
        int decision = p.context.registers.decide(encoding, read);
        if (decision == Access.ALLOWED) {
            return;
        }
        if (decision == Access.UNDEFINED || Access.targetEl(decision) == 3) {
            throw p.undefined();
        }
        int ec = Access.exceptionClass(decision);
        int iss = ec == SynchronousException.SYSTEM
                ? Encoding.syndrome(encoding, word & 31, read)
                : ec == 0x07 ? 1 << 24 | 0xE << 20 : 0;
        throw p.trap(Access.targetEl(decision), ec, iss);
    }

    private static int withoutRegister(Processor p, int word) {
        int op1 = word >>> 16 & 7;
        int crm = word >>> 8 & 15;
        int op2 = word >>> 5 & 7;
        switch (word >>> 12 & 15) {
            case 2:
                if (op1 == 3 && (word & 31) == 31) {
                    return hint(p, crm << 3 | op2);
                }
                throw p.undefined();
            case 3:
                if (op1 == 3 && (word & 31) == 31) {
                    return barrier(p, op2, crm);
                }
                throw p.undefined();
            case 4:
                if ((word & 31) == 31) {
                    return pstate(p, word, op1 << 3 | op2, crm);
                }
                throw p.undefined();
            default:
                throw p.undefined();
        }
    }

    private static int hint(Processor p, int number) {
        switch (number) {
            case 2:
                return waitFor(p, true);
            case 3:
                return waitFor(p, false);
            case 4:
                for (PeState other : p.context.machine.pes) {
                    other.eventRegister = true;
                }
                return p.leave();
            case 5:
                p.pe.eventRegister = true;
                return Processor.NEXT;
            case 16:
                return p.has(Features.RAS) ? p.leave() : Processor.NEXT;
            case 17:
                if (p.context.sampler != null) {
                    if (p.control.trapsInstruction(HFGITR_EL2.PSBCSYNC)) {
                        throw p.trap(2, SynchronousException.OTHER_TRAP, PSB_CSYNC);
                    }
                    p.context.sampler.profilingSynchronizationBarrier();
                    executed(p, SystemListener.PSB_CSYNC);
                    return p.leave();
                }
                return Processor.NEXT;
            default:
                return Processor.NEXT;
        }
    }

    /** WFE and WFI (DDI 0487, D1.6): the traps apply only when the PE would wait. */
    private static int waitFor(Processor p, boolean event) {
        PeState pe = p.pe;
        if (event && (pe.eventRegister || pe.exclusiveAddress != -1)) {
            pe.eventRegister = false;
            return Processor.NEXT;
        }
        if (p.exceptions.wakeUpPending()) {
            return Processor.NEXT;
        }
        int iss = 1 << 24 | 0xE << 20 | (event ? 1 : 0);
        long allowed = event ? SCTLR_ELx.nTWE : SCTLR_ELx.nTWI;
        if (pe.el == 0 && (p.control.sctlr(0) & allowed) == 0) {
            throw p.trap(p.system.elIsInHost(0) ? 2 : 1, SynchronousException.WFX, iss);
        }
        long trap = event ? HCR_EL2.TWE : HCR_EL2.TWI;
        if (pe.el < 2 && (p.system.effectiveHcr() & trap) != 0 && !(pe.el == 0 && p.system.elIsInHost(0))) {
            throw p.trap(2, SynchronousException.WFX, iss);
        }
        pe.waiting = true;
        pe.waitingForEvent = event;
        p.stop = Core.WAITING;
        return p.leave();
    }

    /** Whether a PE that waits goes on. */
    static boolean wakes(Processor p) {
        if (p.exceptions.wakeUpPending()) {
            return true;
        }
        if (p.pe.eventPending()) {
            p.pe.eventRegister = false;
            return true;
        }
        return false;
    }

    private static void executed(Processor p, int barrier) {
        if (p.context.listener != null) {
            p.context.listener.barrier(barrier);
        }
    }

    private static int barrier(Processor p, int op2, int crm) {
        switch (op2) {
            case 2:
                p.pe.exclusiveAddress = -1;
                return Processor.NEXT;
            case 4:
                executed(p, SystemListener.DSB);
                return Processor.NEXT;
            case 5:
                return Processor.NEXT;
            case 6:
                executed(p, SystemListener.ISB);
                return p.leave();
            case 7:
                if (!p.has(Features.SB) || crm != 0) {
                    throw p.undefined();
                }
                return Processor.NEXT;
            default:
                throw p.undefined();
        }
    }

    /** MSR (immediate), and the flag instructions that share its encoding. */
    private static int pstate(Processor p, int word, int field, int crm) {
        PeState pe = p.pe;
        int bit = crm & 1;
        switch (field) {
            case 0:
                require(p, Features.FLAGM, 0);
                requireZero(p, crm);
                pe.nzcv ^= 2;
                return Processor.NEXT;
            case 1:
                require(p, Features.FLAGM2, 0);
                requireZero(p, crm);
                pe.nzcv = fromExternal(pe.nzcv);
                return Processor.NEXT;
            case 2:
                require(p, Features.FLAGM2, 0);
                requireZero(p, crm);
                pe.nzcv = toExternal(pe.nzcv);
                return Processor.NEXT;
            case 3:
                require(p, Features.UAO, 1);
                pe.uao = bit != 0;
                return p.leave();
            case 4:
                require(p, Features.PAN, 1);
                pe.pan = bit != 0;
                return p.leave();
            case 5:
                require(p, 0, 1);
                pe.bankStackPointer();
                pe.spSel = bit;
                pe.loadStackPointer();
                return p.leave();
            case 0x19:
                require(p, Features.SSBS, 0);
                pe.ssbs = bit != 0;
                return Processor.NEXT;
            case 0x1A:
                require(p, Features.DIT, 0);
                pe.dit = bit != 0;
                return Processor.NEXT;
            case 0x1E:
                checkMaskAccess(p, word);
                pe.daif |= crm;
                return p.leave();
            case 0x1F:
                checkMaskAccess(p, word);
                pe.daif &= ~crm;
                return p.leave();
            default:
                throw p.undefined();
        }
    }

    private static void require(Processor p, int feature, int lowestEl) {
        if (feature != 0 && !p.has(feature) || p.pe.el < lowestEl) {
            throw p.undefined();
        }
    }

    private static void requireZero(Processor p, int crm) {
        if (crm != 0) {
            throw p.undefined();
        }
    }

    /** XAFLAG: from the other convention of floating-point flags. */
    static int fromExternal(int nzcv) {
        boolean z = (nzcv & 4) != 0;
        boolean c = (nzcv & 2) != 0;
        return (!c && !z ? 8 : 0) | (z && c ? 4 : 0) | (c || z ? 2 : 0) | (!c && z ? 1 : 0);
    }

    /** AXFLAG: to the other convention of floating-point flags. */
    static int toExternal(int nzcv) {
        boolean z = (nzcv & 4) != 0;
        boolean c = (nzcv & 2) != 0;
        boolean v = (nzcv & 1) != 0;
        return (z || v ? 4 : 0) | (c && !v ? 2 : 0);
    }

    private static void checkMaskAccess(Processor p, int word) {
        if (p.pe.el == 0 && (p.control.sctlr(0) & SCTLR_ELx.UMA) == 0) {
            int target = p.control.defaultTarget(0);
            throw p.trap(target, SynchronousException.SYSTEM, Encoding.syndrome(word >>> 5 & 0xFFFF, 31, false));
        }
    }
}
