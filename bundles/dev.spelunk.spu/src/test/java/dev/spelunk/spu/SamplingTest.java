// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMBSR_ELx;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.pmsver.v1p2.StatisticalProfilingV1p2;
import dev.spelunk.spe.ernd.ExtendedRandomization;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Selection, collisions and the life of a sample (DDI 0487, D17.3 and D17.9). */
class SamplingTest {
    @Test
    @DisplayName("Operations that are not profiled are counted by what is in the way")
    void notProfiled() {
        Bench b = Bench.el1();
        b.run(10);
        b.profile(256, false).run(20);
        b.el(0);
        b.write(SystemRegister.PMSCR_EL1, 2);
        b.run(30);
        b.el(1);
        b.write(SystemRegister.PMBSR_EL1, 1L << 17);
        b.run(40);
        b.context.sampler.synchronize();
        assertThat(b.pe.spu.notProfiled[SpuState.BUFFER_DISABLED]).isEqualTo(10);
        assertThat(b.pe.spu.notProfiled[SpuState.DISABLED_AT_EL]).isEqualTo(30);
        assertThat(b.pe.spu.notProfiled[SpuState.STOPPED]).isEqualTo(40);
        assertThat(b.counter(SpuState.SAMPLE_POP)).isEqualTo(20);
    }

    @Test
    @Tag("T34")
    @Tag("T35")
    @DisplayName("T34, T35: through the whole SPU: samples at members 1 * 257, 2 * 257, … of INTERVAL = 1")
    void exactInterval() {
        Bench b = Bench.el1().profile(1, false).run(257 * 5);
        assertThat(b.sampled).containsExactly(257L, 514L, 771L, 1028L, 1285L);
        assertThat(b.counter(SpuState.RECORDS_WRITTEN)).isEqualTo(5);
    }

    @Test
    @Tag("T36")
    @DisplayName("T36: through the whole SPU: RND = 1 spaces samples N + 1 to N + 256 apart")
    void jitter() {
        Bench b = Bench.el1().profile(2, true).run(50_000);
        assertThat(b.sampled).hasSizeGreaterThan(50);
        for (int i = 1; i < b.sampled.size(); i++) {
            assertThat(b.sampled.get(i) - b.sampled.get(i - 1)).isBetween(513L, 768L);
        }
    }

    @Test
    @Tag("T37")
    @DisplayName("T37: through the whole SPU: FEAT_SPE_ERnd delays each sample by 0 to 255 members after expiry")
    void jitterAfterExpiry() {
        Bench b = new Bench(Set.of(), Map.of(), new ExtendedRandomization())
                .profile(2, true)
                .run(60_000);
        assertThat(b.sampled).hasSizeGreaterThan(50);
        for (int i = 0; i < b.sampled.size(); i++) {
            assertThat(b.sampled.get(i) - (i + 1) * 513L).isBetween(0L, 255L);
        }
    }

    @Test
    @Tag("T32")
    @DisplayName("T32: while PMBSR_EL1.S is 1 nothing is sampled, PMSICR_EL1 and PMBPTR_EL1 stay; clearing S restarts")
    void stopped() {
        Bench b = Bench.el1().profile(1, false).run(300);
        b.write(SystemRegister.PMBSR_EL1, PMBSR_ELx.S);
        b.run(1);
        long pmsicr = b.read(SystemRegister.PMSICR_EL1);
        long pmbptr = b.pmbptr();
        b.run(5000);
        assertThat(b.sampled).hasSize(1);
        assertThat(b.read(SystemRegister.PMSICR_EL1)).isEqualTo(pmsicr);
        assertThat(b.pmbptr()).isEqualTo(pmbptr);
        b.write(SystemRegister.PMBSR_EL1, 0);
        b.run(257);
        assertThat(b.sampled).hasSize(2);
    }

