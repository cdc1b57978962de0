// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.testkit;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.spu.Sampler;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A core without instructions. It takes exceptions and returns from them as the manual says; its operations are what
 * the test makes of them, and do nothing.
 */
public final class PlayedCore implements Core {
    private static final long MASKED_SP_ELX = 0x3C1;
    private static final long LOWER_EL = 0x400;
    private static final long SAME_EL = 0x200;

    private final PeContext context;
    private final Operation observed = new Operation();
    private int kind;
    /** Makes each operation that is executed in observed form what the test wants. */
    public Consumer<Operation> shape = operation -> {};
    /** Values of {@code PeState.executed} of the operations that {@link #runProfiled} made samples, 1 for the first one. */
    public final List<Long> sampled = new ArrayList<>();
    /** Exceptions taken to EL1. */
    public int exceptionsToGuest;

    public PlayedCore(PeContext context) {
        this.context = context;
    }

    @Override
    public int run(long limit) {
        context.pe.executed += limit;
        return CONTINUE;
    }

    /**
     * Executes so many operations as a run does where the context has a sampler: those that the SPU grants at once, the
     * others in observed form, and what becomes due between two of them.
     */
    public void runProfiled(long operations) {
        PeState pe = context.pe;
        long end = pe.executed + operations;
        while (true) {
            settle();
            Sampler sampler = context.sampler;
            if (sampler.cyclesToCompletion() <= 0) {
                sampler.completeIfDue();
                continue;
            }
            if (pe.executed == end) {
                return;
            }
            long grant = sampler.grant();
            if (grant > 0) {
                run(Math.min(end - pe.executed, Math.min(grant, sampler.cyclesToCompletion())));
            } else {
                long before = samples();
                runObserved(observed);
                sampler.sample(observed);
                if (samples() > before) {
                    sampled.add(pe.executed);
                }
            }
        }
    }

    /** Tells the sampler what changed, as a run does before the next operation. */
    public void settle() {
        while ((context.pe.changed & PeState.CHANGED_PROFILING) != 0) {
            context.pe.changed = 0;
            context.sampler.update();
        }
    }

    private long samples() {
        SpuState spu = context.pe.spu;
        return spu.counters[SpuState.SAMPLE_FEED] + (spu.inFlight ? 1 : 0);
    }

    @Override
    public int runObserved(Operation operation) {
        PeState pe = context.pe;
        operation.begin(pe.pc, pe.el, true, pe.cycles());
        operation.totalLatency = 1;
        operation.issueLatency = 1;
        shape.accept(operation);
        pe.executed++;
        return CONTINUE;
    }

    @Override
    public boolean observed() {
        return true;
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
        boolean toGuest = targetEl == 1;
        kind = exceptionKind;
        context.register(toGuest ? SystemRegister.ELR_EL1 : SystemRegister.ELR_EL2, pe.pc);
        context.register(toGuest ? SystemRegister.SPSR_EL1 : SystemRegister.SPSR_EL2, spsr);
        if (exceptionKind == SYNCHRONOUS) {
            context.register(toGuest ? SystemRegister.ESR_EL1 : SystemRegister.ESR_EL2, syndrome);
        }
        if (hasAddress) {
            context.register(toGuest ? SystemRegister.FAR_EL1 : SystemRegister.FAR_EL2, faultAddress);
        }
        pe.restorePstate((long) targetEl << 2 | MASKED_SP_ELX);
        if (toGuest) {
            exceptionsToGuest++;
            pe.pc = context.register(SystemRegister.VBAR_EL1) + (lower ? LOWER_EL : SAME_EL);
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
