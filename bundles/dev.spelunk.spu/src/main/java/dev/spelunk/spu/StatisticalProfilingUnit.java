// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.profiling.SampleCollector;
import dev.spelunk.api.profiling.SampleFilter;
import dev.spelunk.api.records.RecordOrigin;
import dev.spelunk.api.registers.fields.PMSEVFR_EL1;
import dev.spelunk.api.spu.Sampler;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.RandomStream;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.api.wiring.PeContext;

/**
 * The SPU of one PE: sampling (DDI 0487, D17.3), filtering (D17.5), records and the profiling buffer. It
 * holds nothing of its own: counters, the sample in flight and registers are the PE's state.
 */
final class StatisticalProfilingUnit implements Sampler {

    private final PeContext context;
    private final ProfilingRules rules;
    private final ProfilingExtension extension;
    /** Those of the rules, in arrays: walking through them allocates nothing. */
    private final SampleCollector[] collectors;

    private final SampleFilter[] filters;
    private final ProfilingRules.FeedCounter[] feedCounters;

    private final PeState pe;
    private final SpuState spu;
    private final RandomStream jitter;
    private final SpuRegisters registers;
    private final ProfilingControls controls;
    private final SampleContext sampleContext;
    private final ProfilingBuffer buffer;
    private final RecordBuilder builder;
    /** Filled anew for each record. */
    private final RecordOrigin origin = new RecordOrigin();

    StatisticalProfilingUnit(PeContext context, ProfilingRules rules) {
        this.context = context;
        this.rules = rules;
        extension = rules.extension();
        collectors = rules.collectors().toArray(SampleCollector[]::new);
        filters = rules.filters().toArray(SampleFilter[]::new);
        feedCounters = rules.feedCounters().toArray(ProfilingRules.FeedCounter[]::new);
        builder = new RecordBuilder(rules);
        pe = context.pe;
        spu = pe.spu;
        jitter = context.machine.random("spu.jitter." + pe.index);
        registers = new SpuRegisters(context);
        controls = new ProfilingControls(registers, rules);
        sampleContext = new SampleContext(context.machine, registers);
        buffer = new ProfilingBuffer(registers, controls, rules);
        origin.pe = pe.index;
    }

    @Override
    public void synchronize() {
        registers.refresh();
        countUpTo(pe.executed);
    }

    /** Accounts members, but never the one that {@link #sample} must see. */
    private void countUpTo(long executed) {
        if (!spu.enabled) {
            spu.notProfiled[spu.disabledBy] += executed - spu.countedUpTo;
            spu.countedUpTo = executed;
            return;
        }
        long pmsirr = registers.get(SpuRegisters.PMSIRR_EL1);
        boolean ernd = extension.eRnd();
        while (spu.countedUpTo < executed) {
            long pmsicr = registers.get(SpuRegisters.PMSICR_EL1);
            long members =
                    Math.min(executed - spu.countedUpTo, IntervalCounter.membersBeforeStep(pmsicr, pmsirr, ernd));
            if (members == 0) {
                return;
            }
            registers.set(SpuRegisters.PMSICR_EL1, IntervalCounter.advance(pmsicr, pmsirr, ernd, members, jitter));
            member(members);
        }
    }

    private void member(long members) {
        spu.countedUpTo += members;
        spu.counters[SpuState.SAMPLE_POP] += members;
    }

    @Override
    public void update() {
        synchronize();
        boolean enabled = controls.enabledAt(pe.el);
        if (!enabled && spu.inFlight) {
            finish();
        }
        if (enabled != spu.enabled) {
            spu.countedUpTo = pe.executed;
            spu.enabled = enabled;
        }
        if (!enabled) {
            spu.disabledBy = controls.stopped()
                    ? SpuState.STOPPED
                    : controls.bufferEnabled() ? SpuState.DISABLED_AT_EL : SpuState.BUFFER_DISABLED;
        }
        InterruptLine.drive(context, controls.interruptLevel());
        pe.profilingException = controls.exceptionTarget();
    }

    @Override
    public int window() {
        return rules.window();
    }

    @Override
    public void observe(Operation operation) {
        for (SampleCollector collector : collectors) {
            collector.observe(context, operation);
        }
    }

    @Override
    public long grant() {
        if (!spu.enabled) {
            return Long.MAX_VALUE;
        }
        synchronize();
        if (spu.countedUpTo < pe.executed) {
            return 0;
        }
        return IntervalCounter.membersBeforeStep(
                registers.get(SpuRegisters.PMSICR_EL1), registers.get(SpuRegisters.PMSIRR_EL1), extension.eRnd());
    }

    @Override
    public long cyclesToCompletion() {
        return spu.inFlight ? Math.max(0, spu.completion - pe.cycles()) : Long.MAX_VALUE;
    }