    @Test
    @Tag("T33")
    @DisplayName("T33: a PE in a Security state that does not own the buffer samples nothing")
    void otherSecurityState() {
        Bench b = new Bench(Set.of("FEAT_EL2", "FEAT_EL3"), Map.of())
                .profile(1, false)
                .run(600);
        assertThat(b.sampled).hasSize(2);
        b.at(3, () -> b.write(SystemRegister.MDCR_EL3, 1L << 12));
        b.run(5000);
        assertThat(b.sampled).hasSize(2);
    }

    @Test
    @Tag("T39")
    @DisplayName("T39: what PMSICR_EL1 holds when profiling is enabled is counted down first")
    void resumes() {
        Bench b = Bench.el1().profile(1, false);
        b.write(SystemRegister.PMSICR_EL1, 10);
        b.run(20);
        assertThat(b.sampled).containsExactly(10L);
    }

    @Test
    @Tag("T40")
    @DisplayName("T40: PMSICR_EL1 does not change while profiling is disabled, at another EL for example")
    void holds() {
        Bench b = Bench.el1().profile(1, false).run(101);
        assertThat(b.read(SystemRegister.PMSICR_EL1)).isEqualTo(156);
        b.el(0);
        b.run(1000);
        assertThat(b.read(SystemRegister.PMSICR_EL1)).isEqualTo(156);
        b.el(1);
        b.run(156);
        assertThat(b.sampled).containsExactly(1257L);
    }

    @Test
    @DisplayName(
            "PMSICR_EL1 is counted when it is read: 0, then INTERVAL * 256 after the reload, then one less for each")
    void readsCount() {
        Bench b = Bench.el1().profile(1, false);
        assertThat(b.read(SystemRegister.PMSICR_EL1)).isZero();
        b.run(1);
        assertThat(b.read(SystemRegister.PMSICR_EL1)).isEqualTo(256);
        b.run(255);
        assertThat(b.read(SystemRegister.PMSICR_EL1)).isEqualTo(1);
        b.run(1);
        assertThat(b.read(SystemRegister.PMSICR_EL1)).isZero();
    }

    @Test
    @Tag("T42")
    @DisplayName("T42: SAMPLE_POP counts each operation executed while profiling is enabled")
    void population() {
        Bench b = Bench.el1().profile(1, false).run(1000);
        b.el(0);
        b.run(500);
        assertThat(b.counter(SpuState.SAMPLE_POP)).isEqualTo(1000);
    }

    @Test
    @Tag("T43")
    @DisplayName("T43: an expiry with a sample in flight is a collision: COLL, SAMPLE_COLLISION, nothing else")
    void collision() {
        Bench b = Bench.el1()
                .shape(o -> {
                    o.totalLatency = 300;
                    o.pc = 0x1000 + o.dispatch;
                })
                .profile(1, false)
                .run(514);
        assertThat(b.pmbsr()).isEqualTo(PMBSR_ELx.COLL);
        assertThat(b.counter(SpuState.SAMPLE_COLLISION)).isEqualTo(1);
        assertThat(b.records).isEmpty();
        b.run(256 + 300 - 514);
        assertThat(b.records).hasSize(1);
        assertThat(Packets.of(b.records.get(0)).value(0xB0)).isEqualTo(0x1000 + 256 | 1L << 61 | 1L << 63);
        assertThat(b.pmbsr() & PMBSR_ELx.S).isZero();
        b.run(771 - 556 + 300);
        assertThat(b.records).hasSize(2);
        assertThat(b.pmbsr()).as("sticky").isEqualTo(PMBSR_ELx.COLL);
    }

