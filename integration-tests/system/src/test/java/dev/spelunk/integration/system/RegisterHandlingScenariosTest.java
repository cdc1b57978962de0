// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static dev.spelunk.integration.system.RegisterTimeline.BUFFER;
import static dev.spelunk.integration.system.RegisterTimeline.SAMPLING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.ProfilingAttributes;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.integration.system.RegisterTimeline.Change;
import dev.spelunk.integration.system.RegisterTimeline.Passage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The register handling note of the series, sentence by sentence, over what the composed machine did while the
 * bundled guest's driver profiled: with FEAT_FGT and without it, with tasks that take turns, full buffers, a page
 * that loses its mapping and a buffer that is enabled with a hole. The model's own invariants are checked besides.
 */
class RegisterHandlingScenariosTest {
    private static final String FGT = "default";
    private static final String NO_FGT = "armv8.2-spe-v1p0";
    private static final String LATEST = "armv9.5-spe-v1p5";
    private static final long MAXIMUM = 1 << 20;
    private static final int MAX_BUFF_SIZE = 32;
    private static final int PMSVER = 32;
    private static final long PMSIDR_ALTCLK = 15L << 28;
    private static final int STAGE_1_ABORT = 0x24;
    private static final int E2PB = 12;
    private static final int TPMS = 14;
    /** E0SPE, E1SPE, CX, PA and TS. */
    private static final long DRIVERS_PMSCR = 0x3B;
    /** An interval of 1024 with RND. */
    private static final long DRIVERS_PMSIRR = 0x401;

    /** A machine's run, and what happened in it. */
    private record Observed(String variant, Machines.Run run, RegisterTimeline timeline, long pmsidr, long pmbidr) {
        List<Passage> passages() {
            return timeline.passages;
        }

        List<Passage> those(Predicate<Passage> which) {
            return passages().stream().filter(which).toList();
        }

        long event(String label) {
            return run.result().bufferEvents().getOrDefault(label, 0L);
        }
    }

    private static final List<Observed> RUNS = new ArrayList<>();
    /** Hardware whose PMSVer is a later one than any that there is. */
    private static Observed later;

    @BeforeAll
    static void run() {
        for (String variant : new String[] {FGT, NO_FGT}) {
            long maximum = variant.equals(FGT) ? MAXIMUM : 0;
            RUNS.add(run(
                    variant,
                    maximum,
                    0,
                    "workload=ping provoke=stage1-fault spe.interval=1024 spe.jitter=1 spe.buffer=8K"));
            RUNS.add(run(
                    variant,
                    maximum,
                    0,
                    "workload=ping,pong switch=1 provoke=hole-at-enable spe.interval=1024 spe.jitter=1"));
        }
        later = run(LATEST, 0, 15, "workload=ping");
    }

    @AfterAll
    static void forget() {
        RUNS.clear();
        later = null;
    }

    private static Observed run(String variant, long maximum, long pmsVer, String append) {
        RegisterTimeline timeline = new RegisterTimeline();
        long[] ids = new long[2];
        Machines.Run run = Machines.setup()
                .memory(32 << 20)
                .variant(variant)
                .append(append)
                .trace(timeline)
                .vm(VmOptions.DEFAULT.withCheck(true).withProfiling(new ProfilingAttributes(21, 0, maximum)))
                .run(
                        (machine, swaps) -> {
                            PeContext pe = machine.pes().get(0);
                            if (pmsVer != 0) {
                                long dfr0 = pe.register(SystemRegister.ID_AA64DFR0_EL1);
                                pe.register(SystemRegister.ID_AA64DFR0_EL1, dfr0 & ~(15L << PMSVER) | pmsVer << PMSVER);
                            }
                            ids[0] = pe.architecture.profiling().pmsidr();
                            ids[1] = pe.architecture.profiling().pmbidr();
                            timeline.follow(pe);
                        },
                        (machine, swaps) -> {});
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        assertThat(timeline.passages).hasSizeGreaterThan(100);
        return new Observed(variant, run, timeline, ids[0], ids[1]);
    }

    private static List<Observed> of(String variant) {
        List<Observed> found =
                RUNS.stream().filter(r -> r.variant().equals(variant)).toList();
        assertThat(found).hasSize(2);
        return found;
    }

    /** Each passage of that kind is as it should be, and each run has some. */
    private static void each(Predicate<Passage> which, Predicate<Passage> right) {
        for (Observed run : RUNS) {
            assertThat(run.those(which)).as(run.variant()).isNotEmpty().allMatch(right);
        }
    }

