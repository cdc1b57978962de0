// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.pmsver.v1p0.StatisticalProfiling;
import dev.spelunk.registers.RegisterModelComponent;
import dev.spelunk.testkit.Configs;
import dev.spelunk.testkit.InterruptLines;
import dev.spelunk.testkit.PageMap;
import dev.spelunk.testkit.PlainBank;
import dev.spelunk.testkit.PlayedCore;
import dev.spelunk.testkit.SpeProgram;
import dev.spelunk.testkit.TestMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** One PE with real registers, a real SPU and operations that a test makes up, run as the run loop runs them. */
final class Bench extends TestMachine {
    static final long BUFFER = 0x10_0000L;
    static final int BUFFER_SIZE = 0x4000;

    static final long E1SPE = SpeProgram.E1SPE;
    static final long E0SPE = SpeProgram.E0SPE;
    /** The timer registers that timestamps depend on. */
    private static final RegisterBank TIMER = new PlainBank()
            .add("CNTVOFF_EL2", SystemRegister.CNTVOFF_EL2, 2)
            .add("CNTPOFF_EL2", SystemRegister.CNTPOFF_EL2, 2)
            .add("CNTHCTL_EL2", SystemRegister.CNTHCTL_EL2, 2);

    final PageMap pages = PageMap.empty().namedRegimesOnly();
    final InterruptLines lines = new InterruptLines();
    final PlayedCore core = new PlayedCore(context);
    /** Values of {@code executed} of the operations that became samples, 1 for the first operation. */
    final List<Long> sampled = core.sampled;

    final ProfilingRules rules;
    private final SamplingUnitComponent unit;

    Bench(Set<String> features, Map<String, Object> config, ProfilingFeatures... more) {
        this(features, new SamplingUnitComponent(Configs.of(SamplingUnitComponent.Config.class, config)), more);
    }

    private Bench(Set<String> features, SamplingUnitComponent unit, ProfilingFeatures... more) {
        this(features, unit, compose(unit, more));
    }

    private Bench(Set<String> features, SamplingUnitComponent unit, ProfilingRules rules) {
        super(TestMachine.builder()
                .ram(1 << 20)
                .seed(42)
                .features(features)
                .profiling(rules.extension())
                .registers(
                        new RegisterModelComponent(),
                        unit.registers(rules),
                        features.contains("FEAT_EL2") ? TIMER : new PlainBank()));
        this.unit = unit;
        this.rules = rules;
        context.translator = pages;
        context.interrupts = lines;
        context.core = core;
        pe.pc = 0x1000;
        context.sampler = unit.create(context, rules);
        pages.map(BUFFER, RAM, BUFFER_SIZE);
        if (features.contains("FEAT_EL3")) {
            at(3, () -> {
                write(SystemRegister.SCR_EL3, 1 | 1L << 8 | 1L << 10 | 1L << 27);
                write(SystemRegister.MDCR_EL3, 3L << 12);
            });
        }
        if (features.contains("FEAT_EL2")) {
            context.register(SystemRegister.MDCR_EL2, 3L << 12);
        }
    }

    private static ProfilingRules compose(SamplingUnitComponent unit, ProfilingFeatures... more) {
        List<ProfilingFeatures> sets = new ArrayList<>(List.of(more));
        sets.add(new StatisticalProfiling());
        return unit.compose(sets);
    }

    /** EL1 only, no EL2 and no EL3, default configuration. */
    static Bench el1() {
        return new Bench(Set.of(), Map.of());
    }

    /** With EL2, the VHE and fine-grained traps; EL1 owns the buffer. */
    static Bench el2() {
        return new Bench(Set.of("FEAT_EL2", "FEAT_VHE", "FEAT_FGT"), Map.of());
    }

    Bench shape(Consumer<Operation> with) {
        core.shape = with;
        return this;
    }

    void el(int el) {
        pe.el = el;
        pe.changed |= PeState.CHANGED_PROFILING;
    }

    /** Programs and enables profiling at EL1 with the whole buffer. */
    Bench profile(int interval, boolean rnd) {
        new SpeProgram()
                .interval(interval)
                .randomized(rnd)
                .buffer(BUFFER, BUFFER + BUFFER_SIZE)
                .enable(this::write);
        return this;
    }

    Bench buffer(long pointer, long limit) {
        new SpeProgram().buffer(pointer, limit).enableBuffer(this::write);
        return this;
    }

    long pmbsr() {
        return context.register(SystemRegister.PMBSR_EL1);
    }

    long pmbptr() {
        return context.register(SystemRegister.PMBPTR_EL1);
    }

    long counter(int index) {
        return pe.spu.counters[index];
    }

    void settle() {
        core.settle();
    }

    /** Runs so many operations. */
    Bench run(long operations) {
        core.runProfiled(operations);
        return this;
    }

    /** Executes an operation in observed form. */
    Operation operation() {
        Operation operation = new Operation();
        core.runObserved(operation);
        return operation;
    }

    /** The registers that the SPU brings. */
    RegisterBank bank() {
        return unit.registers(rules);
    }

    /** Replaces the SPU by another one, as a swap does. */
    void swap() {
        context.sampler = unit.create(context, rules);
        context.sampler.invalidate();
    }

    byte[] memory(long va, int length) {
        return ram(va - BUFFER + RAM, length);
    }
}