    @Test
    @Tag("T44")
    @Tag("T59")
    @DisplayName("T44, T59: discard mode counts, collides and writes nothing; S stays 0, LIMIT and PTR do not matter")
    void discardMode() {
        Bench b = new Bench(Set.of(), Map.of(), new StatisticalProfilingV1p2())
                .shape(o -> o.totalLatency = 300)
                .profile(1, false);
        b.write(SystemRegister.PMBPTR_EL1, 12345);
        b.write(SystemRegister.PMBLIMITR_EL1, 2 << 1 | 1);
        b.run(257 * 4 + 300);
        assertThat(b.counter(SpuState.SAMPLE_FEED)).isEqualTo(2);
        assertThat(b.counter(SpuState.SAMPLE_FILTRATE)).isEqualTo(2);
        assertThat(b.counter(SpuState.SAMPLE_COLLISION)).isGreaterThanOrEqualTo(2);
        assertThat(b.pmbsr()).isEqualTo(PMBSR_ELx.COLL);
        assertThat(b.pmbptr()).isEqualTo(12345);
        assertThat(b.records).isEmpty();
    }

    @Test
    @DisplayName("Without discard mode FM = 10 acts as fill mode")
    void reservedFillMode() {
        Bench b = Bench.el1().profile(1, false);
        b.write(SystemRegister.PMBLIMITR_EL1, Bench.BUFFER + Bench.BUFFER_SIZE | 2 << 1 | 1);
        assertThat(b.run(600).records).hasSize(2);
    }

    @Test
    @Tag("T57")
    @DisplayName("T57: filters are ANDed, SAMPLE_FILTRATE counts what passes, SAMPLE_FEED everything")
    void filtersAreAnded() {
        Bench b = Bench.el1().shape(o -> {
            o.operationClass = Operation.LOAD_STORE;
            o.flags = o.dispatch / 257 % 2 == 0 ? Operation.LOAD : Operation.STORE;
            o.totalLatency = o.dispatch / 514 % 2 == 0 ? 5 : 50;
        });
        b.write(SystemRegister.PMSFCR_EL1, 1 << 17 | 1 << 1 | 1 << 2);
        b.write(SystemRegister.PMSLATFR_EL1, 20);
        b.profile(1, false).run(257 * 40 + 100);
        assertThat(b.counter(SpuState.SAMPLE_FEED)).isEqualTo(40);
        assertThat(b.counter(SpuState.SAMPLE_FILTRATE)).isEqualTo(10);
        assertThat(b.records).hasSize(10).allSatisfy(r -> {
            assertThat(Packets.of(r).value(0x98)).isEqualTo(50);
            assertThat(Packets.of(r).value(0x49)).isZero();
        });
    }

    @Test
    @Tag("T70")
    @DisplayName("T70: a conditional branch that is not taken has event 6; every sample is retired")
    void notTaken() {
        Bench b = Bench.el1()
                .shape(o -> {
                    o.operationClass = Operation.BRANCH;
                    o.flags = Operation.CONDITIONAL | (o.dispatch < 257 ? Operation.CONDITION_FAILED : Operation.TAKEN);
                })
                .profile(1, false)
                .run(600);
        assertThat(Packets.of(b.records.get(0)).value(0x52)).isEqualTo(0x42);
        assertThat(Packets.of(b.records.get(1)).value(0x52)).isEqualTo(0x02);
    }

    @Test
    @DisplayName("An operation that ended in an exception has event 0")
    void exceptionEvent() {
        Bench b = Bench.el1()
                .shape(o -> o.flags = Operation.EXCEPTION)
                .profile(1, false)
                .run(300);
        assertThat(Packets.of(b.records.get(0)).value(0x52)).isEqualTo(0x03);
    }

    @Test
    @DisplayName("PSB CSYNC completes the sample in flight; without one it does nothing")
    void barrier() {
        Bench b = Bench.el1().shape(o -> o.totalLatency = 100).profile(1, false).run(260);
        assertThat(b.records).isEmpty();
        assertThat(b.context.sampler.cyclesToCompletion()).isEqualTo(96);
        b.context.sampler.profilingSynchronizationBarrier();
        assertThat(b.records).hasSize(1);
        assertThat(b.context.sampler.cyclesToCompletion()).isEqualTo(Long.MAX_VALUE);
        b.context.sampler.profilingSynchronizationBarrier();
        assertThat(b.records).hasSize(1);
    }