    @Test
    @DisplayName("The sampling control registers are not trapped: the guest accesses hardware")
    void samplingDirect() {
        for (Observed run : of(FGT)) {
            for (int register : SAMPLING) {
                assertThat(run.run().result().traps())
                        .doesNotContainKey(run.timeline().name(register));
            }
            assertThat(run.passages())
                    .noneMatch(p -> SAMPLING.stream().anyMatch(p.entry.trapping()::contains))
                    .anyMatch(p -> p.entry.sampling().get(0) == DRIVERS_PMSCR
                            && p.entry.sampling().get(2) == DRIVERS_PMSIRR)
                    .allMatch(p -> (p.entry.mdcr() >>> TPMS & 1) == 0);
        }
    }

    @Test
    @DisplayName("Without FEAT_FGT they all trap, because PMSIDR_EL1 does, and are forwarded to hardware")
    void samplingForwarded() {
        for (Observed run : of(NO_FGT)) {
            assertThat(run.passages())
                    .allMatch(p -> p.entry.trapping().containsAll(SAMPLING))
                    .allMatch(p -> (p.entry.mdcr() >>> TPMS & 1) == 1)
                    .anyMatch(p -> p.entry.sampling().get(0) == DRIVERS_PMSCR
                            && p.entry.sampling().get(2) == DRIVERS_PMSIRR);
            for (int i = 0; i < SAMPLING.size(); i++) {
                int register = SAMPLING.get(i);
                int at = i;
                assertThat(run.those(p -> p.writes(register)))
                        .as(run.timeline().name(register))
                        .isNotEmpty()
                        .allMatch(p -> p.next.sampling().get(at) == p.value);
                assertThat(run.those(p -> p.accessed == register))
                        .as(run.timeline().name(register))
                        .hasSize(run.run()
                                .result()
                                .traps()
                                .get(run.timeline().name(register))
                                .intValue());
            }
            assertThat(run.those(p -> p.accessed == SystemRegister.PMSICR_EL1 && p.read))
                    .isNotEmpty()
                    .allMatch(p -> p.value == p.next.sampling().get(1));
        }
    }

    @Test
    @DisplayName("PMBLIMITR_EL1, PMBPTR_EL1 and PMBSR_EL1 are trapped; what the guest reads is the in-memory value")
    void bufferTrapped() {
        for (Observed run : RUNS) {
            assertThat(run.passages())
                    .as(run.variant())
                    .allMatch(p -> p.entry.trapping().containsAll(BUFFER))
                    .allMatch(p -> (p.entry.mdcr() >>> E2PB & 3) == 2);
            for (int register : BUFFER) {
                assertThat(run.those(p -> p.accessed == register))
                        .as(run.timeline().name(register))
                        .isNotEmpty()
                        .hasSize(run.run()
                                .result()
                                .traps()
                                .get(run.timeline().name(register))
                                .intValue());
            }
        }
        each(p -> p.accessed == SystemRegister.PMBPTR_EL1 && p.read, p -> p.value == p.memory.pointer());
        each(p -> p.accessed == SystemRegister.PMBSR_EL1 && p.read, p -> p.value == p.memory.status());
    }

    @Test
    @DisplayName("PMBLIMITR_EL1 is written to hardware only if the buffer is enabled: E = 1 and S = 0 in memory")
    void limitOnlyWhileEnabled() {
        each(
                p -> p.entry.memory().e() && !p.entry.memory().s(),
                p -> p.entry.hardware().limit() == p.entry.memory().limit());
        each(
                p -> p.entry.memory().e() && p.entry.memory().s(),
                p -> !p.entry.hardware().e());
        each(p -> !p.entry.memory().e(), p -> !p.entry.hardware().e());
    }

    @Test
    @DisplayName("PMBLIMITR_EL1 is written to hardware after KVM enables stage 2")
    void limitAfterStage2() {
        for (Observed run : RUNS) {
            List<Change> enables = run.passages().stream()
                    .flatMap(p -> p.changes.stream())
                    .filter(c -> c.inHardware() && c.register() == SystemRegister.PMBLIMITR_EL1 && (c.value() & 1) != 0)
                    .toList();
            assertThat(enables).as(run.variant()).hasSizeGreaterThan(10).allMatch(Change::stage2On);
            assertThat(run.passages()).allMatch(p -> p.entry.stage2On());
        }
    }

