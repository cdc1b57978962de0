// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.spu.Sampler;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.pmsver.v1p0.StatisticalProfiling;
import dev.spelunk.registers.RegisterModelComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** One PE with real registers, a real SPU and operations that a test makes up, run as the run loop runs them. */
final class Bench {
    static final long RAM = 0x4000_0000L;
    static final long BUFFER = 0x10_0000L;
    static final int BUFFER_SIZE = 0x4000;

    static final long E1SPE = 2;
    static final long E0SPE = 1;

    final PeContext context;
    final PeState pe;
    final PageMap pages = new PageMap();
    final Lines lines = new Lines();
    /** Values of {@code executed} of the operations that became samples, 1 for the first operation. */
    final List<Long> sampled = new ArrayList<>();

    final List<byte[]> records = new ArrayList<>();
    /** Makes each observed operation what the test wants. */
    Consumer<Operation> shape = o -> {};

    private final SamplingUnitComponent unit;
    private final Operation operation = new Operation();

    Bench(Set<String> features, Map<String, Object> config, ProfilingFeatures... more) {
        unit = new SamplingUnitComponent(TestConfig.of(config));
        List<ProfilingFeatures> sets = new ArrayList<>(List.of(more));
        sets.add(new StatisticalProfiling());
        ProfilingRules rules = unit.compose(sets);
        MachineState machine = new MachineState(1, new PhysicalMemory(RAM, 1 << 20), 42);
        context = new PeContext(machine, machine.pes[0]);
        pe = context.pe;
        context.architecture = new Architecture(85, new TreeSet<>(features), rules, Map.of());
        context.registers =
                new RegisterModelComponent().create(context, List.of(new SpuRegisterBank(), Bench::timer), null);
        context.translator = pages;
        context.interrupts = lines;
        context.records = (origin, data, offset, length) -> {
            byte[] record = new byte[length];
            System.arraycopy(data, offset, record, 0, length);
            records.add(record);
        };
        context.sampler = unit.create(context);
        pages.map(BUFFER, RAM, BUFFER_SIZE);
        pe.el = 1;
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

    /** The timer registers that timestamps depend on. */
    private static List<RegisterDefinition> timer(Architecture architecture) {
        if (!architecture.has("FEAT_EL2")) {
            return List.of();
        }
        return List.of(
                RegisterDefinition.of("CNTVOFF_EL2", SystemRegister.CNTVOFF_EL2)
                        .whole()
                        .from(2)
                        .build(),
                RegisterDefinition.of("CNTPOFF_EL2", SystemRegister.CNTPOFF_EL2)
                        .whole()
                        .from(2)
                        .build(),
                RegisterDefinition.of("CNTHCTL_EL2", SystemRegister.CNTHCTL_EL2)
                        .whole()
                        .from(2)
                        .build());
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
        shape = with;
        return this;
    }

    long read(int encoding) {
        return context.registers.read(encoding);
    }

    void write(int encoding, long value) {
        context.registers.write(encoding, value);
    }

    /** Does something at another Exception level. */
    void at(int el, Runnable what) {
        int old = pe.el;
        pe.el = el;
        what.run();
        pe.el = old;
    }

    void el(int el) {
        pe.el = el;
        pe.changed |= PeState.CHANGED_PROFILING;
    }

    /** Programs and enables profiling at EL1 with the whole buffer. */
    Bench profile(int interval, boolean rnd) {
        write(SystemRegister.PMSIRR_EL1, (long) interval << 8 | (rnd ? 1 : 0));
        write(SystemRegister.PMSICR_EL1, 0);
        buffer(BUFFER, BUFFER + BUFFER_SIZE);
        write(SystemRegister.PMSCR_EL1, E1SPE);
        return this;
    }

    Bench buffer(long pointer, long limit) {
        write(SystemRegister.PMBPTR_EL1, pointer);
        write(SystemRegister.PMBSR_EL1, 0);
        write(SystemRegister.PMBLIMITR_EL1, limit | 1);
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
        while ((pe.changed & PeState.CHANGED_PROFILING) != 0) {
            pe.changed = 0;
            context.sampler.update();
        }
    }

    /** Runs so many operations. */
    Bench run(long operations) {
        long end = pe.executed + operations;
        while (true) {
            settle();
            Sampler sampler = context.sampler;
            if (sampler.cyclesToCompletion() <= 0) {
                sampler.completeIfDue();
                continue;
            }
            if (pe.executed == end) {
                return this;
            }
            long grant = sampler.grant();
            if (grant > 0) {
                pe.executed += Math.min(end - pe.executed, Math.min(grant, sampler.cyclesToCompletion()));
            } else {
                observe();
            }
        }
    }

    private void observe() {
        long taken = counter(SpuState.SAMPLE_FEED) + (pe.spu.inFlight ? 1 : 0);
        operation.begin(0x1000, pe.el, true, pe.cycles());
        operation.totalLatency = 1;
        operation.issueLatency = 1;
        shape.accept(operation);
        pe.executed++;
        context.sampler.sample(operation);
        if (counter(SpuState.SAMPLE_FEED) + (pe.spu.inFlight ? 1 : 0) > taken) {
            sampled.add(pe.executed);
        }
    }

    /** Replaces the SPU by another one, as a swap does. */
    void swap() {
        context.sampler = unit.create(context);
        context.sampler.invalidate();
    }

    byte[] memory(long va, int length) {
        byte[] bytes = new byte[length];
        System.arraycopy(context.memory.ram, (int) (va - BUFFER), bytes, 0, length);
        return bytes;
    }
}
