// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;

/** A core without instructions: takes exceptions and returns from them as the manual says; the test plays its guest. */
final class PlayedCore implements Core {
    private final PeContext context;
    private int kind;
    /** Exceptions taken to EL1. */
    int exceptionsToGuest;

    PlayedCore(PeContext context) {
        this.context = context;
    }

    @Override
    public int run(long limit) {
        throw new AssertionError("the test plays the guest");
    }

    @Override
    public int runObserved(Operation operation) {
        throw new AssertionError("the test plays the guest");
    }

    @Override
    public boolean observed() {
        return false;
    }

    @Override
    public int lastExceptionKind() {
        return kind;
    }

    @Override
    public void takeException(int targetEl, int exceptionKind, long syndrome, boolean hasAddress, long faultAddress) {
        PeState pe = context.pe;
        long spsr = pe.spsr();
        boolean lower = pe.el < targetEl;
        kind = exceptionKind;
        int esr = targetEl == 1 ? SystemRegister.ESR_EL1 : SystemRegister.ESR_EL2;
        context.register(targetEl == 1 ? SystemRegister.ELR_EL1 : SystemRegister.ELR_EL2, pe.pc);
        context.register(targetEl == 1 ? SystemRegister.SPSR_EL1 : SystemRegister.SPSR_EL2, spsr);
        if (exceptionKind == SYNCHRONOUS) {
            context.register(esr, syndrome);
        }
        if (hasAddress) {
            context.register(targetEl == 1 ? SystemRegister.FAR_EL1 : SystemRegister.FAR_EL2, faultAddress);
        }
        pe.restorePstate((long) targetEl << 2 | 0x3C1);
        if (targetEl == 1) {
            exceptionsToGuest++;
            pe.pc = context.register(SystemRegister.VBAR_EL1) + (lower ? 0x400 : 0x200);
        }
        pe.changed |= PeState.CHANGED_PROFILING;
    }

    @Override
    public void exceptionReturn(long address, long spsr) {
        context.pe.restorePstate(spsr);
        context.pe.pc = address;
        context.pe.changed |= PeState.CHANGED_PROFILING;
    }

    @Override
    public void invalidate() {
        // Nothing is derived.
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
