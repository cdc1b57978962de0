// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

import dev.spelunk.a64.DecodeCache;
import dev.spelunk.a64.DecodedInstruction;
import dev.spelunk.a64.Form;
import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.Unit;
import dev.spelunk.api.registers.fields.PMSEVFR_EL1;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.StateBlock;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.api.wiring.PeContext;
import java.util.Arrays;
import java.util.List;

/** Passes the operations that it sees through pipeline, caches, TLBs and predictor, all of which are the machine's state. */
final class InOrderOperationTimer implements OperationTimer {
    /** Data Source codes of the Neoverse cores by level, as Linux' tools/perf/util/arm-spe-decoder knows them. */
    private static final int[] SOURCES = {0x0, 0x8, 0xB, 0xE};

    private static final String BLOCK = "timing.inorder.";
    private static final int HEADER = 2;
    private static final int SIGNATURE = 0;
    private static final int LINE = 1;

    private final PeState pe;
    private final boolean alone;
    private final Shape shape;
    private final Shape.Latencies latencies;
    private final StateBlock block;
    private final EventCounts events;
    private final MemoryHierarchy memory;
    private final BranchPredictor predictor;
    private final Pipeline pipeline;
    private final Warming warming;
    private final DecodeCache decoded = new DecodeCache();

    InOrderOperationTimer(PeContext context, Shape shape) {
        pe = context.pe;
        alone = context.machine.pes.length == 1;
        this.shape = shape;
        latencies = shape.latencies();
        int hierarchy = HEADER + Warming.WORDS;
        int branches = hierarchy + MemoryHierarchy.words(shape);
        int stages = branches + BranchPredictor.words(shape);
        StateBlock own = block(context.machine, BLOCK + pe.index, stages + Pipeline.words(shape), shape);
        block = own;
        events = new EventCounts(pe, shape.full());
        warming = new Warming(own, HEADER, shape);
        memory = new MemoryHierarchy(own, hierarchy, lastLevel(context.machine), shape, events);
        predictor = new BranchPredictor(own, branches, shape);
        pipeline = new Pipeline(own, stages, shape);
    }

    private SetAssociative lastLevel(MachineState machine) {
        Shape.Sets sets = shape.lastLevel();
        if (sets.sets() == 0) {
            return null;
        }
        StateBlock shared = block(machine, BLOCK + "last-level", 1 + sets.words(), shape);
        return new SetAssociative(shared, 1, sets.sets(), sets.ways());
    }

    /** State of that name; empty when it was of another shape, or is new. */
    private static StateBlock block(MachineState machine, String name, int size, Shape shape) {
        StateBlock block = machine.block(name, size, 0);
        if (block.words[SIGNATURE] != shape.signature()) {
            Arrays.fill(block.words, 0);
            block.words[SIGNATURE] = shape.signature();
        }
        return block;
    }

    @Override
    public int warmingWindow() {
        return shape.full() ? EVERY_OPERATION : warming.window();
    }

    @Override
    public void warm(Operation operation) {
        pass(operation);
    }

    @Override
    public void time(Operation o) {
        boolean mispredicted = pass(o);
        o.totalLatency = pipeline.totalLatency();
        o.issueLatency = pipeline.issueLatency();
        if (mispredicted) {
            o.events |= PMSEVFR_EL1.MISPREDICTED;
        }
        if (accesses(o)) {
            describeAccess(o);
        }
    }

    /** An access that ended in an exception did not happen (DDI 0487, D17.6.4). */
    private static boolean accesses(Operation o) {
        int both = Operation.HAS_VA | Operation.HAS_PA;
        return (o.flags & (both | Operation.EXCEPTION)) == both;
    }

    private void describeAccess(Operation o) {
        o.flags |= Operation.HAS_TRANSLATION_LATENCY;
        o.translationLatency = memory.translationLatency;
        o.events |= PMSEVFR_EL1.TLB_ACCESS;
        if (memory.walk) {
            o.events |= PMSEVFR_EL1.TLB_WALK;
        }
        if (memory.crossed && o.is(Operation.MISALIGNED) && latencies.misaligned() > 0) {
            o.events |= PMSEVFR_EL1.MISALIGNED;
        }
        if (o.is(Operation.NON_CACHEABLE)) {
            return;
        }
        o.events |= PMSEVFR_EL1.L1D_ACCESS;
        boolean load = o.is(Operation.LOAD);
        if (memory.level > MemoryHierarchy.L1D) {
            o.events |= PMSEVFR_EL1.L1D_REFILL | (load ? PMSEVFR_EL1.L2D_ACCESS : 0);
        }
        if (memory.level > MemoryHierarchy.L2) {
            o.events |= load ? PMSEVFR_EL1.L2D_MISS : 0;
            o.events |= shape.lastLevel().sets() > 0 ? PMSEVFR_EL1.LAST_LEVEL_CACHE_ACCESS : 0;
        }
        if (memory.level > MemoryHierarchy.LAST_LEVEL) {
            o.events |= shape.lastLevel().sets() > 0 ? PMSEVFR_EL1.LAST_LEVEL_CACHE_MISS : 0;
        }
        if (load && shape.sources()) {
            o.flags |= Operation.HAS_DATA_SOURCE;
            o.dataSource = SOURCES[memory.level];
        }
    }

