// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.wiring.PeContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The records that Spelunk hands out are those in the guest's memory. */
class GuestMemoryTest {
    /** Where the bundled guest maps its profiling buffer. */
    private static final long BUFFER = 0xFFFF_FFC0_0000_0000L;

    private static final int PAGE = 4096;

    @ParameterizedTest
    @CsvSource({"kvm, default", "none, default", "kvm, armv8.2-spe-v1p0"})
    @DisplayName("records.bin is byte for byte what lies in a buffer that never filled up")
    void sameBytes(String hypervisor, String variant) {
        byte[][] memory = new byte[1][];
        Machines.Run run = Machines.setup()
                .variant(variant)
                .hypervisor(hypervisor)
                .append("spe.buffer=8M spe.interval=1024 workload=sort,matrix")
                .run(
                        (machine, swaps) -> {},
                        (machine, swaps) -> memory[0] = buffer(machine, Machines.records(machine).length));
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        assertThat(run.console()).contains("0 full, 0 stage 1 faults");
        assertThat(run.records().length).isGreaterThan(100 * PAGE);
        assertThat(memory[0]).isEqualTo(run.records());
    }

    /** Reads the guest's buffer through the guest's own tables. */
    private static byte[] buffer(Machine machine, int size) {
        PeContext pe = machine.pes().get(0);
        byte[] bytes = new byte[size];
        Translation translation = new Translation();
        for (int i = 0; i < size; i++) {
            if (i % PAGE == 0) {
                assertThat(pe.translator.translate(translation, Translator.REGIME_EL10, BUFFER + i, Translator.READ))
                        .as("the buffer's page at +0x%x is mapped", i)
                        .isTrue();
            }
            bytes[i] = (byte) pe.memory.read(translation.pa + i % PAGE, 1);
        }
        return bytes;
    }
}
