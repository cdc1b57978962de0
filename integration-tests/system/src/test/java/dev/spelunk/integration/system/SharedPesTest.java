// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.hypervisor.VmOptions.Move;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Snapshots;
import dev.spelunk.api.machine.SwapRequest;
import dev.spelunk.api.parts.Parts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** vCPUs that share PEs, move, and meet a task of the host, all of which profile themselves; every invariant is checked. */
class SharedPesTest {
    private static final VmOptions CHECKED = VmOptions.DEFAULT.withCheck(true).withTimeSlice(50_000);

    @TempDir
    private Path folder;

    /** The guest itself checks that each CPU's buffer holds records of that CPU's code only. */
    private static Machines.Run run(VmOptions options) throws IOException, InterruptedException {
        return Machines.setup()
                .guest(Guests.built("SharedPesTest", "twovcpus.elf"))
                .cpus(2)
                .vm(options)
                .limit(50_000_000)
                .run();
    }

    @Test
    void twoVcpusOnOnePe() throws IOException, InterruptedException {
        Machines.Run alone = run(CHECKED);
        assertThat(alone.result().exitCode()).as(alone.told()).isZero();
        Machines.Run shared = run(CHECKED.withPhysicalPes(1));
        assertThat(shared.result().exitCode()).as(shared.told()).isZero();
        assertThat(shared.result().counters().get("RECORDS_WRITTEN"))
                .isEqualTo(alone.result().counters().get("RECORDS_WRITTEN"));
        assertThat(shared.result().counters().get("RECORDS_LOST")).isZero();
    }

    @Test
    @DisplayName("who waits in WFE on a shared PE is not dead: the end of its time slice lets the other one run")
    void waitingForAnEventOfAnotherVcpu() throws IOException, InterruptedException {
        for (VmOptions options : List.of(CHECKED, VmOptions.DEFAULT, VmOptions.DEFAULT.withHostTask(true))) {
            Machines.Run run = Machines.setup()
                    .guest(Guests.built("SharedPesTest", "wfe.elf"))
                    .cpus(2)
                    .vm(options.withPhysicalPes(1))
                    .limit(50_000_000)
                    .run();
            assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
            assertThat(run.result().exitCode()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "4, 1", "4, 2", "4, 4"})
    @DisplayName(
            "a guest is dead when nobody does anything but wait in WFE, and not while one of its vCPUs works on any PE")
    void alivePerVcpu(int cpus, int pes) throws IOException, InterruptedException {
        for (boolean hostTask : List.of(false, true)) {
            VmOptions options = VmOptions.DEFAULT.withPhysicalPes(pes).withHostTask(hostTask);
            Machines.Run alive = waiting("wfe.elf", cpus, options);
            assertThat(alive.result().ending()).as(alive.told()).isEqualTo(Ending.EXITED);
            assertThat(alive.result().exitCode()).isZero();
            Machines.Run dead = waiting("wfe-dead.elf", cpus, options);
            assertThat(dead.result().ending()).as(dead.told()).isEqualTo(Ending.FAILED);
            assertThat(dead.result().message()).contains("waits for an interrupt that nothing will raise");
            assertThat(dead.result().instructions()).isGreaterThan(2_000_000);
        }
    }

    private static Machines.Run waiting(String guest, int cpus, VmOptions options)
            throws IOException, InterruptedException {
        return Machines.setup()
                .guest(Guests.built("SharedPesTest", guest))
                .cpus(cpus)
                .vm(options)
                .limit(200_000_000)
                .run();
    }

    @Test
    @DisplayName("WFE leaves the guest where another vCPU waits for the PE, and only there (HCR_EL2.TWE)")
    void waitForEventTrapsWhereOthersWait() throws IOException, InterruptedException {
        Machines.Run alone = smp("suite-smp.elf", VmOptions.DEFAULT);
        Machines.Run shared = smp("suite-smp-shared.elf", VmOptions.DEFAULT.withPhysicalPes(1));
        Machines.Run besideTask =
                smp("suite-smp-shared.elf", VmOptions.DEFAULT.withPhysicalPes(1).withHostTask(true));
        assertThat(alone.result().exits().get("WFI or WFE"))
                .isLessThan(shared.result().exits().get("WFI or WFE"));
        assertThat(besideTask.result().exits().get("WFI or WFE")).isPositive();
    }

    private static Machines.Run smp(String guest, VmOptions options) throws IOException, InterruptedException {
        Machines.Run run = Machines.setup()
                .guest(Guests.built("SharedPesTest", guest))
                .cpus(2)
                .vm(options.withCheck(true))
                .memory(64L << 20)
                .limit(400_000_000)
                .run();
        assertThat(run.console()).doesNotContain("FAIL");
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        return run;
    }

    @Test
    void aVcpuThatMovesThereAndBack() throws IOException, InterruptedException {
        Machines.Run moved = run(CHECKED.withMoves(List.of(new Move(500_000, 1, 0), new Move(3_000_000, 1, 1))));
        assertThat(moved.result().exitCode()).as(moved.told()).isZero();
    }

    @Test
    void hardwareThatBecomesAnotherWhileVcpusMove() throws IOException, InterruptedException {
        List<Move> moves = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            moves.add(new Move(1_000_000L + 200_000L * i, 1, i % 2));
        }
        Machines.Run run = Machines.setup()
                .variant("armv8.2-spe-v1p0")
                .guest(Guests.built("SharedPesTest", "twovcpus.elf"))
                .cpus(2)
                .vm(CHECKED.withMoves(moves))
                .limit(50_000_000)
                .run(
                        (machine, swaps) -> {
                            for (int i = 0; i < 20; i++) {
                                swaps.swapAt(
                                        machine,
                                        1_100_000L + 100_000L * i,
                                        i % 2 == 0
                                                ? new SwapRequest(Parts.FEATURES, null, "FEAT_SPEv1p1", true)
                                                : new SwapRequest(
                                                        Parts.FEATURES, "FEAT_SPEv1p1", SwapRequest.NONE, true));
                            }
                        },
                        (machine, swaps) ->
                                assertThat(swaps.report(machine).swaps()).isEqualTo(20));
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        assertThat(run.records()).isNotEmpty();
    }

