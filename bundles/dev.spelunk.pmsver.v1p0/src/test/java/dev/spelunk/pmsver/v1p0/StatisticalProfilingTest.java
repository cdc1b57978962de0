// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.testkit.Operations;
import dev.spelunk.testkit.PageMap;
import dev.spelunk.testkit.TestMachine;
import java.util.SortedMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("FEAT_SPE: events, PMSFCR_EL1, PMU events, the buffer's pointers and its management events")
class StatisticalProfilingTest {
    private final TestMachine machine = TestMachine.builder().build();
    private final ProfilingRulesBuilder builder = Composed.builder(false);
    private final ProfilingRules rules = builder.build();

    @Test
    @DisplayName("Records may show bits 10:0, and the IMPLEMENTATION DEFINED 15:12, 31:24 and 63:48 (D18.2.6)")
    void events() {
        assertThat(builder.events).isEqualTo(0x7FF);
        assertThat(builder.allowedEvents).isEqualTo(0xFFFF_0000_FF00_F7FFL);
        assertThat(new StatisticalProfiling().feature()).isEqualTo("FEAT_SPE");
        assertThat(new StatisticalProfiling().order()).as("before its versions").isBetween(1, 199);
    }

    @Test
    @DisplayName("PMSFCR_EL1 has FE, FT, FL, B, LD and ST (D24.7.12)")
    void filterControl() {
        RegisterDefinition pmsfcr = rules.refined(
                        SystemRegister.PMSFCR_EL1,
                        RegisterDefinition.of("PMSFCR_EL1", SystemRegister.PMSFCR_EL1),
                        machine.context.architecture)
                .build();
        assertThat(pmsfcr.merge(0, -1)).isEqualTo(7 | 7 << 16);
    }

    @Test
    @DisplayName("The PMU events 0x4000 to 0x4003 count what the SPU has counted (D14.3)")
    void pmuEvents() {
        SortedMap<Integer, PmuEvent> events = rules.extension().pmuEvents();
        assertThat(events).containsOnlyKeys(0x4000, 0x4001, 0x4002, 0x4003);
        String[] names = {"SAMPLE_POP", "SAMPLE_FEED", "SAMPLE_FILTRATE", "SAMPLE_COLLISION"};
        int[] counters = {SpuState.SAMPLE_POP, SpuState.SAMPLE_FEED, SpuState.SAMPLE_FILTRATE, SpuState.SAMPLE_COLLISION
        };
        for (int i = 0; i < names.length; i++) {
            PmuEvent event = events.get(0x4000 + i);
            assertThat(event.number()).isEqualTo(0x4000 + i);
            assertThat(event.name()).isEqualTo(names[i]);
            assertThat(event.happened(machine.pe)).isZero();
            machine.pe.spu.counters[counters[i]] = 10 + i;
            assertThat(event.happened(machine.pe)).isEqualTo(10 + i);
        }
    }

    @Test
    @DisplayName("While profiling is enabled each operation is a member of the population, else none")
    void population() {
        PmuEvent population = rules.extension().pmuEvents().get(0x4000);
        assertThat(population.operationsUntil(machine.pe, 7)).isEqualTo(Long.MAX_VALUE);
        machine.pe.spu.enabled = true;
        assertThat(population.operationsUntil(machine.pe, 7)).isEqualTo(7);
    }

    @Test
    @DisplayName(
            "Every event is recorded in PMBSR_EL1, whose S stops profiling and is PMBIRQ; none is an exception (D17.8)")
    void managementEvents() {
        assertThat(rules.routing().target(machine.context, 0x25, 0)).isEqualTo(1);
        assertThat(rules.routing().exceptionTarget(machine.context)).isZero();
        for (long pmbsr : new long[] {0, ~(1L << 17), 1L << 17}) {
            machine.context.register(SystemRegister.PMBSR_EL1, pmbsr);
            assertThat(rules.routing().stopped(machine.context)).isEqualTo(pmbsr == 1L << 17);
            assertThat(rules.routing().interrupt(machine.context)).isEqualTo(pmbsr == 1L << 17);
        }
    }

    @Test
    @DisplayName(
            "The pointers are virtual addresses of the owner's regime, written as privileged with PAN as 0 (D17.7.6)")
    void pointers() {
        PageMap pages = PageMap.empty().namedRegimesOnly();
        machine.context.translator = pages;
        pages.map(0x1000, TestMachine.RAM, 0x1000);
        Translation out = new Translation();
        assertThat(rules.translation().translate(machine.context, out, 0x1234)).isTrue();
        assertThat(out.pa).isEqualTo(TestMachine.RAM + 0x234);
        assertThat(pages.accesses).containsOnly(Translator.WRITE | Translator.IGNORE_PAN);
        assertThat(pages.regimes).containsOnly(Translator.REGIME_EL10);
        assertThat(rules.translation().translate(machine.context, out, 0x5234)).isFalse();
    }

    private static int encode(ProfilingRules rules, int order, Operation operation, byte[] out) {
        return rules.packet(order).encode(operation, rules.extension(), out, 3);
    }

    @Test
    @DisplayName("MRS and MSR that FEAT_NV2 makes loads and stores are 0011000x (D18.2.7)")
    void transformedSystemRegister() {
        byte[] out = new byte[16];
        Operation operation = Operations.of(Operation.LOAD_STORE, Operation.LOAD);
        operation.form = Operation.SYSTEM_REGISTER;
        assertThat(encode(rules, PacketOrder.OPERATION_TYPE, operation, out)).isEqualTo(5);
        assertThat(out[4]).isEqualTo((byte) 0x30);
        operation.flags = Operation.STORE;
        encode(rules, PacketOrder.OPERATION_TYPE, operation, out);
        assertThat(out[4]).isEqualTo((byte) 0x31);
    }

    @Test
    @DisplayName("A Context packet that is not there takes no room; the Events packet takes 1, 2, 4 or 8 bytes")
    void sizes() {
        byte[] out = new byte[16];
        assertThat(encode(rules, PacketOrder.CONTEXT_EL1, Operations.of(0, 0), out))
                .isEqualTo(3);
        long[] events = {0x80, 0x100, 0x8000, 0x1_0000, 0x8000_0000L, 0x1_0000_0000L};
        int[] bytes = {1, 2, 2, 4, 4, 8};
        for (int i = 0; i < events.length; i++) {
            builder.events = events[i];
            assertThat(encode(builder.build(), PacketOrder.EVENTS, Operations.of(0, 0), out))
                    .as("%x", events[i])
                    .isEqualTo(4 + bytes[i]);
        }
    }
}