    /** @return whether it was a mispredicted branch */
    private boolean pass(Operation o) {
        long unseen = warming.see(pe.executed);
        if (unseen > 0) {
            pipeline.restart();
            memory.unseen(unseen);
            predictor.forgetPath();
            block.words[LINE] = 0;
        }
        memory.seen();
        long before = memory.fromMemory;
        long line = o.instructionPa >>> 6;
        if (line != block.words[LINE]) {
            block.words[LINE] = line;
            pipeline.stallFront(memory.fetch(o.instructionPa));
        }
        DecodedInstruction instruction = decoded.of(o.word);
        boolean mispredicted = false;
        if (accesses(o)) {
            memory.access(o);
            passAccess(o, instruction);
        } else if (o.operationClass == Operation.BRANCH && !o.is(Operation.EXCEPTION)) {
            mispredicted = predictor.mispredicted(o);
            if (!o.is(Operation.EXCEPTION_RETURN)) {
                events.count(ModelledEvent.BR_PRED);
                events.count(ModelledEvent.BR_MIS_PRED, mispredicted);
                events.count(ModelledEvent.BR_MIS_PRED_RETIRED, mispredicted);
            }
            pipeline.pass(instruction.reads, instruction.writes, latencies.branch(), latencies.branch(), false);
        } else {
            Unit unit = instruction.unit;
            int latency = latency(unit);
            // A divider takes one operation after the other.
            boolean divides = unit == Unit.DIVIDE || unit == Unit.FLOAT_DIVIDE;
            pipeline.pass(instruction.reads, instruction.writes, latency, latency, divides);
            if (o.is(Operation.MAINTENANCE)) {
                invalidate(instruction);
            }
        }
        if (mispredicted || o.is(Operation.EXCEPTION | Operation.EXCEPTION_RETURN)) {
            pipeline.redirect(latencies.mispredict());
        }
        warming.filled(memory.fromMemory - before);
        events.operationCounted();
        return mispredicted;
    }

    /** The class latency of an operation that is neither a branch nor a data access. */
    private int latency(Unit unit) {
        switch (unit) {
            case MULTIPLY:
                return latencies.multiply();
            case DIVIDE:
                return latencies.divide();
            case FLOAT:
                return latencies.floatingPoint();
            case FLOAT_DIVIDE:
                return latencies.floatingPointDivide();
            case SIMD:
                return latencies.simd();
            case BRANCH:
            case SYSTEM:
                return latencies.system();
            default:
                return latencies.integer();
        }
    }

    private void passAccess(Operation o, DecodedInstruction instruction) {
        int extra = memory.crossed ? latencies.misaligned() : 0;
        int load = memory.dataLatency + memory.translationLatency + extra;
        int store = latencies.store() + memory.translationLatency + extra;
        if (o.is(Operation.ATOMIC)) {
            pipeline.pass(
                    instruction.reads, instruction.writes, load + latencies.atomic(), load + latencies.atomic(), false);
        } else if (o.is(Operation.LOAD)) {
            pipeline.pass(instruction.reads, instruction.writes, load, load, false);
        } else {
            // The line comes into a store buffer; the base register of a write-back is ready at once.
            pipeline.pass(instruction.reads, instruction.writes, store, 1, false);
        }
    }

    /** TLBI by address names the page in Xt; every other TLBI empties both TLBs. */
    private void invalidate(DecodedInstruction decoded) {
        Instruction instruction = decoded.instruction;
        if (instruction == null || instruction.form() != Form.TLB_INVALIDATE) {
            return;
        }
        if (instruction.get("page", decoded.word) != 0) {
            memory.invalidate(pe.x[instruction.field("Rt").get(decoded.word)]);
        } else {
            memory.invalidateTranslations();
        }
    }

    @Override
    public List<String> report() {
        return warming.report(alone ? "" : "PE " + pe.index + ": ");
    }

    @Override
    public void invalidate() {
        // Nothing is derived: everything is in the machine's state.
    }
}
