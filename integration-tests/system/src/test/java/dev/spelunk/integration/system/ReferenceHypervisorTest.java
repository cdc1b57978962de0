// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.ProfilingAttributes;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.trace.TraceSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The model is held to a hypervisor that runs on it: the same guest under the KVM model and under the reference hypervisor,
 * which is A64 code at EL2, gives the same records in the same order.
 *
 * <p>What is compared has to do the same under both. Interrupts of the timer come at virtual times, which depend on what the
 * hypervisor takes; so the guest's tick is longer than its run (or falls between the same two samples). The model's host
 * takes the SPU's interrupt at once, as a PE does whose software has not masked it. Where the timing model has caches and a
 * pipeline, it sees the hypervisor's own operations too, as a core would: there latencies and what comes of caches is left
 * out.
 */
class ReferenceHypervisorTest {
    static final Path HYPERVISOR = Spelunk.ROOT.resolve("integration-tests/guests/prebuilt/hypervisor.elf");
    private static final long LIMIT = 400_000_000;
    /** {@code -Dspelunk.programs.spe=10000} for more, as with -Plong. */
    private static final int PROGRAMS = Integer.getInteger("spelunk.programs.spe", 40);

    private static final int BATCH = 500;
    private static final long MAX_BUFFER = 1 << 20;
    private static final long PIN_LIMIT = 8 * 4096;

    /** One tick, before anything is profiled. */
    private static final String NO_TICKS = " tick=1000000";

    /**
     * A tick in the middle of a run, between the same two samples under the one and the other, on each variant: so it is from
     * 13500 to 14000.
     */
    private static final String ONE_TICK = " tick=13750";

    private static final List<String> SCENARIOS = List.of(
            "workload=ping spe.interval=256" + NO_TICKS,
            "workload=ping spe.interval=512 spe.jitter=1" + NO_TICKS,
            "workload=ping,pong switch=1 spe.interval=256 spe.jitter=1" + NO_TICKS,
            "workload=ping spe.interval=256 spe.filter=load,branch spe.min_latency=2" + NO_TICKS,
            "workload=ping spe.interval=256 provoke=hole-at-enable" + NO_TICKS,
            "workload=ping spe.interval=256 provoke=buffer-full" + NO_TICKS,
            "workload=ping spe.interval=256 provoke=overwrite" + NO_TICKS,
            "workload=ping spe.interval=256 provoke=misaligned spe.clear_only=3" + NO_TICKS,
            "workload=ping spe.interval=256 provoke=other-tag" + NO_TICKS,
            "workload=ping spe.interval=256 provoke=other-half" + NO_TICKS,
            "workload=ping spe.interval=256 provoke=wrapping" + NO_TICKS,
            "workload=ping spe.interval=256 provoke=beyond" + NO_TICKS,
            "workload=ping spe.interval=256 provoke=no-room spe.clear_only=20" + NO_TICKS,
            "workload=ping spe.interval=256 provoke=no-memslot spe.clear_only=5" + NO_TICKS,
            "workload=ping spe.interval=256 provoke=no-memslot-table spe.clear_only=5" + NO_TICKS,
            "workload=ping spe.interval=256 provoke=read-only spe.clear_only=5" + NO_TICKS,
            "workload=ping spe.interval=256 provoke=refused spe.clear_only=5" + NO_TICKS,
            "workload=ping spe.interval=256 provoke=too-large" + NO_TICKS,
            "workload=sort spe.interval=1048576 spe.buffer=4K provoke=stage1-fault" + ONE_TICK);

    private static Machines.Setup model(Machines.Setup setup, VmOptions vm) {
        return setup.vm(vm)
                .host("interruptDeliveryCycles", 0)
                .host("exitCycles", 0)
                .host("entryCycles", 0)
                .host("pinCyclesPerPage", 0)
                .host("walkCycles", 0)
                .host("mapCycles", 0);
    }

    private static Machines.Setup setup(String variant, String arguments) {
        return Machines.setup().variant(variant).append(arguments).limit(LIMIT);
    }

    private static String compare(String variant, String arguments) {
        VmOptions vm = VmOptions.DEFAULT;
        String options = "";
        Machines.Setup model = setup(variant, arguments);
        if (arguments.contains("provoke=too-large")) {
            vm = vm.withProfiling(new ProfilingAttributes(21, 0, MAX_BUFFER));
            options = "max_buffer=" + MAX_BUFFER;
        } else if (arguments.contains("provoke=refused")) {
            model.host("pinLimit", PIN_LIMIT);
            options = "pin_limit=" + PIN_LIMIT;
        }
        Machines.Run expected = model(model, vm).run();
        Machines.Run given =
                setup(variant, arguments).under(HYPERVISOR, options).run();
        if (given.result().ending() != Ending.EXITED || given.result().exitCode() != 0) {
            return "the reference ended otherwise: " + given.told();
        }
        if (expected.result().ending() != Ending.EXITED || expected.result().exitCode() != 0) {
            return "the model ended otherwise: " + expected.told();
        }
        if (!expected.console().equals(given.console())) {
            return "the guest says something else:\n" + expected.console() + "\n" + given.console();
        }
        return RecordComparison.difference(expected.records(), given.records(), timed(variant));
    }

