// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.ProgressState;
import dev.spelunk.api.wiring.PeContext;

/**
 * The interpreter of one PE: runs blocks, takes exceptions and interrupts, and executes single operations. With
 * {@link Regions} it is the translator's first tier.
 */
final class InterpreterCore implements Core {
    private static final int MAX_BUDGET = 1 << 30;

    private final Processor p;
    private final PeContext context;
    private final PeState pe;
    private final BlockCache cache;
    private final Interpreter interpreter;
    private final ObservedForm observedForm;
    private final Regions regions;
    private final Retirement retirement;
    /** What an operation did that is in observed form only to be counted. */
    private final Operation counted = new Operation();

    private boolean observed;

    /** @param translator makes regions of what is hot; null for the interpreter alone */
    InterpreterCore(PeContext context, RegionTranslator translator) {
        this.context = context;
        pe = context.pe;
        p = new Processor(context);
        cache = new BlockCache(p);
        interpreter = new Interpreter(p, cache);
        regions = translator == null ? null : new Regions(p, cache, interpreter, translator);
        interpreter.regions = regions;
        observedForm = new ObservedForm(p);
        retirement = new Retirement(pe);
        p.resolve();
        if (regions != null) {
            regions.resolve();
        }
        context.memory.addCodeHolder(cache);
        context.translator.attach(p.tlb);
    }

    /** The translated regions; null for the interpreter alone. */
    Regions regions() {
        return regions;
    }

    @Override
    public int run(long limit) {
        long end = pe.executed + limit;
        if (pe.waiting && !wake()) {
            return WAITING;
        }
        while (true) {
            p.canonicalPc();
            if (p.exceptions.takeInterrupt() == 2) {
                return EXCEPTION_TO_EL2;
            }
            if (pe.changed != 0 || pe.executed >= end) {
                return CONTINUE;
            }
            if (cache.stopsAt(pe.pc)) {
                return ADDRESS_REACHED;
            }
            int taken = 0;
            try {
                if (p.debug.byOperation()) {
                    runDebugged();
                } else {
                    runBlocks(end);
                }
            } catch (SynchronousException e) {
                taken = take(e);
            }
            if (taken == 2) {
                return EXCEPTION_TO_EL2;
            }
            if (p.stop != CONTINUE) {
                int reason = p.stop;
                p.stop = CONTINUE;
                return reason;
            }
        }
    }

    private boolean wake() {
        if (!SystemInstructions.wakes(p)) {
            return false;
        }
        pe.waiting = false;
        return true;
    }

    private void runBlocks(long end) {
        p.selectMode();
        checkIllegalState();
        Block block = interpreter.resume;
        int i = interpreter.resumeIndex;
        if (block.context != p.tlb.context[p.tlb.fetchSet()] || pe.pc != block.pc + 4L * i) {
            block = cache.fetch(pe.pc);
            i = 0;
        }
        if (pe.btype != 0) {
            BranchTargets.check(p, block.words[i], block.guarded);
        }
        int budget = (int) Math.min(end - pe.executed, MAX_BUDGET);
        if (pe.pmu.counted != 0) {
            executeCounted(block, i, budget);
            return;
        }
        if (regions != null) {
            budget = Math.min(budget, regions.slice(block, i));
        }
        execute(block, i, budget);
    }

    /** At most so many operations of the block and those that follow it. */
    private void execute(Block block, int i, int budget) {
        if (block.count - i <= budget) {
            interpreter.execute(block, i, budget);
            return;
        }
        int last = i + budget;
        byte covered = block.kinds[last];
        byte plain = block.plain[last];
        block.kinds[last] = Kinds.EXIT;
        block.plain[last] = Kinds.EXIT;
        try {
            interpreter.execute(block, i, budget);
        } finally {
            block.kinds[last] = covered;
            block.plain[last] = plain;
        }
    }

    /** Some operations of the block, counted for the performance monitors. */
    private void executeCounted(Block resumed, int resumedAt, int budget) {
        Block block = resumed;
        int i = resumedAt;
        if (i == block.count) {
            block = cache.fetch(pe.pc);
            i = 0;
        }
        long[] retires = block.retires();
        int n = retirement.stretch(retires, i, Math.min(budget, block.count - i));
        if (retirement.seesAddresses() && Retirement.accesses(retires[i])) {
            observedForm.execute(counted, block.words[i], context.memory.base + block.index + 4L * i, block.guarded);
            retirement.observed(retires[i], counted);
            interpreter.resume = block;
            interpreter.resumeIndex = i + 1;
            return;
        }
        long before = pe.executed;
        try {
            execute(block, i, n);
        } finally {
            retirement.executed(retires, block.words, i, i + (int) (pe.executed - before));
        }
    }

