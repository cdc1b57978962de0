// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.state.MachineState;
import dev.spelunk.hypervisor.kvm.scheduling.HostScheduler.Doing;
import dev.spelunk.testkit.TestMachine;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The run queues of the host: first come, first served, with a time slice")
class HostSchedulerTest {
    private static final int PES = 2;
    private static final int COUNT = 4;
    private static final long SLICE = 1000;
    private static final int NOBODY = HostScheduler.NOBODY;

    private final MachineState machine = TestMachine.builder().pes(PES).build().machine;
    private final HostScheduler scheduler = new HostScheduler(machine, COUNT, SLICE);

    @Test
    @DisplayName("At first nobody has a PE, and nobody wants one")
    void empty() {
        for (int pe = 0; pe < PES; pe++) {
            assertThat(scheduler.current(pe)).isEqualTo(NOBODY);
            assertThat(scheduler.next(pe)).isEqualTo(NOBODY);
            assertThat(scheduler.blockedOn(pe)).isEqualTo(NOBODY);
            assertThat(scheduler.deadline(pe)).isEqualTo(Long.MAX_VALUE);
        }
        for (int who = 0; who < COUNT; who++) {
            assertThat(scheduler.doing(who)).isEqualTo(Doing.OFF);
        }
    }

    @Test
    @DisplayName("Each PE has a queue of its own; who came first is next")
    void queues() {
        scheduler.place(3, 1);
        scheduler.enqueue(2);
        scheduler.enqueue(3);
        scheduler.enqueue(0);
        scheduler.enqueue(1);
        assertThat(scheduler.next(0)).isEqualTo(2);
        assertThat(scheduler.next(1)).isEqualTo(3);
        scheduler.take(0, 2, false, 0, 0);
        assertThat(scheduler.next(0)).isZero();
        scheduler.leave(0, Doing.RUNNABLE, 5);
        assertThat(scheduler.next(0)).as("it is behind the others now").isZero();
        scheduler.take(0, 0, false, 5, 5);
        scheduler.leave(0, Doing.OFF, 6);
        assertThat(scheduler.next(0)).isEqualTo(1);
        scheduler.place(1, 1);
        assertThat(scheduler.next(0)).isEqualTo(2);
        assertThat(scheduler.next(1)).isEqualTo(3);
    }

    @Test
    @DisplayName("Who takes a PE has it for a slice; what it does then is what it leaves for")
    void turns() {
        scheduler.enqueue(1);
        scheduler.take(0, 1, false, 100, 0);
        assertThat(scheduler.current(0)).isEqualTo(1);
        assertThat(scheduler.current(1)).isEqualTo(NOBODY);
        assertThat(scheduler.doing(1)).isEqualTo(Doing.RUNNING);
        assertThat(scheduler.sliceOver(0, 100 + SLICE - 1)).isFalse();
        assertThat(scheduler.sliceOver(0, 100 + SLICE)).isTrue();
        scheduler.leave(0, Doing.BLOCKED, 700);
        assertThat(scheduler.current(0)).isEqualTo(NOBODY);
        assertThat(scheduler.doing(1)).isEqualTo(Doing.BLOCKED);
        assertThat(scheduler.lastSeen(1)).isEqualTo(700);
        assertThat(scheduler.lastSeen(0)).isZero();
        assertThat(scheduler.next(0)).isEqualTo(NOBODY);
        scheduler.take(1, 1, true, 800, 0);
        assertThat(scheduler.doing(1)).isEqualTo(Doing.BLOCKED);
        scheduler.blocked(1, false);
        assertThat(scheduler.doing(1)).isEqualTo(Doing.RUNNING);
        scheduler.blocked(1, true);
        assertThat(scheduler.doing(1)).isEqualTo(Doing.BLOCKED);
    }

    @Test
    @DisplayName(
            "A slice ends for the sake of another one: there is a deadline while somebody waits, until the PE is called")
    void deadlines() {
        scheduler.take(0, 0, false, 50, 0);
        assertThat(scheduler.deadline(0)).as("nobody waits").isEqualTo(Long.MAX_VALUE);
        scheduler.enqueue(1);
        assertThat(scheduler.deadline(0)).isEqualTo(50 + SLICE);
        assertThat(scheduler.deadline(1)).isEqualTo(Long.MAX_VALUE);
        scheduler.called(0);
        assertThat(scheduler.deadline(0)).isEqualTo(Long.MAX_VALUE);
        scheduler.arrived(0);
        assertThat(scheduler.deadline(0)).isEqualTo(50 + SLICE);
        scheduler.called(0);
        scheduler.leave(0, Doing.OFF, 60);
        assertThat(scheduler.deadline(0)).as("nobody has it").isEqualTo(Long.MAX_VALUE);
        scheduler.enqueue(2);
        scheduler.take(0, 1, false, 70, 0);
        assertThat(scheduler.deadline(0)).as("a call was for who had it").isEqualTo(70 + SLICE);
    }

