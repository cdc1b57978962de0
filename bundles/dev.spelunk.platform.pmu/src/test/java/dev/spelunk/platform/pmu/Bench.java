// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMCR_EL0;
import dev.spelunk.api.spu.Sampler;
import dev.spelunk.registers.RegisterModelComponent;
import dev.spelunk.testkit.PlainBank;
import dev.spelunk.testkit.TestBoard;
import dev.spelunk.testkit.TestMachine;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** One PE with the real register table, the bank of the performance monitors and their device; operations are played. */
final class Bench extends TestBoard {
    static final int CYCLE_COUNTER = 31;
    static final long ENABLE = PMCR_EL0.E;
    static final int INST_RETIRED = 0x08;
    static final int CPU_CYCLES = 0x11;
    static final int CHAIN = 0x1E;
    private static final long NON_SECURE = 1;
    private static final Set<String> P5 = Set.of(
            "FEAT_PMUv3",
            "FEAT_PMUv3p1",
            "FEAT_PMUv3p4",
            "FEAT_PMUv3p5",
            "FEAT_EL2",
            "FEAT_EL3",
            "FEAT_VHE",
            "FEAT_FGT");

    /** The register that the SPU would bring. */
    private static final RegisterBank BUFFER = new PlainBank().add("PMBLIMITR_EL1", SystemRegister.PMBLIMITR_EL1, 1);

    PmuDevice device;

    Bench(Set<String> features, Map<String, Long> registers) {
        super(TestMachine.builder()
                .features(features)
                .profiling(extension(features))
                .stating(registers)
                .registers(new RegisterModelComponent(), new PmuRegisters(), BUFFER));
        context.register(SystemRegister.SCR_EL3, NON_SECURE | 1L << 27);
        device = new PmuDevice(this);
        settle();
    }

    /** What SPE implements with these features, as far as the performance monitors care. */
    private static ProfilingExtension extension(Set<String> features) {
        ProfilingRulesBuilder rules = new ProfilingRulesBuilder();
        rules.freezesCycleCounter = features.contains("FEAT_SPE_DPFZS");
        return rules.build().extension();
    }

    /** FEAT_PMUv3p5 with events that a part brings. */
    static Bench events(PmuEvent... events) {
        Bench b = v3p5();
        b.context.architecture = b.context.architecture.withPmuEvents(List.of(events));
        b.context.registers = new RegisterModelComponent()
                .create(b.context, List.of(new PmuRegisters(), BUFFER), b.context.registers);
        b.settle();
        return b;
    }

    /** FEAT_PMUv3p5 with EL2 and EL3, at EL1. */
    static Bench v3p5() {
        return new Bench(P5, Map.of());
    }

    /** FEAT_PMUv3p1 with EL2 and EL3, at EL1. */
    static Bench v3p1() {
        return new Bench(Set.of("FEAT_PMUv3", "FEAT_PMUv3p1", "FEAT_EL2", "FEAT_EL3"), Map.of());
    }

    /** FEAT_PMUv3p7 and more, at EL1. */
    static Bench with(String... more) {
        Set<String> features = new TreeSet<>(P5);
        features.addAll(Set.of("FEAT_PMUv3p7"));
        features.addAll(Set.of(more));
        return new Bench(features, Map.of());
    }

    /** What the run loop does when something changed. */
    void settle() {
        pe.changed = 0;
        device.changed(0);
    }

    Bench el(int el) {
        pe.el = el;
        settle();
        return this;
    }

    /** Executes so many operations, with the stops that the run loop makes. */
    void run(long operations) {
        run(device, operations);
    }

    /** An MSR that takes effect, without an operation being executed. */
    @Override
    public Bench write(int register, long value) {
        super.write(register, value);
        settle();
        return this;
    }

    /** An SPU whose profiling is stopped or not, with a buffer that is enabled and says PMFZ. */
    Bench profiling(boolean stopped) {
        context.sampler = (Sampler) Proxy.newProxyInstance(
                Bench.class.getClassLoader(),
                new Class<?>[] {Sampler.class},
                (proxy, method, arguments) -> method.getReturnType() == boolean.class ? stopped : null);
        return write(SystemRegister.PMBLIMITR_EL1, 1L << 5 | 1);
    }

    /** Counter n counts that event, with PMCR_EL0.E = 1. */
    Bench count(int counter, long type) {
        write(PmuRegisters.type(counter), type);
        write(SystemRegister.PMCNTENSET_EL0, 1L << counter);
        return write(SystemRegister.PMCR_EL0, read(SystemRegister.PMCR_EL0) | ENABLE);
    }

    long counter(int counter) {
        return read(PmuRegisters.value(counter));
    }

    long overflows() {
        return read(SystemRegister.PMOVSSET_EL0);
    }
}