    /** One operation, with the debug exceptions that come before it (DDI 0487, D1.3.5.5 has their order). */
    private void runDebugged() {
        int word = beforeDebugged();
        boolean step = p.debug.stepsNow();
        runBlocks(pe.executed + 1);
        if (step) {
            p.debug.stepped(word);
        }
    }

    private int beforeDebugged() {
        p.debug.checkStep();
        p.selectMode();
        int word = (int) p.data.get(cache.fetchIndex(pe.pc), 4);
        p.debug.checkBreakpoints();
        return word;
    }

    private void checkIllegalState() {
        if (pe.il) {
            throw p.exception.of(SynchronousException.ILLEGAL_STATE, 0, 0);
        }
    }

    /** Takes a synchronous exception of the operation at pc. @return the EL that took it */
    private int take(SynchronousException e) {
        if (!e.onFetch) {
            pe.executed++;
        }
        long pc = pe.pc;
        int from = pe.el;
        ProgressState progress = pe.progress;
        boolean first = !e.onFetch || pe.executed != progress.executedAtException || pc != progress.exceptionVector;
        int target = p.exceptions.take(e);
        if (!first && target > from) {
            // A vector that is not mapped yet: whoever runs the guest maps it, or the guest goes round here.
            return target;
        }
        long syndrome = p.exceptions.lastSyndrome;
        if (first) {
            pe.lastExceptionPc = pc;
            pe.lastExceptionSyndrome = syndrome;
            pe.lastExceptionAddress = e.address;
        } else if (syndrome == progress.exceptionSyndrome && e.address == progress.exceptionAddress) {
            p.stop = LOCKED_UP;
        }
        if (p.exceptions.hopeless()) {
            p.stop = LOCKED_UP;
        }
        progress.executedAtException = pe.executed;
        progress.exceptionVector = pe.pc;
        progress.exceptionSyndrome = syndrome;
        progress.exceptionAddress = e.address;
        return p.stop == LOCKED_UP ? 0 : target;
    }

    @Override
    public int runObserved(Operation operation) {
        observed = false;
        if (pe.waiting && !wake()) {
            return WAITING;
        }
        p.canonicalPc();
        int target = p.exceptions.takeInterrupt();
        if (target != 0) {
            return target == 2 ? EXCEPTION_TO_EL2 : CONTINUE;
        }
        p.selectMode();
        int taken = 0;
        boolean debugged = p.debug.byOperation();
        try {
            if (debugged) {
                beforeDebugged();
            }
            checkIllegalState();
            boolean step = debugged && p.debug.stepsNow();
            int index = cache.fetchIndex(pe.pc);
            int word = (int) p.data.get(index, 4);
            observed = true;
            boolean guarded = p.tlb.fetchGuarded(p.tlb.fetchSet(), pe.pc);
            observedForm.execute(operation, word, context.memory.base + index, guarded);
            if (pe.pmu.counted != 0) {
                retirement.observed(Retirement.of(observedForm.instruction), operation);
            }
            if (step) {
                p.debug.stepped(word);
            }
        } catch (SynchronousException e) {
            if (observed) {
                ObservedForm.exception(operation, e);
            }
            taken = take(e);
        }
        if (taken == 2) {
            return EXCEPTION_TO_EL2;
        }
        int reason = p.stop;
        p.stop = CONTINUE;
        return reason;
    }

    @Override
    public boolean stopBefore(long... addresses) {
        cache.stopBefore(addresses);
        interpreter.resume = Block.UNKNOWN;
        if (regions != null) {
            regions.clear();
        }
        return true;
    }

    @Override
    public boolean observed() {
        return observed;
    }

    @Override
    public int lastExceptionKind() {
        return p.exceptions.lastKind;
    }

    @Override
    public void takeException(int targetEl, int kind, long syndrome, boolean hasAddress, long faultAddress) {
        p.exceptions.take(targetEl, kind, syndrome, hasAddress, faultAddress, pe.pc);
    }

    @Override
    public void exceptionReturn(long address, long spsr) {
        p.exceptions.returnTo(address, spsr);
    }

    @Override
    public void invalidate() {
        p.resolve();
        p.tlb.invalidateTranslations();
        cache.clear();
        interpreter.resume = Block.UNKNOWN;
        if (regions != null) {
            regions.clear();
        }
        context.translator.attach(p.tlb);
    }

    @Override
    public void close() {
        if (regions != null) {
            regions.close();
        }
        context.memory.removeCodeHolder(cache);
    }
}