    @Test
    @DisplayName("Whatever disables profiling completes the sample in flight first")
    void disablingCompletes() {
        for (int encoding : new int[] {SystemRegister.PMSCR_EL1, SystemRegister.PMBLIMITR_EL1}) {
            Bench b = Bench.el1()
                    .shape(o -> o.totalLatency = 100)
                    .profile(1, false)
                    .run(260);
            b.write(encoding, 0);
            assertThat(b.records).hasSize(1);
        }
        Bench b = Bench.el1().shape(o -> o.totalLatency = 100).profile(1, false).run(260);
        b.el(0);
        b.run(1);
        assertThat(b.records).hasSize(1);
        assertThat(b.run(1000).records).hasSize(1);
    }

    @Test
    @DisplayName("A sampled operation that disables the buffer itself leaves no record and no sample in flight")
    void dropped() {
        Bench b = Bench.el1();
        b.shape(o -> b.write(SystemRegister.PMBLIMITR_EL1, 0)).profile(1, false).run(300);
        assertThat(b.records).isEmpty();
        assertThat(b.pe.spu.inFlight).isFalse();
        assertThat(b.counter(SpuState.RECORDS_LOST)).isEqualTo(1);
        assertThat(b.pmbsr()).isZero();
    }

    @Test
    @DisplayName("The grant never passes the next sample and is without end where profiling is disabled")
    void grant() {
        Bench b = Bench.el1();
        b.settle();
        assertThat(b.context.sampler.grant()).isEqualTo(Long.MAX_VALUE);
        b.profile(1, false);
        b.settle();
        assertThat(b.context.sampler.grant()).isEqualTo(256);
        b.run(200);
        assertThat(b.context.sampler.grant()).isEqualTo(56);
        b.run(56);
        assertThat(b.context.sampler.grant()).isZero();
    }

    @Test
    @DisplayName("A new SPU in the place of the old one at any operation changes no byte and no counter")
    void swapped() {
        List<Bench> benches = List.of(busy(), busy());
        for (int i = 0; i < 3000; i++) {
            benches.get(0).run(7);
            benches.get(1).run(7);
            benches.get(1).swap();
        }
        assertThat(benches.get(0).records).hasSizeGreaterThan(30);
        assertThat(benches.get(1).records).usingRecursiveComparison().isEqualTo(benches.get(0).records);
        assertThat(benches.get(1).pe.spu.counters).isEqualTo(benches.get(0).pe.spu.counters);
        assertThat(benches.get(1).pe.sys).isEqualTo(benches.get(0).pe.sys);
    }

    private static Bench busy() {
        Bench b = Bench.el1().shape(o -> {
            o.pc = o.dispatch;
            o.totalLatency = (int) (o.dispatch % 400);
        });
        return b.profile(1, true);
    }

    @Test
    @DisplayName("Same seed, same program: the same records")
    void deterministic() {
        assertThat(busy().run(20_000).records).usingRecursiveComparison().isEqualTo(busy().run(20_000).records);
    }

    @Test
    @DisplayName("The SPU allocates nothing for a sample")
    void allocatesNothing() {
        Bench b = busy();
        b.context.records = (origin, data, offset, length) -> {};
        b.write(SystemRegister.PMBLIMITR_EL1, Bench.BUFFER + Bench.BUFFER_SIZE | 1);
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        Runnable burst = () -> {
            b.pe.changed = PeState.CHANGED_PROFILING;
            b.context.register(SystemRegister.PMBPTR_EL1, Bench.BUFFER);
            b.context.register(SystemRegister.PMBSR_EL1, 0);
            b.pages.regimes.clear();
            b.pages.accesses.clear();
            b.sampled.clear();
            b.run(30_000);
        };
        for (int i = 0; i < 200; i++) {
            burst.run();
        }
        long samples = b.counter(SpuState.SAMPLE_FEED);
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 20; i++) {
            burst.run();
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        // The bench itself keeps one Long for each sample.
        assertThat(bytes / (double) (b.counter(SpuState.SAMPLE_FEED) - samples)).isLessThan(32);
    }
}
