// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.profiling.SampleFilter;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMSFCR_EL1;
import dev.spelunk.api.spu.OperationTypes;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.SpuState;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The filters that later versions and increments bring, and the PMU events that count what they select (DDI 0487, D17.5, D14.3). */
class FeatureFiltersTest {
    private static final long FE = 1;
    private static final long FT = 1 << 1;
    private static final long FL = 1 << 2;
    private static final long FNE = 1 << 3;
    private static final long FDS = 1 << 4;

    private static Bench bench(int pmsVer, String... more) {
        return new Bench(Set.of(), Map.of("maxRecordSize", 128), FeatureSets.beside(pmsVer, more));
    }

    private static boolean kept(Bench b, Operation operation) {
        for (SampleFilter filter : b.rules.filters()) {
            if (filter.enabled(b.context) && filter.rejects(b.context, b.rules.extension(), operation)) {
                return false;
            }
        }
        return true;
    }

    private static Operation events(long events) {
        Operation o = new Operation();
        o.events = events;
        return o;
    }

    /** An operation of the types {SIMD, FP, ST, LD, B} in bits 4:0, as far as one can be of them all. */
    private static Operation types(int types) {
        Operation o = new Operation();
        o.operationClass =
                (types & 1) != 0 ? Operation.BRANCH : (types & 6) != 0 ? Operation.LOAD_STORE : Operation.OTHER;
        o.form = (types & 1) != 0 && (types & 6) != 0 ? Operation.GUARDED_CONTROL_STACK : Operation.PLAIN;
        o.flags = ((types & 2) != 0 ? Operation.LOAD : 0)
                | ((types & 4) != 0 ? Operation.STORE : 0)
                | ((types & 8) != 0 ? Operation.FLOATING_POINT : 0)
                | ((types & 16) != 0 ? Operation.ADVANCED_SIMD : 0);
        assertThat(OperationTypes.of(o) >>> 16).isEqualTo(types);
        return o;
    }

    @Test
    @Tag("T23")
    @DisplayName("T23: which events can be filtered on in each PMSVer, in PMSEVFR_EL1 and in PMSNEVFR_EL1")
    void filterableEvents() {
        long[] masks = {0xAA, 0x8AA, 0x8EA, 0x8EA, 0x00F8_0FFE, 0x00F8_0FFE};
        for (int pmsVer = 1; pmsVer <= 6; pmsVer++) {
            Bench b = bench(pmsVer);
            b.write(SystemRegister.PMSEVFR_EL1, -1);
            assertThat(b.read(SystemRegister.PMSEVFR_EL1))
                    .as("PMSVer %d", pmsVer)
                    .isEqualTo(masks[pmsVer - 1]);
            if (pmsVer >= 3) {
                b.write(SystemRegister.PMSNEVFR_EL1, -1);
                assertThat(b.read(SystemRegister.PMSNEVFR_EL1)).isEqualTo(masks[pmsVer - 1]);
            }
        }
        Bench sme = bench(5, "FEAT_SPE_SME");
        sme.write(SystemRegister.PMSEVFR_EL1, -1);
        assertThat(sme.read(SystemRegister.PMSEVFR_EL1)).isEqualTo(0x03FE_0FFEL);
    }

    @Test
    @Tag("T46")
    @DisplayName("T46: FnE = 1, PMSNEVFR_EL1 = {3, 5}: dropped if either event is set")
    void inverse() {
        Bench b = bench(3);
        b.write(SystemRegister.PMSNEVFR_EL1, 0x28);
        for (int events = 0; events < 256; events++) {
            b.write(SystemRegister.PMSFCR_EL1, FNE);
            assertThat(kept(b, events(events))).isEqualTo((events & 0x28) == 0);
            b.write(SystemRegister.PMSFCR_EL1, 0);
            assertThat(kept(b, events(events))).isTrue();
        }
        b.write(SystemRegister.PMSFCR_EL1, FNE);
        b.write(SystemRegister.PMSNEVFR_EL1, 0);
        assertThat(kept(b, events(-1))).as("nothing selected acts as FnE = 0").isTrue();
        b.write(SystemRegister.PMSNEVFR_EL1, 0x2);
        assertThat(kept(b, events(0x2)))
                .as("E[1] is ignored where no sampled operation is speculative")
                .isTrue();
    }