    private static boolean timed(String variant) {
        return !variant.equals("armv8.9-spe-v1p4") && !variant.equals("armv9.5-spe-v1p5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "armv8.2-spe-v1p0",
                "default",
                "armv8.7-spe-v1p2",
                "armv8.8-spe-v1p3",
                "armv8.9-spe-v1p4",
                "armv9.5-spe-v1p5"
            })
    @DisplayName("the bundled guest has the same records with each provocation, and sees the same")
    void bundledGuest(String variant) {
        List<String> differences = new ArrayList<>();
        for (String arguments : SCENARIOS) {
            // Without FEAT_FGT there is no size limit.
            boolean comparable = !(variant.equals("armv8.2-spe-v1p0") && arguments.contains("too-large"));
            if (comparable) {
                String difference = compare(variant, arguments);
                if (!difference.isEmpty()) {
                    differences.add(arguments + ": " + difference);
                }
            }
        }
        assertThat(differences).isEmpty();
    }

    /** One line of the guest for each program says what it has read; then the records are compared. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "armv8.2-spe-v1p0",
                "default",
                "armv8.7-spe-v1p2",
                "armv8.8-spe-v1p3",
                "armv8.9-spe-v1p4",
                "armv9.5-spe-v1p5"
            })
    @DisplayName("random programs read the same and have the same records")
    void randomPrograms(String variant) throws IOException, InterruptedException {
        Path guest = Guests.built("ReferenceHypervisorTest", "random.elf");
        for (int seed = 1; seed <= PROGRAMS; seed += BATCH) {
            String arguments = "seed=" + seed + " count=" + Math.min(BATCH, PROGRAMS - seed + 1)
                    + (timed(variant) ? "" : " timing=0");
            Machines.Run expected = model(
                            setup(variant, arguments).guest(guest).limit(Long.MAX_VALUE), VmOptions.DEFAULT)
                    .run();
            Machines.Run given = setup(variant, arguments)
                    .guest(guest)
                    .limit(Long.MAX_VALUE)
                    .under(HYPERVISOR, "")
                    .run();
            assertThat(expected.result().exitCode()).as(expected.told()).isZero();
            assertThat(given.result().ending()).as(given.told()).isEqualTo(Ending.EXITED);
            assertThat(given.console()).as(arguments).isEqualTo(expected.console());
            assertThat(RecordComparison.difference(expected.records(), given.records(), timed(variant)))
                    .as(arguments)
                    .isEmpty();
            assertThat(expected.records()).isNotEmpty();
        }
    }

    @Test
    @DisplayName(
            "run --hypervisor reference: the guest's exit code, its profile, its timeline, and nothing for --check to find")
    void run(@TempDir Path folder) throws IOException, InterruptedException {
        Spelunk.Outcome run = Spelunk.run(
                "run",
                "--hypervisor",
                "reference",
                "--check",
                "--trace",
                folder.resolve("timeline.json").toString(),
                "--append",
                "workload=ping spe.interval=256 provoke=hole-at-enable",
                "-o",
                folder.resolve("out").toString());
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("all checks passed")
                .containsPattern("hypervisor +hypervisor.elf")
                .containsPattern("EL0  message_write");
        assertThat(run.err()).contains("spelunk: --check: nothing was found\n");
        timeline(TraceEvents.read(folder.resolve("timeline.json")));
        Path hello = Guests.built("ReferenceHypervisorTest", "hello.elf");
        assertThat(Spelunk.run(
                                "run",
                                hello.toString(),
                                "--hypervisor",
                                "reference",
                                "--append",
                                "exit=7",
                                "-o",
                                folder.toString())
                        .code())
                .isEqualTo(7);
    }

    private static void timeline(TraceEvents events) {
        assertThat(events.counters()).contains(TraceSink.RECORDS, TraceSink.FILL);
        String vm = events.tracks().stream()
                .filter(track -> track.startsWith(TraceSink.VMID))
                .reduce((one, other) -> {
                    throw new AssertionError("one VM has one VMID: " + events.tracks());
                })
                .orElseThrow();
        // The guest and its hypervisor share the PE: what is on one of their tracks is not on the other.
        List<TraceEvents.Slice> both = Stream.concat(events.slices(vm).stream(), events.slices(TraceSink.HOST).stream())
                .sorted(Comparator.comparing(TraceEvents.Slice::from).thenComparing(TraceEvents.Slice::to))
                .toList();
        for (int i = 1; i < both.size(); i++) {
            assertThat(both.get(i).from())
                    .isGreaterThanOrEqualTo(both.get(i - 1).to());
        }
        assertThat(events.slices(vm)).hasSizeGreaterThan(100);
        assertThat(events.slices(TraceSink.STAGE2))
                .extracting(TraceEvents.Slice::name)
                .containsOnly(vm);
        List<TraceEvents.Slice> exits = events.slices(TraceSink.RUN).stream()
                .filter(slice -> slice.name().startsWith("exit: "))
                .toList();
        assertThat(exits)
                .extracting(TraceEvents.Slice::name)
                .contains("exit: HVC", "exit: IRQ", "exit: trapped access to a system register");
        assertThat(exits)
                .anyMatch(exit -> exit.arguments().getOrDefault("access", "").startsWith("MSR PMBLIMITR_EL1, 0x")
                        && exit.arguments().getOrDefault("function", "").startsWith("spe_"));
        assertThat(events.slices(TraceSink.HARDWARE + "PMBLIMITR_EL1")).hasSizeGreaterThan(2);
        // The guest's driver takes the buffer management interrupt, which is PPI 21, through a list register.
        assertThat(events.tracks().stream()
                        .filter(track -> track.startsWith(TraceSink.LIST_REGISTER))
                        .flatMap(track -> events.slices(track).stream())
                        .map(TraceEvents.Slice::name))
                .contains("INTID 21 pending", "INTID 21 active");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            none          |
            stage2-off    | PMBLIMITR_EL1.E is 1 for a VM whose stage 2 is off
            other-owner   | a buffer that was enabled for one context is enabled for another
            other-vm      | a buffer that was enabled for one context is enabled for another
            pointer-late  | PMBLIMITR_EL1.E was set before PMBPTR_EL1 was written after the switch
            status-set    | the hypervisor wrote PMBSR_EL1.S to 1
            no-psb        | the VM's buffer was taken away without PSB CSYNC and DSB (no PSB CSYNC since the exit
            no-dsb        | the VM's buffer was taken away without PSB CSYNC and DSB (no DSB after the PSB CSYNC
            status-left   | a VM is entered with PMBSR_EL1.S = 1 in hardware
            controls-left | sampling controls of one context are in force in another
            stale         | a record was written through a translation that the tables no longer hold
            """)
    @DisplayName("--check finds each fault of the reference when it makes one, and nothing when it makes none")
    void faults(String fault, String what) {
        List<String> findings = new ArrayList<>();
        Machines.Run run = setup("default", "workload=ping spe.interval=256 provoke=buffer-full" + NO_TICKS)
                .vm(VmOptions.DEFAULT.withCheck(true))
                .under(HYPERVISOR, fault.equals("none") ? "" : "fault=" + fault)
                .limit(20_000_000)
                .run((machine, swaps) -> {}, (machine, swaps) -> findings.addAll(machine.findings()));
        if (what == null) {
            assertThat(findings).as(run.told()).isEmpty();
        } else {
            assertThat(findings).as(run.told()).anyMatch(finding -> finding.contains(what.strip()));
        }
    }

    @Test
    @DisplayName("--module hands the guest to a hypervisor that is entered with --el 2, with its type and arguments")
    void module(@TempDir Path folder) {
        Spelunk.Outcome run = Spelunk.run(
                "run",
                HYPERVISOR.toString(),
                "--el",
                "2",
                "--module",
                Guests.BUNDLED + ",kernel,workload=ping exit=psci",
                "-o",
                folder.toString());
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("224 MiB, bootargs \"workload=ping exit=psci\"")
                .contains("all checks passed");
        Spelunk.Outcome none = Spelunk.run("run", HYPERVISOR.toString(), "--el", "2", "-o", folder.toString());
        assertThat(none.code()).isEqualTo(3);
        assertThat(none.out()).contains("hypervisor: no guest: it has to come as a multiboot,kernel module of /chosen");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            boot --kernel x --hypervisor reference | only run puts a hypervisor under its guest
            run --hypervisor absent.elf            | no such file; it is kvm, none, reference or a file
            run --hypervisor reference --el 1      | the guest is at EL1
            run --hypervisor-append x              | --hypervisor-append needs --hypervisor reference
            run --module x                         | --module needs --el 2
            run --el 2 --module absent             | module absent: no such file
            run --hypervisor reference --policy none | are of the KVM model's host
            """)
    @DisplayName("options that do not go together are told in one line, with exit code 2")
    void badOptions(String command, String message) {
        Spelunk.Outcome run = Spelunk.run(command.trim().split(" +"));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.onlyError()).contains(message.trim());
    }
}
