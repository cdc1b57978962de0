// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.profiling.SampleCollector;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMBSR_ELx;
import dev.spelunk.api.spu.Sampler;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.registers.RegisterModelComponent;
import dev.spelunk.testkit.PlainBank;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a run may ask of the SPU, and in which order")
class SamplerContractTest {
    /** A feature that looks at every operation of a window before the sampled one, and notes what it is shown. */
    private static final class Watching implements ProfilingFeatures, SampleCollector {
        final List<Long> observed = new ArrayList<>();
        final List<Long> collected = new ArrayList<>();

        @Override
        public String feature() {
            return "FEAT_WATCHING";
        }

        @Override
        public int order() {
            return 900;
        }

        @Override
        public void contribute(ProfilingRulesBuilder rules) {
            rules.collector(this);
        }

        @Override
        public int window() {
            return 3;
        }

        @Override
        public void observe(PeContext context, Operation operation) {
            observed.add(operation.dispatch);
        }

        @Override
        public void collect(PeContext context, Operation sample) {
            collected.add(sample.dispatch);
        }
    }

    private static Sampler sampler(Bench b) {
        return b.context.sampler;
    }

    @Test
    @DisplayName(
            "Operations of the window are shown to collectors, the sampled one too, but only after it is collected")
    void window() {
        Watching watching = new Watching();
        Bench b = new Bench(Set.of(), Map.of(), watching).profile(1, false);
        b.settle();
        assertThat(sampler(b).window()).isEqualTo(3);
        assertThat(Bench.el1().context.sampler.window()).isZero();
        b.core.run(256);
        sampler(b).observe(b.operation());
        assertThat(watching.observed).containsExactly(256L);
        b.pe.executed = 256;
        assertThat(sampler(b).grant()).isZero();
        b.run(1);
        assertThat(watching.collected).containsExactly(256L);
        assertThat(watching.observed).containsExactly(256L, 256L);
    }

    @Test
    @DisplayName("An operation that is due is accounted with all that were executed before it, asked for or not")
    void accountsWhatCameBefore() {
        Bench b = Bench.el1().profile(1, false);
        b.settle();
        assertThat(sampler(b).grant()).isEqualTo(256);
        b.core.run(256);
        Operation operation = b.operation();
        sampler(b).sample(operation);
        assertThat(b.counter(SpuState.SAMPLE_POP)).isEqualTo(257);
        assertThat(b.read(SystemRegister.PMSICR_EL1)).isZero();
        assertThat(b.pe.spu.inFlight || b.counter(SpuState.SAMPLE_FEED) == 1).isTrue();
    }

    @Test
    @DisplayName("A sample whose time has come when the next one is due is completed first: no collision")
    void completesBeforeTheNext() {
        Bench b = Bench.el1().shape(o -> o.totalLatency = 257).profile(1, false).run(257);
        assertThat(b.pe.spu.inFlight).isTrue();
        assertThat(sampler(b).grant()).isEqualTo(256);
        b.core.run(256);
        Operation operation = b.operation();
        assertThat(operation.dispatch).isEqualTo(b.pe.spu.completion);
        sampler(b).sample(operation);
        assertThat(b.counter(SpuState.SAMPLE_COLLISION)).isZero();
        assertThat(b.records).hasSize(1);
        assertThat(b.pe.spu.inFlight).isTrue();
    }

    @Test
    @DisplayName("A sample that takes no time is complete at once")
    void noLatency() {
        Bench b = Bench.el1().shape(o -> o.totalLatency = 0).profile(1, false);
        b.settle();
        assertThat(sampler(b).grant()).isEqualTo(256);
        b.core.run(256);
        sampler(b).sample(b.operation());
        assertThat(b.records).hasSize(1);
        assertThat(b.pe.spu.inFlight).isFalse();
    }

    @Test
    @DisplayName("Retired is every sample's event; not taken is a conditional one's that failed (D18.2.6)")
    void events() {
        Bench b = Bench.el1();
        int[] flags = {
            0,
            Operation.CONDITIONAL,
            Operation.CONDITION_FAILED,
            Operation.CONDITIONAL | Operation.CONDITION_FAILED,
            Operation.EXCEPTION
        };
        int[] next = {0};
        b.shape(o -> o.flags = flags[next[0]++]).profile(1, false).run(257 * flags.length);
        assertThat(b.records.stream().map(r -> Packets.of(r).value(0x52))).containsExactly(2L, 2L, 2L, 0x42L, 3L);
    }

    @Test
    @DisplayName(
            "The interval counter is what it is without an SPU; with one, a new interval is not for what was counted")
    void intervalRegisters() {
        Bench b = Bench.el1().profile(1, false).run(100);
        b.write(SystemRegister.PMSIRR_EL1, 4 << 8);
        assertThat(b.read(SystemRegister.PMSICR_EL1)).isEqualTo(256 - 99);
        b.context.sampler = null;
        b.write(SystemRegister.PMSICR_EL1, 10);
        b.pe.executed += 5;
        assertThat(b.read(SystemRegister.PMSICR_EL1)).isEqualTo(10);
        b.write(SystemRegister.PMBSR_EL1, PMBSR_ELx.S);
        assertThat(b.pmbsr()).isEqualTo(PMBSR_ELx.S);
    }

    @Test
    @DisplayName("It says whether profiling is enabled at an Exception level, and whether the buffer has stopped")
    void says() {
        Bench b = Bench.el1();
        assertThat(sampler(b).stopped()).isFalse();
        assertThat(sampler(b).enabledAt(1)).isFalse();
        b.profile(1, false);
        Sampler fresh = sampler(b);
        assertThat(fresh.enabledAt(1)).isTrue();
        assertThat(fresh.enabledAt(0)).isFalse();
        b.write(SystemRegister.PMBSR_EL1, PMBSR_ELx.S);
        assertThat(fresh.stopped()).isTrue();
        assertThat(fresh.enabledAt(1)).isFalse();
    }

    /** Another register file: what PMS* and PMB* registers hold is carried over, at other indices. */
    private static void exchangeRegisters(Bench b, int more) {
        PlainBank others = new PlainBank();
        for (int i = 0; i < more; i++) {
            others.add("OTHER" + i + "_EL1", 2 << 14 | i, 1);
        }
        int before = b.context.registers.index(SystemRegister.PMSICR_EL1);
        b.context.registers =
                new RegisterModelComponent().create(b.context, List.of(b.bank(), others), b.context.registers);
        assertThat(b.context.registers.index(SystemRegister.PMSICR_EL1)).isNotEqualTo(before);
    }

    @Test
    @DisplayName("A register file that is exchanged is noticed at each question")
    void anotherRegisterFile() {
        Bench b = Bench.el1().profile(1, false).run(100);
        exchangeRegisters(b, 2);
        assertThat(sampler(b).enabledAt(1)).isTrue();
        assertThat(sampler(b).enabledAt(0)).isFalse();
        assertThat(b.run(157).sampled).containsExactly(257L);
        assertThat(sampler(b).grant()).isEqualTo(256);
        b.core.run(256);
        exchangeRegisters(b, 1);
        sampler(b).sample(b.operation());
        assertThat(b.counter(SpuState.SAMPLE_POP)).isEqualTo(514);
        assertThat(b.records.size() + (b.pe.spu.inFlight ? 1 : 0)).isEqualTo(2);
        assertThat(b.read(SystemRegister.PMSICR_EL1)).isZero();
    }
}
