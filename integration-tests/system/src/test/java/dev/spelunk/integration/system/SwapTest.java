// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.SwapReport;
import dev.spelunk.api.machine.SwapRequest;
import dev.spelunk.api.machine.SwapService;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.Packets;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.records.DecodeOptions;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.api.registers.Encoding;
import java.io.ByteArrayInputStream;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.ServiceRegistration;

/** Parts are exchanged while the guest profiles itself: for equal ones, and nothing that it can see changes; for others. */
class SwapTest {
    private static final int SWAPS = 1000;
    private static Machines.Run undisturbed;

    private static Machines.Setup setup() {
        return Machines.setup()
                .append("workload=sort,scan switch=1 spe.jitter=1 spe.interval=1024 spe.buffer=16K")
                .seed(3);
    }

    @BeforeAll
    static void runWithoutSwaps() {
        undisturbed = setup().run();
        assertThat(undisturbed.result().ending()).as(undisturbed.told()).isEqualTo(Ending.EXITED);
        assertThat(undisturbed.result().exitCode()).as(undisturbed.told()).isZero();
        assertThat(undisturbed.records()).isNotEmpty();
    }

    private static void scheduleSwaps(Machine machine, SwapService swaps, String part, int count, long seed) {
        Random random = new Random(seed);
        long total = undisturbed.result().instructions();
        for (int i = 0; i < count; i++) {
            // From when the guest has set up its driver to shortly before its end.
            long at = (long) (total * (0.02 + 0.97 * random.nextDouble()));
            swaps.swapAt(machine, at, SwapRequest.anew(part));
        }
    }

    private static void assertUnchanged(Machines.Run run) {
        assertThat(run.console()).isEqualTo(undisturbed.console());
        assertThat(run.result().instructions()).isEqualTo(undisturbed.result().instructions());
        assertThat(run.result().cycles()).isEqualTo(undisturbed.result().cycles());
        assertThat(run.result().exits()).isEqualTo(undisturbed.result().exits());
        assertThat(run.result().traps()).isEqualTo(undisturbed.result().traps());
        assertThat(run.result().bufferEvents()).isEqualTo(undisturbed.result().bufferEvents());
        assertThat(run.result().counters()).isEqualTo(undisturbed.result().counters());
        assertThat(run.records()).isEqualTo(undisturbed.records());
    }

    private static void assertDone(SwapReport report, int swaps) {
        assertThat(report.refused()).isEmpty();
        assertThat(report.swaps()).isEqualTo(swaps);
        assertThat(report.ahead()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                Parts.REGISTERS,
                Parts.MMU,
                Parts.PE,
                Parts.SPU,
                Parts.FEATURES,
                Parts.TIMING,
                Parts.TRAPS,
                Parts.POLICY,
                Parts.HYPERVISOR
            })
    @DisplayName("a thousand swaps of one kind of part")
    void oneKind(String part) {
        assertUnchanged(setup().run(
                        (machine, swaps) -> scheduleSwaps(machine, swaps, part, SWAPS, 11),
                        (machine, swaps) -> assertDone(swaps.report(machine), SWAPS)));
    }

    @Test
    @DisplayName("swaps of every kind of part in one run")
    void everyKind() {
        int each = 20;
        assertUnchanged(setup().run(
                        (machine, swaps) -> {
                            for (String part : Parts.SWAPPABLE) {
                                scheduleSwaps(machine, swaps, part, each, 100 + Parts.SWAPPABLE.indexOf(part));
                            }
                        },
                        (machine, swaps) -> assertDone(swaps.report(machine), each * Parts.SWAPPABLE.size())));
    }

    @Test
    @DisplayName("swaps from another thread, whenever they come")
    void anotherThread() throws InterruptedException {
        int[] done = new int[1];
        RuntimeException[] failure = new RuntimeException[1];
        Thread[] thread = new Thread[1];
        AtomicBoolean ended = new AtomicBoolean();
        assertUnchanged(setup().run(
                        (machine, swaps) -> {
                            thread[0] = new Thread(
                                    () -> {
                                        try {
                                            while (machine.instructions() == 0) {
                                                Thread.onSpinWait();
                                            }
                                            while (!ended.get() && done[0] < SWAPS) {
                                                swaps.swap(
                                                        machine,
                                                        SwapRequest.anew(
                                                                Parts.SWAPPABLE.get(done[0] % Parts.SWAPPABLE.size())));
                                                done[0]++;
                                            }
                                        } catch (RuntimeException e) {
                                            failure[0] = e;
                                        }
                                    },
                                    "swaps");
                            thread[0].start();
                        },
                        (machine, swaps) -> ended.set(true)));
        thread[0].join();
        if (failure[0] != null) {
            throw failure[0];
        }
        assertThat(done[0]).isPositive();
    }

    @Test
    @DisplayName("another timing model changes latencies, events and data sources, and nothing else")
    void otherTiming() {
        // No buffer management event, the time of which follows from latencies.
        Machines.Setup setup = Machines.setup()
                .append("workload=sort,scan spe.buffer=8M spe.walk=0")
                .seed(3);
        Machines.Run fixed = setup.run();
        long half = fixed.result().instructions() / 2;
        Machines.Run swapped = setup.run(
                (machine, swaps) -> {
                    swaps.swapAt(machine, half, new SwapRequest(Parts.TIMING, null, "inorder", false));
                    swaps.swapAt(machine, half + half / 2, new SwapRequest(Parts.TIMING, null, "fixed", false));
                },
                (machine, swaps) -> assertDone(swaps.report(machine), 2));
        assertThat(swapped.records()).isNotEqualTo(fixed.records());
        assertThat(architectural(swapped.records())).isEqualTo(architectural(fixed.records()));
        assertThat(swapped.result().cycles()).isEqualTo(fixed.result().cycles());
        assertThat(swapped.result().counters().get("SAMPLE_POP"))
                .isEqualTo(fixed.result().counters().get("SAMPLE_POP"));
    }