    @Test
    @DisplayName("KVM always sets PMBLIMITR_EL1.E to 0 on guest exit, before stage 2 is disabled")
    void limitOffOnExit() {
        each(p -> p.entry.hardware().e(), p -> p.changes.stream()
                .anyMatch(c -> c.inHardware()
                        && c.register() == SystemRegister.PMBLIMITR_EL1
                        && (c.value() & 1) == 0
                        && c.stage2On()));
        each(p -> p.entry.hardware().e(), p -> !p.hardware.e() && !p.stage2On);
    }

    @Test
    @DisplayName("In-memory PMBLIMITR_EL1 is updated on a direct write by the guest")
    void limitInMemory() {
        each(p -> p.writes(SystemRegister.PMBLIMITR_EL1), p -> p.next.memory().limit() == p.value);
        each(p -> p.next.memory().limit() != p.entry.memory().limit(), p -> p.writes(SystemRegister.PMBLIMITR_EL1));
    }

    @Test
    @DisplayName("PMBPTR_EL1 is written to hardware before guest entry, if the buffer is enabled")
    void pointerBeforeEntry() {
        each(
                p -> p.next.hardware().e(),
                p -> p.changes.stream()
                                .filter(c -> c.inHardware()
                                        && c.register() == SystemRegister.PMBLIMITR_EL1
                                        && (c.value() & 1) != 0)
                                .allMatch(c ->
                                        c.hardware().pointer() == c.memory().pointer())
                        && p.next.hardware().pointer() == p.next.memory().pointer());
        each(p -> !p.next.hardware().e(), p -> p.next.hardware().pointer() == p.hardware.pointer());
        for (Observed run : RUNS) {
            assertThat(run.those(p -> !p.next.hardware().e()
                            && p.next.hardware().pointer() != p.next.memory().pointer()))
                    .as("%s: entries that leave another value in hardware", run.variant())
                    .isNotEmpty();
        }
    }

    @Test
    @DisplayName(
            "In-memory PMBPTR_EL1 is updated on every exit, if the buffer was enabled at the entry, and by guest writes")
    void pointerOnExit() {
        Predicate<Passage> writes = p -> p.writes(SystemRegister.PMBPTR_EL1);
        each(p -> p.entry.hardware().e() && !writes.test(p), p -> p.memory.pointer() == p.hardware.pointer());
        each(
                p -> p.entry.hardware().e()
                        && !writes.test(p)
                        && p.hardware.pointer() != p.entry.hardware().pointer(),
                p -> p.memory.pointer() > p.entry.memory().pointer());
        each(
                p -> !p.entry.hardware().e() && !writes.test(p),
                p -> p.memory.pointer() == p.entry.memory().pointer());
        each(writes, p -> p.memory.pointer() == p.value);
    }

    @Test
    @DisplayName("In-memory PMBSR_EL1 is never written to hardware")
    void statusNeverInHardware() {
        each(p -> p.entry.memory().status() != 0, p -> p.entry.hardware().status() == 0);
        each(p -> true, p -> p.changes.stream()
                .filter(c -> c.inHardware() && c.register() == SystemRegister.PMBSR_EL1 && c.value() != 0)
                .allMatch(c -> p.entry.hardware().e() && c.hardware().e()));
    }

    @Test
    @DisplayName("Hardware's PMBSR_EL1 is cleared on guest exit if its S bit is set")
    void statusCleared() {
        for (String variant : new String[] {FGT, NO_FGT}) {
            Observed run = of(variant).get(0);
            assertThat(run.event("stage 1 fault")).as(variant).isEqualTo(1);
            assertThat(run.those(p -> p.asserted() != 0))
                    .as(variant)
                    .hasSize((int) (run.event("buffer full") + run.event("stage 1 fault")))
                    .hasSizeGreaterThan(2)
                    .allMatch(p -> p.hardware.status() == 0)
                    .anyMatch(p -> p.reason.equals("exit: IRQ: SPE buffer management event"));
        }
    }

