// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.profiling.SampleCollector;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.testkit.Configs;
import dev.spelunk.testkit.TestMachine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Packets of later versions and increments (DDI 0487, D18.2), beside the golden records. */
class FeaturePacketsTest {
    private static int payload(ProfilingRules rules, Operation operation) {
        byte[] out = new byte[16];
        rules.packet(PacketOrder.OPERATION_TYPE).encode(operation, rules.extension(), out, 0);
        return out[1] & 0xFF;
    }

    private static Operation operation(int operationClass, int flags) {
        Operation o = new Operation();
        o.operationClass = operationClass;
        o.flags = flags;
        return o;
    }

    @Test
    @Tag("T69")
    @DisplayName("T69: CR of a Branch packet is 00 without FEAT_SPE_CRR and never 00 with it")
    void callReturn() {
        ProfilingRules without = FeatureSets.compose(5);
        ProfilingRules with = FeatureSets.compose(5, "FEAT_SPE_CRR");
        int[] kinds = {
            0,
            Operation.BRANCH_WITH_LINK,
            Operation.PROCEDURE_RETURN,
            Operation.EXCEPTION_RETURN,
            Operation.CONDITIONAL,
            Operation.INDIRECT,
            Operation.INDIRECT | Operation.BRANCH_WITH_LINK
        };
        int[] expected = {3, 1, 2, 3, 3, 3, 1};
        for (int i = 0; i < kinds.length; i++) {
            Operation branch = operation(Operation.BRANCH, kinds[i]);
            assertThat(payload(without, branch) >>> 3 & 3).isZero();
            assertThat(payload(with, branch) >>> 3 & 3).isEqualTo(expected[i]);
            assertThat(payload(with, branch) & 7).isEqualTo(payload(without, branch) & 7);
        }
    }

    @Test
    @Tag("T73")
    @DisplayName("T73: the payload of a Memory Set is always 0x25")
    void memorySet() {
        for (int flags : new int[] {Operation.STORE, Operation.LOAD, 0, Operation.STORE | Operation.ACQUIRE_RELEASE}) {
            Operation set = operation(Operation.LOAD_STORE, flags);
            set.form = Operation.MEMORY_SET;
            for (int pmsVer = 4; pmsVer <= 6; pmsVer++) {
                assertThat(payload(FeatureSets.compose(pmsVer), set)).isEqualTo(0x25);
            }
        }
    }

    @Test
    @Tag("T75")
    @DisplayName("T75: ETS is the next size that can be encoded: 129 to 256 bits are 0001, the whole ZA 1111")
    void tileSize() {
        ProfilingRules rules = FeatureSets.compose(2, "FEAT_SPE_SME");
        Operation array = operation(Operation.OTHER, 0);
        array.form = Operation.SME_ARRAY;
        int[][] sizes = {
            {1, 0},
            {128, 0},
            {129, 1},
            {256, 1},
            {257, 2},
            {512, 2},
            {1024, 3},
            {2048, 4},
            {4096, 5},
            {8192, 6},
            {16384, 7},
            {32768, 8},
            {65536, 9},
            {131072, 10},
            {131073, 11},
            {262144, 11},
            {Operation.WHOLE_ZA, 15}
        };
        for (int[] size : sizes) {
            array.vectorBits = size[0];
            int payload = payload(rules, array);
            assertThat(payload >>> 3 & 0xE | payload >>> 2 & 1)
                    .as("%d bits", size[0])
                    .isEqualTo(size[1]);
            assertThat(payload & 0x8B).isEqualTo(0x88);
        }
        Operation vector = operation(Operation.OTHER, 0);
        vector.form = Operation.SVE;
        int[][] lengths = {{32, 0}, {33, 1}, {64, 1}, {128, 2}, {256, 3}, {512, 4}, {1024, 5}, {2048, 6}};
        for (int[] length : lengths) {
            vector.vectorBits = length[0];
            assertThat(payload(rules, vector) >>> 4).isEqualTo(length[1]);
        }
        vector.vectorBits = 4096;
        assertThat(payload(rules, vector) >>> 4)
                .as("EVL of more than 2048 bits")
                .isEqualTo(7);
        assertThat(payload(FeatureSets.compose(2), vector) >>> 4).isEqualTo(6);
    }

    @Test
    @DisplayName("The previous branch target is that of the last taken branch of the window, and of none across a gap")
    void previousBranchTarget() {
        ProfilingRules rules = FeatureSets.compose(3, "FEAT_SPE_PBT");
        PeContext context = TestMachine.builder().build().context;
        SampleCollector collector = rules.collectors().get(0);
        assertThat(rules.window()).isEqualTo(64);
        Operation o = new Operation();
        assertThat(target(rules, context, collector, o)).as("nothing seen").isZero();
        branch(context, collector, o, 0x1000);
        other(context, collector, o);
        branch(context, collector, o, 0x2000);
        other(context, collector, o);
        assertThat(target(rules, context, collector, o)).isEqualTo(0x2000);
        branch(context, collector, o, 0x3000);
        context.pe.executed += 5;
        other(context, collector, o);
        assertThat(target(rules, context, collector, o))
                .as("operations that were not seen lie between")
                .isZero();
        branch(context, collector, o, 0x4000);
        context.pe.executed++;
        assertThat(target(rules, context, collector, o))
                .as("the operation before the sample was not seen")
                .isZero();
    }

    private static void branch(PeContext context, SampleCollector collector, Operation o, long target) {
        context.pe.executed++;
        o.begin(0x100, 1, true, 0);
        o.flags = Operation.TAKEN;
        o.target = target;
        collector.observe(context, o);
    }

    private static void other(PeContext context, SampleCollector collector, Operation o) {
        context.pe.executed++;
        o.begin(0x100, 1, true, 0);
        collector.observe(context, o);
    }

    /** Address in the packet of index 4 of the next operation, 0 when there is none. */
    private static long target(ProfilingRules rules, PeContext context, SampleCollector collector, Operation o) {
        context.pe.executed++;
        o.begin(0x100, 1, true, 0);
        collector.collect(context, o);
        byte[] out = new byte[16];
        int end = rules.packet(PacketOrder.ADDRESS + 4).encode(o, rules.extension(), out, 0);
        assertThat(end).isIn(0, 9);
        return end == 0 ? 0 : PhysicalMemory.get64(out, 1) & 0xFFFF_FFFFL;
    }

    @Test
    @DisplayName("An IMPLEMENTATION DEFINED event is refused where the composed version has withdrawn its bit")
    void withdrawnEvents() {
        ProfilingFeatures own = new ProfilingFeatures() {
            @Override
            public String feature() {
                return "FEAT_OWN";
            }

            @Override
            public int order() {
                return 900;
            }

            @Override
            public void contribute(ProfilingRulesBuilder rules) {
                rules.event(26);
            }
        };
        SamplingUnitComponent unit = new SamplingUnitComponent(Configs.defaults(SamplingUnitComponent.Config.class));
        List<ProfilingFeatures> old = new ArrayList<>(List.of(FeatureSets.of(4)));
        old.add(own);
        assertThat(unit.compose(old).extension().filterableEvents() >>> 26 & 1).isEqualTo(1);
        List<ProfilingFeatures> newer = new ArrayList<>(List.of(FeatureSets.of(5)));
        newer.add(own);
        assertThatThrownBy(() -> unit.compose(newer))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("event 26");
    }
}
