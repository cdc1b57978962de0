// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import dev.spelunk.api.registers.fields.PMBIDR_EL1;
import dev.spelunk.api.registers.fields.PMSCR_EL2;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.api.wiring.SystemFunctions;

/**
 * What reads and writes of SPE registers do beside reading and storing.
 */
final class SpuHooks {
    private static final long PMSCR_EL2_ENABLES = PMSCR_EL2.E0HSPE | PMSCR_EL2.E2SPE;

    private SpuHooks() {}

    /** PMSICR_EL1 is counted when it is read. */
    static long readInterval(PeContext context, RegisterDefinition register, long stored) {
        if (context.sampler == null) {
            return stored;
        }
        context.sampler.synchronize();
        return context.register(SystemRegister.PMSICR_EL1);
    }

    /** What was counted so far was counted with the old interval. */
    static long beforeInterval(PeContext context, RegisterDefinition register, long stored, long value) {
        if (context.sampler != null) {
            context.sampler.synchronize();
        }
        context.pe.changed |= PeState.CHANGED_PROFILING;
        return value;
    }

    /** PMBSR_EL1.S drives PMBIRQ, whoever wrote it. */
    static void afterSyndrome(PeContext context, RegisterDefinition register, long before, long value) {
        if (context.sampler != null) {
            InterruptLine.drive(context, context.sampler.interruptLevel());
        }
    }

    /** PMSCR_EL2.{E2SPE, E0HSPE} read 0 while the buffer is not EL2's: MDCR_EL2.E2PB is not 0. */
    static long readControlEl2(PeContext context, RegisterDefinition register, long stored) {
        boolean el2Owns = (context.register(SystemRegister.MDCR_EL2) & MDCR_EL2.E2PB) == 0;
        return el2Owns ? stored : stored & ~PMSCR_EL2_ENABLES;
    }

    /** PMBIDR_EL1.P: programming is not allowed here (DDI 0487, D24.7.1). */
    static long readBufferIdentification(PeContext context, RegisterDefinition register, long stored) {
        if (context.pe.el == 3) {
            return stored;
        }
        SystemFunctions system = context.system;
        boolean owned = system.currentSecurityState() == system.profilingBufferOwnerState()
                && system.profilingBufferOwnerEl() <= context.pe.el;
        return owned ? stored : stored | PMBIDR_EL1.P;
    }
}