    @Test
    void savedAndRestoredInBetween() throws IOException, InterruptedException {
        List<Move> moves = List.of(new Move(500_000, 1, 0), new Move(2_000_000, 1, 1), new Move(3_500_000, 0, 1));
        for (VmOptions options :
                List.of(CHECKED.withMoves(moves), CHECKED.withPhysicalPes(1).withHostTask(true))) {
            SortedMap<Long, Path> files = new TreeMap<>();
            for (long at : new long[] {700_001, 1_900_000, 2_000_000, 3_000_003}) {
                files.put(at, folder.resolve("at-" + at));
            }
            Snapshotted whole = snapshotted(options, new Snapshots(files, null));
            for (Path file : files.values()) {
                assertThat(snapshotted(options, new Snapshots(new TreeMap<>(), file)))
                        .as("%s", file)
                        .isEqualTo(whole);
            }
        }
    }

    private record Snapshotted(
            String records,
            String hostRecords,
            Map<String, Long> counters,
            Map<String, Long> exits,
            Map<String, Long> host) {}

    private static Snapshotted snapshotted(VmOptions options, Snapshots snapshots)
            throws IOException, InterruptedException {
        byte[][] host = new byte[1][];
        Machines.Run run = Machines.setup()
                .guest(Guests.built("SharedPesTest", "twovcpus.elf"))
                .cpus(2)
                .vm(options)
                .snapshots(snapshots)
                .limit(50_000_000)
                .run((machine, swaps) -> {}, (machine, swaps) -> host[0] = Machines.bytes(machine.hostRecords()));
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        return new Snapshotted(
                HexFormat.of().formatHex(run.records()),
                HexFormat.of().formatHex(host[0]),
                run.result().counters(),
                run.result().exits(),
                run.result().host());
    }

    @Test
    void aHostTaskThatProfilesItself() throws IOException, InterruptedException {
        byte[][] host = new byte[1][];
        Machines.Run run = Machines.setup()
                .guest(Guests.built("SharedPesTest", "twovcpus.elf"))
                .cpus(2)
                .vm(CHECKED.withPhysicalPes(1).withHostTask(true))
                .limit(50_000_000)
                .run((machine, swaps) -> {}, (machine, swaps) -> host[0] = Machines.bytes(machine.hostRecords()));
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        assertThat(host[0].length).isGreaterThan(64 * 100);
        // The address packet of each record: the task's code is in the host's memory, below the guest's.
        for (int at = 0; at < host[0].length; at += 64) {
            int header = at + ((host[0][at + 6] & 0xFF) == 0xB0 ? 6 : 9);
            assertThat(host[0][header] & 0xFF).isEqualTo(0xB0);
            assertThat(host[0][header + 3] & 0xFF).as("PC bits 23:16").isEqualTo(0xE0);
            assertThat(host[0][header + 4] & 0xFF).as("PC bits 31:24").isEqualTo(0x41);
        }
        assertThat((long) (host[0].length + run.records().length) / 64)
                .isEqualTo(run.result().counters().get("RECORDS_WRITTEN"));
    }

    @Test
    void aPeWithoutSpeRefusesAVcpuWithSpe() throws IOException, InterruptedException {
        Machines.Run run = run(CHECKED.withPesWithoutSpe(new TreeSet<>(Set.of(1))));
        assertThat(run.result().ending()).isEqualTo(Ending.FAILED);
        assertThat(run.result().message()).contains("vCPU 1", "KVM_EXIT_FAIL_ENTRY");
    }
}