    @Test
    @Tag("T47")
    @DisplayName("T47: FE and FnE with disjoint bits: both conditions; a bit in both registers keeps nothing")
    void bothEventFilters() {
        Bench b = bench(3);
        b.write(SystemRegister.PMSFCR_EL1, FE | FNE);
        b.write(SystemRegister.PMSEVFR_EL1, 0x08);
        b.write(SystemRegister.PMSNEVFR_EL1, 0x20);
        for (int events = 0; events < 256; events++) {
            assertThat(kept(b, events(events))).isEqualTo((events & 0x28) == 0x08);
        }
        b.write(SystemRegister.PMSNEVFR_EL1, 0x08);
        for (int events = 0; events < 256; events++) {
            assertThat(kept(b, events(events))).isFalse();
        }
    }

    @Test
    @Tag("T50")
    @Tag("T51")
    @Tag("T52")
    @Tag("T53")
    @DisplayName("T50, T51, T52, T53: FEAT_SPE_EFT for every type of operation, every control and every mask")
    void masks() {
        Bench b = bench(1, "FEAT_SPE_EFT", "FEAT_SPE_FPF");
        for (int control = 0; control < 32; control++) {
            for (int mask = 0; mask < 32; mask++) {
                b.write(SystemRegister.PMSFCR_EL1, FT | (long) control << 16 | (long) mask << 48);
                for (int types = 0; types < 32; types++) {
                    boolean any = (control & ~mask) == 0 || (types & control & ~mask) != 0;
                    boolean exact = (types & mask) == (control & mask);
                    assertThat(kept(b, types(types)))
                            .as("%x %x %x", control, mask, types)
                            .isEqualTo(any && exact);
                }
            }
        }
        int load = 2;
        int store = 4;
        int fp = 8;
        b.write(SystemRegister.PMSFCR_EL1, FT | PMSFCR_EL1.LD | PMSFCR_EL1.LD << 32);
        assertThat(kept(b, types(load))).isTrue();
        assertThat(kept(b, types(store))).isFalse();
        b.write(SystemRegister.PMSFCR_EL1, FT | PMSFCR_EL1.ST << 32);
        assertThat(kept(b, types(store))).isFalse();
        assertThat(kept(b, types(0))).isTrue();
        b.write(SystemRegister.PMSFCR_EL1, FT | PMSFCR_EL1.LD | PMSFCR_EL1.ST | PMSFCR_EL1.FP | PMSFCR_EL1.FP << 32);
        assertThat(kept(b, types(load | fp))).isTrue();
        assertThat(kept(b, types(store | fp))).isTrue();
        assertThat(kept(b, types(load))).isFalse();
        assertThat(kept(b, types(fp))).isFalse();
    }

    @Test
    @DisplayName("Without FEAT_SPE_EFT there are no controls for SIMD and FP, and no masks")
    void withoutMasks() {
        Bench b = bench(5, "FEAT_SPE_LDS", "FEAT_SPE_FDS");
        b.write(SystemRegister.PMSFCR_EL1, -1);
        assertThat(b.read(SystemRegister.PMSFCR_EL1)).isEqualTo(0x0007_001FL);
        Bench eft = bench(6, "FEAT_SPE_LDS", "FEAT_SPE_FDS", "FEAT_SPE_EFT", "FEAT_SPE_FPF");
        eft.write(SystemRegister.PMSFCR_EL1, -1);
        assertThat(eft.read(SystemRegister.PMSFCR_EL1)).isEqualTo(0x001F_0000_001F_001FL);
    }