    /** The packets that do not come from the timing model, without their place in the file. */
    private static List<String> architectural(byte[] records) {
        StringBuilder text = new StringBuilder();
        try {
            Machines.composition("default")
                    .service(ProfileWriter.class)
                    .decode(new ByteArrayInputStream(records), text, new DecodeOptions(true, 0));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return text.toString()
                .lines()
                .filter(line -> line.startsWith("."))
                .map(line -> line.substring(60).strip())
                .filter(packet -> !packet.matches("(LAT|EV|DATA-SOURCE|PAD).*"))
                .collect(Collectors.toList());
    }

    /** What a bundle of one's own may add: an IMPLEMENTATION DEFINED event, register, and packet that shows the register. */
    private static final class Own implements ProfilingFeatures {
        static final int EVENT = 13;
        static final int REGISTER = Encoding.of(3, 0, 15, 2, 0);
        static final int INDEX = 6;

        @Override
        public String feature() {
            return "own";
        }

        @Override
        public int order() {
            return 1000;
        }

        @Override
        public void contribute(ProfilingRulesBuilder rules) {
            int value = rules.value();
            rules.event(EVENT);
            rules.registers(architecture -> List.of(RegisterDefinition.of("OWN_EL1", REGISTER)
                    .whole()
                    .reset(0x5A5)
                    .from(1)
                    .build()));
            rules.collector((context, sample) -> {
                sample.events |= 1L << EVENT;
                sample.values[value] = context.register(REGISTER);
            });
            rules.packet(
                    PacketOrder.COUNTER + INDEX,
                    (operation, composed, out, at) ->
                            Packets.counter(out, at, INDEX, (int) operation.values[value], composed.counterMaximum()));
        }
    }

    @Test
    @DisplayName("a feature from outside brings an event, a packet and a register of its own, and the guest goes on")
    void ownFeature() throws Exception {
        ServiceRegistration<?> service = Machines.composition("default")
                .context()
                .registerService(
                        ProfilingFeatures.class,
                        new Own(),
                        new Hashtable<>(Map.of(Parts.PART, Parts.FEATURES, Parts.NAME, "own")));
        try {
            long half = undisturbed.result().instructions() / 2;
            Machines.Run run = setup().run(
                            (machine, swaps) -> {
                                swaps.swapAt(machine, half, new SwapRequest(Parts.FEATURES, null, "own", false));
                                swaps.swapAt(
                                        machine,
                                        half + half / 2,
                                        new SwapRequest(Parts.FEATURES, "own", SwapRequest.NONE, false));
                            },
                            (machine, swaps) -> assertDone(swaps.report(machine), 2));
            assertThat(run.result().exitCode()).as(run.told()).isZero();
            assertThat(run.console()).contains("0 malformed records", "all checks passed");
            long packets = packets(run.records(), "9e a5 05");
            assertThat(packets).isPositive().isLessThan(packets(run.records(), "b0 "));
            assertThat(packets(run.records(), "52 .. 20|52 .. 21"))
                    .as("event 13")
                    .isEqualTo(packets);
            assertThat(packets(undisturbed.records(), "9e ")).isZero();
        } finally {
            service.unregister();
        }
    }

    /** How many packets begin with bytes of that pattern. */
    private static long packets(byte[] records, String pattern) throws Exception {
        StringBuilder text = new StringBuilder();
        Machines.composition("default")
                .service(ProfileWriter.class)
                .decode(new ByteArrayInputStream(records), text, new DecodeOptions(true, 0));
        return text.toString()
                .lines()
                .filter(line -> line.matches("\\.  [0-9a-f]{8}:  (" + pattern + ").*"))
                .count();
    }

    @Test
    @DisplayName("another PMSVer is refused, and the guest does not notice")
    void anotherVersionIsRefused() {
        Machines.Setup setup = Machines.setup().variant("armv8.2-spe-v1p0").append("workload=sort");
        Machines.Run before = setup.run();
        SwapReport[] report = new SwapReport[1];
        Machines.Run after = setup.run(
                (machine, swaps) -> swaps.swapAt(
                        machine,
                        before.result().instructions() / 2,
                        new SwapRequest(Parts.FEATURES, null, "FEAT_SPEv1p1", false)),
                (machine, swaps) -> report[0] = swaps.report(machine));
        assertThat(report[0].swaps()).isZero();
        assertThat(report[0].refused())
                .singleElement()
                .asString()
                .contains("the guest could notice", "PMSVer becomes 2 (was 1)");
        assertThat(after.records()).isEqualTo(before.records());
    }

    @Test
    @DisplayName("another PMSVer, forced, is a migration to the KVM model: every invariant of register handling holds")
    void anotherVersionIsForced() {
        Machines.Setup setup = Machines.setup()
                .variant("armv8.2-spe-v1p0")
                .append("switch=1 spe.interval=1024")
                .vm(VmOptions.DEFAULT.withCheck(true));
        Machines.Run run = setup.run(
                (machine, swaps) -> {
                    for (int i = 1; i < 40; i++) {
                        swaps.swapAt(
                                machine,
                                250_000L * i,
                                i % 2 == 1
                                        ? new SwapRequest(Parts.FEATURES, null, "FEAT_SPEv1p1", true)
                                        : new SwapRequest(Parts.FEATURES, "FEAT_SPEv1p1", SwapRequest.NONE, true));
                    }
                },
                (machine, swaps) -> assertDone(swaps.report(machine), 39));
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        assertThat(run.records()).isNotEmpty();
    }
}
