// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.SwapRequest;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.problems.BadInputException;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the pinning policies cost and what is lost without them, on a guest that switches profiled tasks often. */
class PinningPoliciesTest {
    private static final List<String> POLICIES = List.of("none", "on-enable", "cached", "whole-vm");
    private static final List<String> COSTS = List.of(
            "exitCycles",
            "entryCycles",
            "pinCyclesPerPage",
            "walkCycles",
            "mapCycles",
            "swapInCycles",
            "copyPageCycles",
            "interruptDeliveryCycles");
    private static final long MEMORY = 32 << 20;

    private static Machines.Setup setup(String policy) {
        return Machines.setup()
                .memory(MEMORY)
                .policy(policy)
                .vm(VmOptions.DEFAULT.withCheck(true))
                .append("workload=ping,pong switch=1 spe.interval=1024");
    }

    private static Machines.Setup free(Machines.Setup setup) {
        COSTS.forEach(cost -> setup.host(cost, 0L));
        return setup;
    }

    private static Machines.Run run(Machines.Setup setup) {
        Machines.Run run = setup.run();
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        return run;
    }

    private static long host(Machines.Run run, String key) {
        return run.result().host().getOrDefault(key, 0L);
    }

    @Test
    @DisplayName("under memory pressure, with a delivery latency: the table's relations")
    void relations() {
        Machines.Run none = run(setup("none").host("memoryPressureCycles", 20_000L));
        Machines.Run onEnable = run(setup("on-enable").host("memoryPressureCycles", 20_000L));
        Machines.Run cached = run(setup("cached").host("memoryPressureCycles", 20_000L));
        Machines.Run wholeVm = run(setup("whole-vm").host("memoryPressureCycles", 20_000L));

        assertThat(host(none, VirtualMachine.PINS)).isZero();
        assertThat(host(none, VirtualMachine.SPU_STAGE_2_FAULTS)).isPositive();
        assertThat(host(none, VirtualMachine.BLACKOUT_OPERATIONS)).isPositive();
        for (Machines.Run pinned : List.of(onEnable, cached, wholeVm)) {
            assertThat(host(pinned, VirtualMachine.SPU_STAGE_2_FAULTS)).isZero();
            assertThat(host(pinned, VirtualMachine.BLACKOUT_OPERATIONS)).isZero();
            assertThat(pinned.result().counters().get("RECORDS_LOST")).isZero();
            assertThat(pinned.result().counters().get("RECORDS_WRITTEN"))
                    .isGreaterThan(none.result().counters().get("RECORDS_WRITTEN"));
        }
        // Each blackout cost the record that faulted, and nothing else did.
        assertThat(none.result().counters().get("RECORDS_LOST"))
                .isEqualTo(host(none, VirtualMachine.SPU_STAGE_2_FAULTS));

        assertThat(host(cached, VirtualMachine.PINS)).isLessThan(host(onEnable, VirtualMachine.PINS) / 50);
        assertThat(host(onEnable, VirtualMachine.UNPINS))
                .as("the last disable let go of all")
                .isEqualTo(host(onEnable, VirtualMachine.PINS));
        assertThat(host(cached, VirtualMachine.LOST_CYCLES)).isLessThan(host(onEnable, VirtualMachine.LOST_CYCLES));
        assertThat(host(wholeVm, VirtualMachine.PINS)).isEqualTo(MEMORY / 4096);
        assertThat(host(wholeVm, VirtualMachine.UNPINS)).isZero();
        assertThat(host(wholeVm, VirtualMachine.PEAK_PINNED_BYTES)).isEqualTo(MEMORY);
        assertThat(host(onEnable, VirtualMachine.PEAK_PINNED_BYTES))
                .as("the buffer and its tables")
                .isBetween(64L << 10, 128L << 10);
    }

    @Test
    @DisplayName("with costs of zero no virtual time is lost, and without pressure all policies take the same")
    void zeroCosts() {
        TreeMap<String, Long> cycles = new TreeMap<>();
        for (String policy : POLICIES) {
            Machines.Run run = run(free(setup(policy)));
            assertThat(host(run, VirtualMachine.LOST_CYCLES)).as(policy).isZero();
            cycles.put(policy, run.result().cycles());
            Machines.Run pressed = run(free(setup(policy)).host("memoryPressureCycles", 20_000L));
            assertThat(host(pressed, VirtualMachine.LOST_CYCLES)).as(policy).isZero();
        }
        assertThat(cycles.get("cached")).isEqualTo(cycles.get("on-enable")).isEqualTo(cycles.get("none"));
        // An access that faults at stage 2 is executed twice: whole-vm spares the guest its first ones.
        assertThat(cycles.get("whole-vm")).isBetween(cycles.get("none") - 100, cycles.get("none"));
    }

    @Test
    @DisplayName(
            "an interrupt that is delivered at once leaves no blackout operations, though the record is lost all the same")
    void noLatency() {
        Machines.Run run =
                run(setup("none").host("memoryPressureCycles", 20_000L).host("interruptDeliveryCycles", 0L));
        assertThat(host(run, VirtualMachine.SPU_STAGE_2_FAULTS)).isPositive();
        assertThat(host(run, VirtualMachine.BLACKOUT_OPERATIONS)).isZero();
        assertThat(run.result().counters().get("RECORDS_LOST")).isEqualTo(host(run, VirtualMachine.SPU_STAGE_2_FAULTS));
    }