    @Override
    public void sample(Operation operation) {
        registers.refresh();
        countUpTo(pe.executed - 1);
        if (spu.inFlight && operation.dispatch >= spu.completion) {
            finish();
        }
        if (!spu.enabled) {
            spu.countedUpTo = pe.executed;
            return;
        }
        member(pe.executed - spu.countedUpTo);
        long pmsicr = IntervalCounter.step(
                registers.get(SpuRegisters.PMSICR_EL1),
                registers.get(SpuRegisters.PMSIRR_EL1),
                extension.eRnd(),
                jitter);
        registers.set(SpuRegisters.PMSICR_EL1, pmsicr & ~IntervalCounter.SAMPLE);
        if ((pmsicr & IntervalCounter.SAMPLE) != 0) {
            if (spu.inFlight) {
                count(SpuState.SAMPLE_COLLISION);
                spu.collided = true;
                buffer.collision();
            } else {
                take(operation);
            }
        }
        if (window() > 0) {
            observe(operation);
        }
    }

    private void take(Operation operation) {
        Operation sample = spu.sample;
        sample.copyFrom(operation);
        sample.events |= PMSEVFR_EL1.RETIRED;
        if (sample.is(Operation.EXCEPTION)) {
            sample.events |= PMSEVFR_EL1.GENERATED_EXCEPTION;
        }
        int notTaken = Operation.CONDITIONAL | Operation.CONDITION_FAILED;
        if ((sample.flags & notTaken) == notTaken) {
            sample.events |= PMSEVFR_EL1.NOT_TAKEN;
        }
        sampleContext.collect(sample);
        for (SampleCollector collector : collectors) {
            collector.collect(context, sample);
        }
        sample.events &= extension.events();
        if (!buffer.discards() && controls.bufferEnabled() && !buffer.accepts()) {
            if (kept(sample)) {
                lost();
            }
            return;
        }
        spu.sampleOwner = context.system.profilingBufferOwnerEl();
        spu.completion = sample.dispatch + sample.totalLatency;
        spu.inFlight = true;
        completeIfDue();
    }

    @Override
    public void complete() {
        if (spu.inFlight) {
            synchronize();
            finish();
        }
    }

    @Override
    public void completeIfDue() {
        if (spu.inFlight && pe.cycles() >= spu.completion) {
            complete();
        }
    }

    @Override
    public void profilingSynchronizationBarrier() {
        complete();
    }

    /** SPECompleteSample: a record of a buffer that is not enabled any more, or not that owner's, is dropped (D17.9.1). */
    private void finish() {
        spu.inFlight = false;
        Operation sample = spu.sample;
        if (!kept(sample) || buffer.discards()) {
            return;
        }
        if (!controls.bufferEnabled()
                || context.system.profilingBufferOwnerEl() != spu.sampleOwner
                || !buffer.accepts()) {
            lost();
            return;
        }
        int length = builder.build(sample);
        if (!buffer.write(builder.data, length, origin)) {
            lost();
            return;
        }
        spu.counters[SpuState.RECORDS_WRITTEN]++;
        origin.vcpu = pe.vcpu;
        origin.owningEl = spu.sampleOwner;
        origin.cycles = pe.cycles();
        origin.collided = spu.collided;
        origin.lost = spu.lost;
        origin.torn = spu.torn;
        spu.collided = false;
        spu.lost = false;
        spu.torn = false;
        context.records.record(origin, builder.data, 0, length);
        buffer.checkFull();
    }

    /** Counts a sample, and says whether no filter removes it (D17.5): whatever becomes of it then, SAMPLE_FILTRATE counts it. */
    private boolean kept(Operation sample) {
        feed(sample);
        for (SampleFilter filter : filters) {
            if (filter.enabled(context) && filter.rejects(context, extension, sample)) {
                return false;
            }
        }
        count(SpuState.SAMPLE_FILTRATE);
        return true;
    }

    private void lost() {
        spu.counters[SpuState.RECORDS_LOST]++;
        spu.lost = true;
    }

    /** The PMU events SAMPLE_FEED and SAMPLE_FEED_* of one sample. */
    private void feed(Operation sample) {
        count(SpuState.SAMPLE_FEED);
        for (ProfilingRules.FeedCounter each : feedCounters) {
            if (each.which().counts(context, rules, sample)) {
                pe.count(each.event());
            }
        }
    }

    /** Something that is a PMU event has happened. */
    private void count(int counter) {
        spu.counters[counter]++;
        pe.eventsHappened();
    }

    @Override
    public boolean stopped() {
        return controls.stopped();
    }

    @Override
    public boolean interruptLevel() {
        return controls.interruptLevel();
    }

    @Override
    public boolean enabledAt(int el) {
        registers.refresh();
        return controls.enabledAt(el);
    }

    @Override
    public void invalidate() {
        // The registers are looked up again when the file or the architecture is another one.
    }
}
