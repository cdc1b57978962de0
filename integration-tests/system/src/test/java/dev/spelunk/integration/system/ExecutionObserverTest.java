// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.ExecutionObserver;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is told of executed operations is told of each, and the guest does not see it. */
class ExecutionObserverTest {
    private static final long LIMIT = 4_000_000;

    /** Counts what it is told, at some Exception levels. */
    private static final class Counter implements ExecutionObserver {
        private final int lowest;
        private final long[] told = new long[4];

        Counter(int lowest) {
            this.lowest = lowest;
        }

        @Override
        public boolean observes(PeContext pe) {
            return pe.pe.el >= lowest;
        }

        @Override
        public void executed(PeContext pe, Operation operation) {
            told[operation.el]++;
        }
    }

    @ParameterizedTest
    @CsvSource({"kvm, default", "none, default", "kvm, armv8.2-spe-v1p0"})
    @DisplayName(
            "every operation is told once; records, virtual time and exits are those of a run that nobody observes")
    void tellsEach(String hypervisor, String variant) {
        Machines.Setup setup = Machines.setup()
                .hypervisor(hypervisor)
                .variant(variant)
                .append("interval=512")
                .limit(LIMIT);
        Machines.Run plain = setup.run();
        Counter all = new Counter(0);
        Machines.Run observed = setup.run((machine, swaps) -> machine.observe(all), (machine, swaps) -> {});
        assertThat(observed.records()).isEqualTo(plain.records()).isNotEmpty();
        assertThat(observed.result().cycles()).isEqualTo(plain.result().cycles());
        assertThat(observed.result().exits()).isEqualTo(plain.result().exits());
        assertThat(all.told[0] + all.told[1] + all.told[2])
                .isEqualTo(plain.result().instructions());

        Counter kernel = new Counter(1);
        Machines.Run partly = setup.run((machine, swaps) -> machine.observe(kernel), (machine, swaps) -> {});
        assertThat(partly.records()).isEqualTo(plain.records());
        assertThat(kernel.told[0]).isZero();
        assertThat(kernel.told[1]).isEqualTo(all.told[1]).isPositive();
    }
}