    @Test
    @DisplayName("a longer delivery latency: longer blackouts, fewer records")
    void longerLatency() {
        Machines.Run less =
                run(setup("none").host("memoryPressureCycles", 20_000L).host("interruptDeliveryCycles", 500L));
        Machines.Run more =
                run(setup("none").host("memoryPressureCycles", 20_000L).host("interruptDeliveryCycles", 20_000L));
        assertThat(host(more, VirtualMachine.BLACKOUT_OPERATIONS))
                .isGreaterThan(host(less, VirtualMachine.BLACKOUT_OPERATIONS));
        assertThat(more.result().counters().get("RECORDS_WRITTEN"))
                .isLessThan(less.result().counters().get("RECORDS_WRITTEN"));
    }

    @ParameterizedTest
    @CsvSource({
        "reclaim, pages reclaimed",
        "migration, pages migrated",
        "compaction, pages moved by compaction",
        "merging, pages merged",
        "split, huge pages split",
        "'split,collapse', huge pages made"
    })
    @DisplayName("each kind of host memory event happens, and the guest computes what it computes without")
    void everyKind(String kind, String counted) {
        for (String policy : List.of("none", "on-enable", "whole-vm")) {
            Machines.Run run = run(setup(policy)
                    .memory(16 << 20)
                    .host("memoryPressureCycles", 5_000L)
                    .host("memoryPressureKinds", kind));
            assertThat(run.console()).contains("all checks passed");
            if (!policy.equals("whole-vm")) {
                assertThat(host(run, counted))
                        .as(policy + " " + run.result().host())
                        .isPositive();
            } else {
                assertThat(host(run, counted)).as("pinned pages refuse").isZero();
                assertThat(host(run, "host memory events that a pin refused")).isPositive();
            }
        }
    }

    @Test
    @DisplayName("policies swapped while the guest profiles: each takes over, also the one that is named none")
    void swapped() {
        String[] policies = {"none", "cached", "whole-vm", "on-enable"};
        Machines.Run run = setup("on-enable")
                .host("memoryPressureCycles", 20_000L)
                .run(
                        (machine, swaps) -> {
                            for (int i = 0; i < policies.length; i++) {
                                swaps.swapAt(
                                        machine,
                                        3_000_000L + 1_000_000L * i,
                                        new SwapRequest(Parts.POLICY, null, policies[i], false));
                            }
                        },
                        (machine, swaps) -> {
                            assertThat(swaps.report(machine).refused()).isEmpty();
                            assertThat(swaps.report(machine).swaps()).isEqualTo(policies.length);
                        });
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        assertThat(host(run, "blackouts")).as("only none has them").isPositive();
        assertThat(host(run, VirtualMachine.PEAK_PINNED_BYTES)).as("whole-vm's").isEqualTo(MEMORY);
    }

    @Test
    @DisplayName("memory pressure comes from the seed: the same again with the same one")
    void seeded() {
        Machines.Run first = run(setup("none").host("memoryPressureCycles", 20_000L));
        Machines.Run again = run(setup("none").host("memoryPressureCycles", 20_000L));
        Machines.Run other =
                run(setup("none").host("memoryPressureCycles", 20_000L).seed(2));
        assertThat(again.records()).isEqualTo(first.records());
        assertThat(again.result().host()).isEqualTo(first.result().host());
        assertThat(other.result().host()).isNotEqualTo(first.result().host());
    }

    @ParameterizedTest
    @CsvSource({
        "0x40000000:0, whole pages of 4 KiB",
        "0x40000001:4K, whole pages of 4 KiB",
        "0x40000000:1000, whole pages of 4 KiB",
        "'0x40000000:8M,0x40700000:8M', overlaps that of",
        "0x40000000:8388608G, does not lie in the VM's IPA space",
        "0xFFFFFFFFFFFFF000:4K, IPA:SIZE",
        "0x40000000:64M, is not backed",
        "0x3FFFF000:8K, is not backed",
        "0x40000000, IPA:SIZE",
        "here:4K, IPA:SIZE",
    })
    @DisplayName("a memslot that cannot be is refused with one sentence")
    void memslots(String memslots, String message) {
        assertThatThrownBy(() -> setup("none").host("memslots", memslots).run())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(message);
    }

    @Test
    @DisplayName("memory in several memslots is the same memory")
    void severalMemslots() {
        Machines.Run one = run(free(setup("on-enable")));
        Machines.Run several =
                run(free(setup("on-enable")).host("memslots", "0x40000000:5M,0x40500000:4K,0x40501000:27644K"));
        assertThat(several.console()).contains("all checks passed");
        assertThat(several.result().bufferEvents()).isEqualTo(one.result().bufferEvents());
        assertThat(several.result().exits().get("stage 2 fault"))
                .as("no blocks where a memslot ends inside")
                .isGreaterThan(one.result().exits().get("stage 2 fault"));
    }

    @Test
    @DisplayName("a VM that may not pin all of its memory cannot have whole-vm")
    void wholeVmOverTheLimit() {
        assertThatThrownBy(
                        () -> setup("whole-vm").host("pinLimit", MEMORY - 4096).run())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("pinLimit");
    }
}
