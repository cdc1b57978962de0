// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.vcpu;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.ESR_ELx;
import dev.spelunk.api.registers.fields.SPSR_ELx;
import dev.spelunk.api.wiring.PeContext;

/** One exit while it is served: its syndrome, where the guest goes on, and the exception that it gets there. */
final class Exit {
    private static final long SYNDROME_IL = 1L << 25;
    private static final int EC_INSTRUCTION_ABORT_LOWER = 0x20;
    private static final int EC_DATA_ABORT_LOWER = 0x24;
    private static final int FSC_EXTERNAL_ABORT = 0x10;
    private static final int FIPA_SHIFT = 4;
    private static final long FIPA_MASK = (1L << 40) - 1;
    private static final int PAGE_SHIFT = 12;

    long syndrome;
    /** Where the guest goes on. */
    long address;

    long spsr;
    long faultAddress;
    long ipa;
    /** The guest waits for an interrupt after the entry. */
    boolean waits;

    /** The guest waits in WFE, and lets go of the PE for others. */
    boolean yields;

    private boolean injects;
    private long injectedSyndrome;
    private boolean injectedHasAddress;

    /** Takes the exit's registers. */
    void begin(PeContext context) {
        syndrome = context.register(SystemRegister.ESR_EL2);
        address = context.register(SystemRegister.ELR_EL2);
        spsr = context.register(SystemRegister.SPSR_EL2);
        faultAddress = context.register(SystemRegister.FAR_EL2);
        ipa = (context.register(SystemRegister.HPFAR_EL2) >>> FIPA_SHIFT & FIPA_MASK) << PAGE_SHIFT
                | faultAddress & (1 << PAGE_SHIFT) - 1;
        waits = false;
        yields = false;
        injects = false;
    }

    int exceptionClass() {
        return (int) Field.valueIn(syndrome, ESR_ELx.EC);
    }

    /** The guest goes on behind the instruction that exited. */
    void advance() {
        address += 4;
    }

    /** The instruction that exited is UNDEFINED to the guest. */
    void injectUndefined() {
        inject(SYNDROME_IL, false);
    }

    /** The access that exited ends in a synchronous External abort, as KVM injects it. */
    void injectExternalAbort(boolean instruction) {
        int same = (spsr >>> SPSR_ELx.EL_SHIFT & 3) == 0 ? 0 : 1;
        int exceptionClass = (instruction ? EC_INSTRUCTION_ABORT_LOWER : EC_DATA_ABORT_LOWER) + same;
        inject((long) exceptionClass << ESR_ELx.EC_SHIFT | SYNDROME_IL | FSC_EXTERNAL_ABORT, true);
    }

    private void inject(long value, boolean hasAddress) {
        injects = true;
        injectedSyndrome = value;
        injectedHasAddress = hasAddress;
    }

    /** An entry that follows no exit. */
    void resume(long at, long pstate) {
        address = at;
        spsr = pstate;
        waits = false;
        yields = false;
        injects = false;
    }

    /** Whether the guest gets an exception. */
    boolean injects() {
        return injects;
    }

    /** Returns to the guest, and lets it take what was injected. */
    void finish(PeContext context) {
        context.core.exceptionReturn(address, spsr);
        if (injects) {
            context.core.takeException(1, Core.SYNCHRONOUS, injectedSyndrome, injectedHasAddress, faultAddress);
        }
    }
}
