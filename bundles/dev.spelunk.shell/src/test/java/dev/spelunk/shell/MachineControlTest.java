// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.RecordStream;
import dev.spelunk.api.wiring.PeContext;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MachineControlTest {
    private final CountingMachine machine = new CountingMachine();
    private final MachineControl control = new MachineControl(machine);

    @Test
    void runsPausesResumesAndEnds() throws InterruptedException {
        assertThat(control.status()).startsWith("not started");
        assertThat(control.start()).isEqualTo("started");
        assertThat(control.pause()).startsWith("paused");
        long count = machine.instructions();
        assertThat(machine.instructions()).isEqualTo(count);
        assertThatThrownBy(control::await).hasMessageContaining("type resume");
        assertThat(control.resume()).isEqualTo("resumed");
        machine.interrupt();
        assertThat(control.await()).startsWith("interrupted, ");
        assertThatThrownBy(control::start).hasMessageContaining("has ended");
        assertThatThrownBy(control::pause).hasMessageContaining("has ended");
    }

    @Test
    void whatNeedsARunningMachineSaysSo() {
        assertThatThrownBy(control::pause).hasMessageContaining("type start");
        assertThatThrownBy(control::resume).hasMessageContaining("type start");
        assertThatThrownBy(control::await).hasMessageContaining("type start");
        control.start();
        assertThatThrownBy(control::start).hasMessageContaining("runs already");
        assertThatThrownBy(control::resume).hasMessageContaining("not paused");
        machine.interrupt();
    }

    @Test
    void whoWaitsForTheEndSeesThatItIsPaused() throws Exception {
        control.start();
        Thread pauses = new Thread(machine::pause);
        pauses.start();
        assertThat(control.await()).startsWith("paused");
        assertThat(control.interrupt()).isEmpty();
        machine.interrupt();
    }

    @Test
    void registersAreFoundByPartOfTheirNames() {
        assertThat(control.registers(0, "pmb")).isEqualTo("PMBPTR_EL1           0x0000000040001000");
        assertThat(control.registers(0, "").lines()).hasSize(2);
        assertThatThrownBy(() -> control.registers(0, "XYZ")).hasMessageContaining("XYZ");
        assertThatThrownBy(() -> control.registers(0, "[")).hasMessageContaining("not a regular expression");
        assertThatThrownBy(() -> control.registers(1, "")).hasMessageContaining("no PE 1");
    }

    @Test
    void lookingAtRegistersPausesARunningMachineForThatLong() {
        control.start();
        control.registers(0, "");
        assertThat(machine.lookedAtWhileRunning).isFalse();
        assertThat(machine.paused()).isFalse();
        machine.interrupt();
    }

    /** A machine that counts. */
    private static final class CountingMachine implements Machine {
        private long count;
        private boolean interrupted;
        private boolean paused;
        private boolean atRest = true;
        private boolean lookedAtWhileRunning;

        @Override
        public Result run() {
            while (true) {
                synchronized (this) {
                    atRest = paused;
                    notifyAll();
                    if (interrupted) {
                        atRest = true;
                        return new Result(
                                Ending.INTERRUPTED,
                                0,
                                null,
                                count,
                                count,
                                1,
                                Collections.emptySortedMap(),
                                Collections.emptySortedMap(),
                                Collections.emptySortedMap(),
                                Collections.emptySortedMap(),
                                Collections.emptySortedMap());
                    }
                    if (!paused) {
                        count++;
                    }
                }
                Thread.yield();
            }
        }

        @Override
        public synchronized void interrupt() {
            interrupted = true;
        }

        @Override
        public synchronized void pause() {
            paused = true;
            while (!atRest) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        @Override
        public synchronized void resume() {
            paused = false;
        }

        @Override
        public synchronized boolean paused() {
            return paused;
        }

        @Override
        public synchronized long instructions() {
            return count;
        }

        @Override
        public List<RecordStream> records() {
            return List.of();
        }

        @Override
        public ProfileDescription profile() {
            return null;
        }

        @Override
        public List<PeContext> pes() {
            return Collections.singletonList(null);
        }

        @Override
        public synchronized SortedMap<String, Long> registers(int pe) {
            lookedAtWhileRunning |= !atRest;
            return new TreeMap<>(Map.of("PMBPTR_EL1", 0x40001000L, "X0", 1L));
        }

        @Override
        public String dump() {
            return "";
        }

        @Override
        public void close() {
            interrupt();
        }
    }
}