    @Test
    @DisplayName("Who is blocked and has no PE is found by its place")
    void blocked() {
        scheduler.take(0, 2, true, 0, 0);
        assertThat(scheduler.blockedOn(0)).as("it has the PE").isEqualTo(NOBODY);
        scheduler.leave(0, Doing.BLOCKED, 0);
        assertThat(scheduler.blockedOn(0)).isEqualTo(2);
        assertThat(scheduler.blockedOn(1)).isEqualTo(NOBODY);
        scheduler.place(2, 1);
        assertThat(scheduler.blockedOn(0)).isEqualTo(NOBODY);
        assertThat(scheduler.blockedOn(1)).isEqualTo(2);
    }

    @Test
    @DisplayName("The vCPU that was on a PE before is remembered for each PE")
    void lastVcpu() {
        assertThat(scheduler.lastVcpu(0, 1)).isEqualTo(NOBODY);
        assertThat(scheduler.lastVcpu(0, 0)).isEqualTo(1);
        assertThat(scheduler.lastVcpu(0, 0)).isZero();
        assertThat(scheduler.lastVcpu(1, 1)).isEqualTo(NOBODY);
    }

    @Test
    @DisplayName("Sixteen yields with the same registers, while nobody does anything else, are a wait for ever")
    void spinning() {
        scheduler.spun(0, 77, 10, true);
        for (int i = 0; i < 15; i++) {
            scheduler.spun(0, 77, 20, true);
            assertThat(scheduler.spins(0)).as("yield %d", i).isFalse();
        }
        scheduler.spun(1, 5, 20, true);
        assertThat(scheduler.spins(0)).as("another one began to").isFalse();
        for (int i = 0; i < 16; i++) {
            scheduler.spun(0, 77, 20, true);
            scheduler.spun(1, 5, 20, true);
        }
        assertThat(scheduler.spins(0)).isTrue();
        assertThat(scheduler.spins(1)).isTrue();
        assertThat(scheduler.spins(2)).isFalse();
        scheduler.spun(1, 6, 20, true);
        assertThat(scheduler.spins(0)).as("its registers have changed").isFalse();
        assertThat(scheduler.spins(1)).isFalse();
    }

    @Test
    @DisplayName("A yield while another PE works is none of them, nor is one after progress")
    void notAlone() {
        for (int i = 0; i < 40; i++) {
            scheduler.spun(0, 77, 10, false);
        }
        assertThat(scheduler.spins(0)).isFalse();
        for (int i = 0; i < 16; i++) {
            scheduler.spun(0, 77, 10, true);
        }
        assertThat(scheduler.spins(0)).isTrue();
        scheduler.progressed(1);
        assertThat(scheduler.spins(0)).isFalse();
    }

    @Test
    @DisplayName("Who has a PE works unless it yields as before; a loop of more than 1024 operations is work")
    void works() {
        assertThat(scheduler.works(0, 0)).as("nobody").isFalse();
        scheduler.take(0, 0, false, 0, 100);
        assertThat(scheduler.works(0, 100)).isTrue();
        scheduler.spun(0, 77, 200, true);
        assertThat(scheduler.works(0, 200)).as("for the first time").isTrue();
        scheduler.spun(0, 77, 300, true);
        assertThat(scheduler.works(0, 300)).isFalse();
        assertThat(scheduler.works(0, 300 + 1024)).isFalse();
        assertThat(scheduler.works(0, 300 + 1025)).isTrue();
        scheduler.leave(0, Doing.RUNNABLE, 0);
        scheduler.take(0, 0, false, 0, 5000);
        assertThat(scheduler.works(0, 5000)).as("as it was when it left").isFalse();
        scheduler.progressed(0);
        assertThat(scheduler.works(0, 5000)).isTrue();
    }

    @Test
    @DisplayName("Another instance over the same state goes on")
    void state() {
        scheduler.enqueue(3);
        scheduler.take(1, 3, false, 10, 0);
        scheduler.place(3, 1);
        HostScheduler again = new HostScheduler(machine, COUNT, SLICE);
        assertThat(again.current(1)).isEqualTo(3);
        assertThat(again.place(3)).isEqualTo(1);
        assertThat(again.doing(3)).isEqualTo(Doing.RUNNING);
    }
}