    @Test
    @DisplayName(
            "In-memory PMBSR_EL1 is updated by guest writes, a buffer found misprogrammed, and hardware's interrupt, "
                    + "and by nothing else")
    void statusReasons() {
        for (Observed run : RUNS) {
            long written = 0;
            long misprogrammed = 0;
            long asserted = 0;
            for (Passage p :
                    run.those(p -> p.next.memory().status() != p.entry.memory().status())) {
                if (p.writes(SystemRegister.PMBSR_EL1)) {
                    written++;
                    assertThat(p.next.memory().status()).as("%s", p).isEqualTo(p.value);
                } else if (p.asserted() != 0) {
                    asserted++;
                    assertThat(p.next.memory().status())
                            .as("%s", p)
                            .isEqualTo(p.asserted() | p.entry.memory().status());
                } else {
                    misprogrammed++;
                    assertThat(p.writes(SystemRegister.PMBLIMITR_EL1))
                            .as("%s", p)
                            .isTrue();
                    assertThat(p.next.memory().s()).as("%s", p).isTrue();
                    assertThat(p.next.memory().status() >>> 26 & 0x3F)
                            .as("%s", p)
                            .isEqualTo(STAGE_1_ABORT);
                }
            }
            assertThat(written).as(run.variant()).isPositive();
            assertThat(misprogrammed).as(run.variant()).isEqualTo(run.event("stage 1 fault found at enable"));
            assertThat(asserted).as(run.variant()).isEqualTo(run.event("buffer full") + run.event("stage 1 fault"));
        }
        for (String variant : new String[] {FGT, NO_FGT}) {
            assertThat(of(variant).get(0).event("buffer full")).isPositive();
            assertThat(of(variant).get(1).event("stage 1 fault found at enable"))
                    .isEqualTo(1);
        }
    }

    @Test
    @DisplayName("The guest's interrupt is high while in-memory S is set")
    void line() {
        for (Observed run : RUNS) {
            assertThat(run.timeline().wrongLines).as(run.variant()).isZero();
            assertThat((long) run.timeline().rises)
                    .as(run.variant())
                    .isPositive()
                    .isEqualTo(run.run().result().bufferEvents().values().stream()
                            .mapToLong(Long::longValue)
                            .sum());
        }
    }

    @Test
    @DisplayName(
            "PMBIDR_EL1 is trapped to advertise the maximum buffer size that user space set; without FEAT_FGT it is not")
    void maximumAdvertised() {
        for (Observed run : of(FGT)) {
            assertThat(run.pmbidr() >>> MAX_BUFF_SIZE & 0xFFFF).as("hardware's").isZero();
            assertThat(run.passages()).allMatch(p -> p.entry.trapping().contains(SystemRegister.PMBIDR_EL1));
            // Mantissa and exponent of 1 MiB, in units of 4 KiB.
            assertThat(run.those(p -> p.accessed == SystemRegister.PMBIDR_EL1))
                    .hasSize(1)
                    .allMatch(p -> p.value == (run.pmbidr() | MAXIMUM >>> 12 << MAX_BUFF_SIZE));
        }
        for (Observed run : of(NO_FGT)) {
            assertThat(run.passages()).noneMatch(p -> p.entry.trapping().contains(SystemRegister.PMBIDR_EL1));
            assertThat(run.run().result().traps()).doesNotContainKey("PMBIDR_EL1");
        }
    }

    @Test
    @DisplayName("PMSIDR_EL1 is trapped to hide what hardware has and the VM does not")
    void featuresHidden() {
        each(
                p -> p.accessed == SystemRegister.PMSIDR_EL1,
                p -> p.entry.trapping().contains(SystemRegister.PMSIDR_EL1));
        assertThat(later.pmsidr() & PMSIDR_ALTCLK).as("hardware's").isNotZero();
        assertThat(later.those(p -> p.accessed == SystemRegister.PMSIDR_EL1))
                .hasSize(1)
                .allMatch(p -> p.value == (later.pmsidr() & ~PMSIDR_ALTCLK));
    }

    @Test
    @DisplayName("PMSVer is limited to FEAT_SPEv1p5 and to what the host has")
    void versionLimited() {
        Predicate<Passage> asks = p -> p.accessed == SystemRegister.ID_AA64DFR0_EL1;
        assertThat(of(FGT).get(0).those(asks)).isNotEmpty().allMatch(p -> (p.value >>> PMSVER & 15) == 2);
        assertThat(of(NO_FGT).get(0).those(asks)).isNotEmpty().allMatch(p -> (p.value >>> PMSVER & 15) == 1);
        assertThat(later.those(asks)).isNotEmpty().allMatch(p -> (p.value >>> PMSVER & 15) == 6);
        assertThat(later.run().console()).contains("spe: FEAT_SPEv1p5");
    }
}
