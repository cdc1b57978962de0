// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Self-hosted debug is lent to the guest as KVM does, and ID registers show what a VM has")
class GuestDebugTest {
    private static final int MDSCR = Encoding.of(2, 0, 0, 2, 2);
    private static final int OSLAR = Encoding.of(2, 0, 1, 0, 4);
    private static final int OSLSR = Encoding.of(2, 0, 1, 1, 4);
    private static final int[] POINTS = {
        Encoding.of(2, 0, 0, 0, 4),
        Encoding.of(2, 0, 0, 0, 5),
        Encoding.of(2, 0, 0, 5, 4),
        Encoding.of(2, 0, 0, 5, 5),
        Encoding.of(2, 0, 0, 0, 6),
        Encoding.of(2, 0, 0, 0, 7),
        Encoding.of(2, 0, 0, 3, 6),
        Encoding.of(2, 0, 0, 3, 7)
    };
    private static final long MDE = 1 << 15;
    private static final long SS = 1;

    private final Bench bench = new Bench().start();

    private void anExit() {
        bench.read(SystemRegister.ID_AA64PFR0_EL1);
    }

    private boolean trapped() {
        return bench.traps(MDSCR, true);
    }

    @Test
    @DisplayName(
            "Breakpoints and watchpoints trap until the first access; then they are the guest's, and the host's are 0")
    void lent() {
        assertThat(trapped()).isTrue();
        bench.write(POINTS[0], 0x4000_1230L);
        assertThat(trapped()).isFalse();
        for (int i = 0; i < POINTS.length; i++) {
            assertThat(bench.traps(POINTS[i], false)).isFalse();
            bench.write(POINTS[i], 0x4000_1230L + 16L * i);
        }
        long[] held = new long[POINTS.length];
        for (int i = 0; i < POINTS.length; i++) {
            held[i] = bench.hardware(POINTS[i]);
            assertThat(held[i]).isNotZero();
        }
        List<Long> inHost = new ArrayList<>();
        bench.registers.after(
                SystemRegister.MDCR_EL2, () -> Arrays.stream(POINTS).forEach(p -> inHost.add(bench.hardware(p))));
        anExit();
        assertThat(inHost)
                .as("BAS of a breakpoint is RES1")
                .hasSizeGreaterThanOrEqualTo(POINTS.length)
                .containsOnly(0L, 0x1E0L);
        for (int i = 0; i < POINTS.length; i++) {
            assertThat(bench.hardware(POINTS[i])).isEqualTo(held[i]);
            assertThat(bench.memory(POINTS[i])).isEqualTo(held[i]);
        }
    }

    @Test
    @DisplayName("MDSCR_EL1 is the guest's at each entry, without MDE and SS while its OS Lock is locked")
    void monitorDebugSystemControl() {
        bench.write(MDSCR, MDE | SS | 1 << 12);
        assertThat(bench.hardware(MDSCR)).isEqualTo(MDE | SS | 1 << 12);
        assertThat(bench.read(MDSCR)).isEqualTo(MDE | SS | 1 << 12);
        anExit();
        assertThat(bench.hardware(MDSCR)).isEqualTo(MDE | SS | 1 << 12);
    }

    @Test
    @DisplayName("The guest's OS Lock is in memory: the hardware's stays open, and what it locks is taken away")
    void osLock() {
        bench.write(OSLAR, 3);
        assertThat(bench.memory(OSLAR)).isEqualTo(1);
        assertThat(bench.hardware(OSLAR)).isZero();
        assertThat(bench.read(OSLSR)).isEqualTo(0xA);
        bench.write(MDSCR, MDE | SS | 1 << 12);
        assertThat(trapped()).as("a locked guest owns nothing").isTrue();
        assertThat(bench.hardware(MDSCR)).isEqualTo(1 << 12);
        assertThat(bench.read(MDSCR)).isEqualTo(MDE | SS | 1 << 12);
        bench.write(OSLAR, 0);
        assertThat(bench.read(OSLSR)).isEqualTo(8);
        assertThat(bench.hardware(MDSCR)).isEqualTo(MDE | SS | 1 << 12);
    }

    @Test
    @DisplayName("What only an external debugger would use reads as zero and ignores writes")
    void others() {
        int claim = Encoding.of(2, 0, 7, 8, 6);
        bench.write(OSLAR, 1);
        bench.write(claim, -1);
        assertThat(bench.read(claim)).isZero();
        bench.write(MDSCR, 0);
        assertThat(bench.read(MDSCR)).isZero();
    }

    /** The register, with ones everywhere in the machine: what the guest does not see. */
    @ParameterizedTest(name = "{0}: {1} is 0")
    @CsvSource({
        "ID_AA64PFR0_EL1, EL2, 8",
        "ID_AA64MMFR0_EL1, FGT, 56",
        "ID_AA64MMFR0_EL1, ECV, 60",
        "ID_AA64MMFR1_EL1, VH, 8",
        "ID_AA64MMFR2_EL1, NV, 24",
        "ID_AA64DFR2_EL1, SPE_EXC, 16",
        "ID_AA64DFR2_EL1, SPE_nVM, 20",
        "ID_AA64DFR0_EL1, PMUVer, 8",
        "ID_AA64DFR0_EL1, HPMN0, 60",
    })
    void hidden(String register, String field, int low) throws ReflectiveOperationException {
        int encoding = SystemRegister.class.getField(register).getInt(null);
        bench.context.register(encoding, -1);
        assertThat(bench.read(encoding) >>> low & 15).isZero();
    }

    /** As {@link #hidden}: how many bits are left. */
    @ParameterizedTest
    @CsvSource({
        "ID_AA64PFR0_EL1, 60",
        "ID_AA64MMFR0_EL1, 56",
        "ID_AA64MMFR1_EL1, 60",
        "ID_AA64MMFR2_EL1, 60",
        "ID_AA64DFR2_EL1, 56",
        "ID_AA64DFR0_EL1, 54",
        "ID_AA64ISAR0_EL1, 64",
        "ID_AA64PFR1_EL1, 64"
    })
    void shown(String register, int bits) throws ReflectiveOperationException {
        int encoding = SystemRegister.class.getField(register).getInt(null);
        bench.context.register(encoding, -1);
        assertThat(Long.bitCount(bench.read(encoding))).isEqualTo(bits);
    }
}
