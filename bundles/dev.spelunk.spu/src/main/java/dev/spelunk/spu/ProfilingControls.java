// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.profiling.ManagementEventRouting;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.api.wiring.SystemFunctions;

/** {@link EnableRules} over the current register values of one PE, and the composed routing of its events. */
final class ProfilingControls {
    private static final int[] PMBSR = {0, SystemRegister.PMBSR_EL1, SystemRegister.PMBSR_EL2, SystemRegister.PMBSR_EL3
    };

    private final SpuRegisters registers;
    private final PeContext context;
    private final SystemFunctions system;
    private final ManagementEventRouting routing;

    ProfilingControls(SpuRegisters registers, ProfilingRules rules) {
        this.registers = registers;
        context = registers.context;
        system = context.system;
        routing = rules.routing();
    }

    /** ProfilingBufferEnabled: the PE is in the owning Security state, or in EL3 and selects it. */
    boolean bufferEnabled() {
        return EnableRules.bufferEnabled(
                system.profilingBufferOwnerState(),
                system.securityStateAtEl(1),
                (registers.get(SpuRegisters.PMBLIMITR_EL1) & PMBLIMITR_EL1.E) != 0,
                stopped());
    }

    boolean stopped() {
        return routing.stopped(context);
    }

    /** StatisticalProfilingEnabled. */
    boolean enabledAt(int el) {
        return EnableRules.profilingEnabled(
                el,
                bufferEnabled(),
                system.profilingBufferOwnerState(),
                system.profilingBufferOwnerEl(),
                system.securityStateAtEl(el),
                system.effectiveTge(),
                registers.get(SpuRegisters.PMSCR_EL1),
                registers.get(SpuRegisters.PMSCR_EL2));
    }

    /** Encoding of the register that records an event: see {@link ManagementEventRouting#target}. */
    int syndromeRegister(int ec, int fsc) {
        return PMBSR[routing.target(context, ec, fsc)];
    }

    /** Level of PMBIRQ. */
    boolean interruptLevel() {
        return routing.interrupt(context);
    }

    /** Target of the SPE Profiling exception that is to be taken at the current Exception level, or 0. */
    int exceptionTarget() {
        return routing.exceptionTarget(context);
    }
}
