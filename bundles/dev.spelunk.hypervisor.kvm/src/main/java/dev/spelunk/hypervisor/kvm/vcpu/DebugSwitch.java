// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.vcpu;

import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.ID_AA64DFR0_EL1;
import dev.spelunk.api.registers.fields.MDSCR_EL1;
import dev.spelunk.api.registers.fields.OSLAR_EL1;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.state.VcpuState;

/**
 * How KVM lends self-hosted debug to a guest: breakpoints and watchpoints trap until the guest touches one or has
 * debug exceptions enabled at vcpu load; from then on they are loaded at each entry and do not trap. The guest's OS Lock
 * is not the hardware's, which would hold the host's debug too: KVM takes MDSCR_EL1.MDE and SS away instead.
 */
final class DebugSwitch {

    private final PeContext context;
    private final VcpuState state;
    /** Encodings of the registers of breakpoints and watchpoints that the machine has, those of values first. */
    private final int[] points;

    DebugSwitch(PeContext context, VcpuState state) {
        this.context = context;
        this.state = state;
        long dfr0 = context.register(SystemRegister.ID_AA64DFR0_EL1);
        int breakpoints = (int) (dfr0 >>> ID_AA64DFR0_EL1.BRPs_SHIFT & 15) + 1;
        int watchpoints = (int) (dfr0 >>> ID_AA64DFR0_EL1.WRPs_SHIFT & 15) + 1;
        points = new int[2 * (breakpoints + watchpoints)];
        int n = 0;
        for (int values = 1; values >= 0; values--) {
            for (int i = 0; i < breakpoints; i++) {
                points[n++] = Encoding.of(2, 0, 0, i, values == 1 ? 4 : 5);
            }
            for (int i = 0; i < watchpoints; i++) {
                points[n++] = Encoding.of(2, 0, 0, i, values == 1 ? 6 : 7);
            }
        }
    }

    /** vcpu load: who owns the registers is decided anew. The host has opened the hardware's OS Lock when it started. */
    void load() {
        context.registers.write(SystemRegister.OSLAR_EL1, 0);
        long mdscr = state.register(SystemRegister.MDSCR_EL1);
        state.ownsDebug(!locked() && (mdscr & (MDSCR_EL1.KDE | MDSCR_EL1.MDE)) != 0);
    }

    /** A trapped access to a breakpoint, a watchpoint or MDSCR_EL1. */
    void touched() {
        if (!locked()) {
            state.ownsDebug(true);
        }
    }

    private boolean locked() {
        return (state.register(SystemRegister.OSLAR_EL1) & OSLAR_EL1.OSLK) != 0;
    }

    /** Whether MDCR_EL2.TDA is to be 1. */
    boolean traps() {
        return !state.ownsDebug();
    }

    /** Guest entry: MDSCR_EL1 always, the points where they are the guest's. */
    void enter() {
        if (state.ownsDebug()) {
            for (int point : points) {
                context.registers.write(point, state.register(point));
            }
        }
        long mdscr = state.register(SystemRegister.MDSCR_EL1);
        if (locked()) {
            mdscr &= ~(MDSCR_EL1.MDE | MDSCR_EL1.SS);
        }
        if (mdscr != 0) {
            context.registers.write(SystemRegister.MDSCR_EL1, mdscr);
        }
    }

    /** Guest exit: what did not trap is brought into memory, and the host's registers, which are 0, come back. */
    void exit() {
        if (state.ownsDebug()) {
            state.register(SystemRegister.MDSCR_EL1, context.register(SystemRegister.MDSCR_EL1));
            for (int point : points) {
                state.register(point, context.register(point));
                context.registers.write(point, 0);
            }
        }
        if (context.register(SystemRegister.MDSCR_EL1) != 0) {
            context.registers.write(SystemRegister.MDSCR_EL1, 0);
        }
    }
}
