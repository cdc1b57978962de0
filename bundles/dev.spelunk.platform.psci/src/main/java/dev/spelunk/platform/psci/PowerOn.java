// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.psci;

import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;

/** The state in which CPU_ON lets a PE begin (DEN 0022, 6.4). */
final class PowerOn {
    private static final int NEVER = 4;
    private static final int OP1_EL2 = 4;
    private static final int OP1_EL12 = 5;

    private PowerOn() {}

    /**
     * Switches a PE on.
     *
     * @param now virtual time of the caller, at which the PE begins
     * @param startEl Exception level of the entry; what belongs to higher ones is left as it is
     */
    static void start(PeContext context, long now, long entry, long argument, int startEl) {
        PeState pe = context.pe;
        pe.idleCycles += Math.max(now - pe.cycles(), 0);
        resetRegisters(context, startEl);
        pe.bankStackPointer();
        pe.el = startEl;
        pe.spSel = 1;
        pe.loadStackPointer();
        pe.daif = PeState.D | PeState.A | PeState.I | PeState.F;
        pe.nzcv = 0;
        pe.pan = false;
        pe.uao = false;
        pe.il = false;
        pe.ss = false;
        pe.dit = false;
        pe.ssbs = false;
        pe.btype = 0;
        pe.exclusiveAddress = -1;
        pe.eventRegister = false;
        pe.spu.inFlight = false;
        pe.pmu.active = 0;
        pe.pc = entry;
        pe.x[0] = argument;
        pe.waiting = false;
        pe.powered = true;
        pe.changed = -1;
        if (context.translator != null) {
            context.translator.contextChanged();
        }
    }

    /** Gives every writable register of startEl and below its reset value; with SCTLR_ELx the MMU is off. */
    private static void resetRegisters(PeContext context, int startEl) {
        for (RegisterDefinition register : context.registers.definitions()) {
            int op1 = Encoding.op1(register.encoding());
            boolean higher = op1 > OP1_EL12 || op1 == OP1_EL2 && startEl < 2;
            if (!higher && register.aliasOf() < 0 && register.lowestWriteEl() < NEVER) {
                context.register(register.encoding(), register.reset());
            }
        }
        if (startEl == 2) {
            context.register(SystemRegister.VMPIDR_EL2, context.register(SystemRegister.MPIDR_EL1));
        }
    }
}