    @Test
    @Tag("T56")
    @DisplayName(
            "T56: FDS = 1: a load whose source is not selected is dropped; stores and loads without a source are kept")
    void dataSource() {
        Bench b = bench(5, "FEAT_SPE_LDS", "FEAT_SPE_FDS");
        Operation o = new Operation();
        o.operationClass = Operation.LOAD_STORE;
        for (int source = 0; source < 256; source++) {
            o.dataSource = source;
            b.write(SystemRegister.PMSDSFR_EL1, 1L << (source & 63));
            b.write(SystemRegister.PMSFCR_EL1, FDS);
            o.flags = Operation.LOAD | Operation.HAS_DATA_SOURCE;
            assertThat(kept(b, o)).isTrue();
            b.write(SystemRegister.PMSDSFR_EL1, ~(1L << (source & 63)));
            assertThat(kept(b, o)).isFalse();
            o.flags |= Operation.STORE | Operation.ATOMIC;
            assertThat(kept(b, o)).as("a value-returning atomic").isFalse();
            o.flags = Operation.LOAD;
            assertThat(kept(b, o)).isTrue();
            o.flags = Operation.STORE;
            assertThat(kept(b, o)).isTrue();
            b.write(SystemRegister.PMSFCR_EL1, 0);
            o.flags = Operation.LOAD | Operation.HAS_DATA_SOURCE;
            assertThat(kept(b, o)).isTrue();
        }
        b.write(SystemRegister.PMSFCR_EL1, FDS);
        b.write(SystemRegister.PMSDSFR_EL1, 0);
        assertThat(kept(b, o)).as("with nothing selected no load with a source").isFalse();
    }

    @Test
    @Tag("T58")
    @DisplayName(
            "T58: SAMPLE_FEED_LD, _ST and _BR count by type, whatever the type filter does; the others what they select")
    void countedSamples() {
        Bench b = bench(5, "FEAT_SPE_EFT", "FEAT_SPE_FPF", "FEAT_SPE_LDS", "FEAT_SPE_FDS")
                .shape(o -> {
                    int n = (int) (o.dispatch / 257 % 4);
                    o.operationClass = n == 0 ? Operation.BRANCH : n == 3 ? Operation.OTHER : Operation.LOAD_STORE;
                    o.flags = n == 1
                            ? Operation.LOAD | Operation.HAS_DATA_SOURCE | Operation.FLOATING_POINT
                            : n == 2 ? Operation.STORE | Operation.ADVANCED_SIMD : 0;
                    o.dataSource = 8;
                    o.totalLatency = 10 * n + 1;
                    o.events = n == 1 ? 1 << 3 : 0;
                })
                .profile(1, false);
        b.write(SystemRegister.PMSFCR_EL1, FT | FE | FL | FDS | PMSFCR_EL1.B);
        b.write(SystemRegister.PMSEVFR_EL1, 1 << 3);
        b.write(SystemRegister.PMSLATFR_EL1, 21);
        b.write(SystemRegister.PMSDSFR_EL1, 1 << 8);
        b.run(257 * 40 + 60);
        assertThat(b.counter(SpuState.SAMPLE_FEED)).isEqualTo(40);
        assertThat(b.counter(SpuState.SAMPLE_FILTRATE)).isZero();
        assertThat(b.pe.pmu.happened(0x812B)).isEqualTo(10);
        assertThat(b.pe.pmu.happened(0x812C)).isEqualTo(10);
        assertThat(b.pe.pmu.happened(0x812A)).isEqualTo(10);
        assertThat(b.pe.pmu.happened(0x812D)).isEqualTo(10);
        assertThat(b.pe.pmu.happened(0x812E)).isEqualTo(10);
        assertThat(b.pe.pmu.happened(0x812F)).isEqualTo(20);
        assertThat(b.pe.pmu.happened(0x8122)).isEqualTo(10);
        assertThat(b.pe.pmu.happened(0x8348)).isEqualTo(10);
        assertThat(b.pe.pmu.happened(0x8349)).isEqualTo(10);
        b.write(SystemRegister.PMSFCR_EL1, 0);
        b.run(257 * 40);
        assertThat(b.pe.pmu.happened(0x812D)).as("no type selected: no event").isEqualTo(10);
        assertThat(b.pe.pmu.happened(0x812E)).as("FE is ignored").isEqualTo(20);
        assertThat(b.context.architecture.profiling().pmuEvents())
                .containsKeys(
                        0x4000, 0x4001, 0x4002, 0x4003, 0x8122, 0x8123, 0x812A, 0x812B, 0x812C, 0x812D, 0x812E, 0x812F,
                        0x8348, 0x8349);
        assertThat(bench(1).context.architecture.profiling().pmuEvents())
                .containsOnlyKeys(0x4000, 0x4001, 0x4002, 0x4003);
    }
}
