// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.hypervisor.VmOptions.Move;
import dev.spelunk.api.machine.Machine.Ending;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** vCPUs that share PEs, move, and meet a task of the host, all of which profile themselves; every invariant is checked. */
class SharedPesTest {
    private static final VmOptions CHECKED = VmOptions.DEFAULT.withCheck(true).withTimeSlice(50_000);

    /** The guest itself checks that each CPU's buffer holds records of that CPU's code only. */
    private static Machines.Run run(VmOptions options) throws IOException, InterruptedException {
        return Machines.setup().guest(Guests.built("SharedPesTest", "twovcpus.elf")).cpus(2).vm(options).limit(50_000_000).run();
    }

    @Test
    void twoVcpusOnOnePe() throws IOException, InterruptedException {
        Machines.Run alone = run(CHECKED);
        assertThat(alone.result().exitCode()).as(alone.told()).isZero();
        Machines.Run shared = run(CHECKED.withPhysicalPes(1));
        assertThat(shared.result().exitCode()).as(shared.told()).isZero();
        assertThat(shared.result().counters().get("RECORDS_WRITTEN")).isEqualTo(alone.result().counters().get("RECORDS_WRITTEN"));
        assertThat(shared.result().counters().get("RECORDS_LOST")).isZero();
    }

    @Test
    void aVcpuThatMovesThereAndBack() throws IOException, InterruptedException {
        Machines.Run moved = run(CHECKED.withMoves(List.of(new Move(500_000, 1, 0), new Move(3_000_000, 1, 1))));
        assertThat(moved.result().exitCode()).as(moved.told()).isZero();
    }

    @Test
    void aHostTaskThatProfilesItself() throws IOException, InterruptedException {
        byte[][] host = new byte[1][];
        Machines.Run run = Machines.setup().guest(Guests.built("SharedPesTest", "twovcpus.elf")).cpus(2)
                .vm(CHECKED.withPhysicalPes(1).withHostTask(true)).limit(50_000_000)
                .run((machine, swaps) -> { }, (machine, swaps) -> host[0] = machine.hostRecords());
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        assertThat(host[0].length).isGreaterThan(64 * 100);
        // The address packet of each record: the task's code is in the host's memory, below the guest's.
        for (int at = 0; at < host[0].length; at += 64) {
            int header = at + ((host[0][at + 6] & 0xFF) == 0xB0 ? 6 : 9);
            assertThat(host[0][header] & 0xFF).isEqualTo(0xB0);
            assertThat(host[0][header + 3] & 0xFF).as("PC bits 23:16").isEqualTo(0xE0);
            assertThat(host[0][header + 4] & 0xFF).as("PC bits 31:24").isEqualTo(0x41);
        }
        assertThat((long) (host[0].length + run.records().length) / 64).isEqualTo(run.result().counters().get("RECORDS_WRITTEN"));
    }

    @Test
    void aPeWithoutSpeRefusesAVcpuWithSpe() throws IOException, InterruptedException {
        Machines.Run run = run(CHECKED.withPesWithoutSpe(new TreeSet<>(Set.of(1))));
        assertThat(run.result().ending()).isEqualTo(Ending.FAILED);
        assertThat(run.result().message()).contains("vCPU 1", "KVM_EXIT_FAIL_ENTRY");
    }
}
