// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.psci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.parts.FirmwareCalls;
import dev.spelunk.api.parts.FirmwareCalls.Action;
import dev.spelunk.api.parts.FirmwareCalls.Request;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("PSCI 1.1 (DEN 0022) and SMCCC 1.1 (DEN 0028)")
class PsciTest {
    private static final long ENTRY = 0x4008_0000L;
    private static final long NOT_SUPPORTED = -1;
    private static final long INVALID_PARAMETERS = -2;
    private static final long ALREADY_ON = -4;
    private static final long INVALID_ADDRESS = -9;

    private static final long[] AFFINITIES = {0x8000_0000L, 0x8000_0001L};

    private final boolean[] powered = {true, false};
    private final long[] x = new long[34];
    private final Psci psci = new Psci();
    private Request request;

    private final FirmwareCalls.Pes pes = new FirmwareCalls.Pes() {
        @Override
        public int count() {
            return powered.length;
        }

        @Override
        public long affinity(int pe) {
            return AFFINITIES[pe];
        }

        @Override
        public boolean powered(int pe) {
            return powered[pe];
        }
    };

    private long call(int function, long... arguments) {
        x[0] = function & 0xFFFF_FFFFL;
        System.arraycopy(arguments, 0, x, 1, arguments.length);
        request = psci.call(x, pes);
        return x[0];
    }

    private static long affinity(int pe) {
        return AFFINITIES[pe] & 0xFF_00FF_FFFFL;
    }

    @Test
    @DisplayName("versions are PSCI 1.1 and SMCCC 1.1, and no Trusted OS migrates")
    void versions() {
        assertThat(call(0x8400_0000)).isEqualTo(0x1_0001);
        assertThat(call(0x8000_0000)).isEqualTo(0x1_0001);
        assertThat(call(0x8400_0006)).isEqualTo(2);
        assertThat(request.action()).isEqualTo(Action.RETURN);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x8000_0000,
                0x8400_0000,
                0x8400_0001,
                0xC400_0001,
                0x8400_0002,
                0x8400_0003,
                0xC400_0003,
                0x8400_0004,
                0xC400_0004,
                0x8400_0006,
                0x8400_0008,
                0x8400_0009,
                0x8400_000A,
                0x8400_0012,
                0xC400_0012
            })
    @DisplayName("PSCI_FEATURES knows what is implemented")
    void features(int function) {
        assertThat(call(0x8400_000A, function & 0xFFFF_FFFFL)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x8400_0005,
                0x8400_0007,
                0x8400_000B,
                0x8400_000E,
                0xC400_000E,
                0xC400_0000,
                0xC400_0008,
                0x8000_8000,
                0x8600_0000,
                0,
                -1
            })
    @DisplayName("everything else is NOT_SUPPORTED, called or asked about")
    void unknown(int function) {
        assertThat(call(0x8400_000A, function & 0xFFFF_FFFFL)).isEqualTo(NOT_SUPPORTED);
        assertThat(call(function)).isEqualTo(NOT_SUPPORTED);
        assertThat(request.action()).isEqualTo(Action.RETURN);
    }

    @Test
    @DisplayName("SMCCC_ARCH_FEATURES: itself and the version, no workarounds")
    void architectureFeatures() {
        assertThat(call(0x8000_0001, 0x8000_0000L)).isZero();
        assertThat(call(0x8000_0001, 0x8000_0001L)).isZero();
        for (long workaround : new long[] {0x8000_8000L, 0x8000_7FFFL, 0x8000_3FFFL}) {
            assertThat(call(0x8000_0001, workaround)).isEqualTo(NOT_SUPPORTED);
        }
    }

    @Test
    @DisplayName("SYSTEM_OFF, SYSTEM_RESET and a warm SYSTEM_RESET2 end the run; other reset types are invalid")
    void system() {
        call(0x8400_0008);
        assertThat(request.action()).isEqualTo(Action.SYSTEM_OFF);
        call(0x8400_0009);
        assertThat(request.action()).isEqualTo(Action.SYSTEM_RESET);
        call(0xC400_0012, 0);
        assertThat(request.action()).isEqualTo(Action.SYSTEM_RESET);
        assertThat(call(0x8400_0012, 0x8000_0000L)).isEqualTo(INVALID_PARAMETERS);
        assertThat(request.action()).isEqualTo(Action.RETURN);
    }

    @Test
    @DisplayName("CPU_ON asks for a PE at an entry with its context in X0")
    void cpuOn() {
        assertThat(call(0xC400_0003, affinity(1), ENTRY, 0x1234_5678_9ABC_DEF0L))
                .isZero();
        assertThat(request).isEqualTo(new Request(Action.CPU_ON, 1, ENTRY, 0x1234_5678_9ABC_DEF0L));
    }

    @Test
    @DisplayName("the 32-bit CPU_ON takes 32 bits of each argument")
    void cpuOn32() {
        assertThat(call(0x8400_0003, affinity(1) | 7L << 32, ENTRY | 1L << 40, -1))
                .isZero();
        assertThat(request).isEqualTo(new Request(Action.CPU_ON, 1, ENTRY, 0xFFFF_FFFFL));
    }

    @Test
    @DisplayName("CPU_ON: ALREADY_ON, INVALID_PARAMETERS for no such PE, INVALID_ADDRESS for an unaligned entry")
    void cpuOnErrors() {
        assertThat(call(0xC400_0003, affinity(0), ENTRY, 0)).isEqualTo(ALREADY_ON);
        assertThat(call(0xC400_0003, 0x77, ENTRY, 0)).isEqualTo(INVALID_PARAMETERS);
        assertThat(call(0xC400_0003, affinity(1) | 1L << 31, ENTRY, 0)).isEqualTo(INVALID_PARAMETERS);
        assertThat(call(0xC400_0003, affinity(1), ENTRY + 2, 0)).isEqualTo(INVALID_ADDRESS);
        assertThat(request.action()).isEqualTo(Action.RETURN);
    }

    @Test
    @DisplayName("CPU_OFF switches the caller off and does not return")
    void cpuOff() {
        call(0x8400_0002);
        assertThat(request.action()).isEqualTo(Action.CPU_OFF);
    }

    @Test
    @DisplayName("AFFINITY_INFO: ON, OFF, a cluster is ON while one of it is, no such PE")
    void affinityInfo() {
        assertThat(call(0xC400_0004, affinity(0), 0)).isZero();
        assertThat(call(0xC400_0004, affinity(1), 0)).isEqualTo(1);
        assertThat(call(0xC400_0004, affinity(1) & ~0xFF, 1)).isZero();
        assertThat(call(0xC400_0004, 0x5500, 0)).isEqualTo(INVALID_PARAMETERS);
        assertThat(call(0xC400_0004, affinity(0), 4)).isEqualTo(INVALID_PARAMETERS);
        assertThat(call(0x8400_0004, 3L << 32 | affinity(1), 0)).isEqualTo(1);
        powered[0] = false;
        assertThat(call(0xC400_0004, affinity(1) & ~0xFF, 1)).isEqualTo(1);
        assertThat(call(0xC400_0004, 0, 3)).isEqualTo(1);
    }

    @Test
    @DisplayName("CPU_SUSPEND is a standby that returns SUCCESS; reserved bits are invalid")
    void suspend() {
        assertThat(call(0xC400_0001, 0x0101_FFFF)).isZero();
        assertThat(request.action()).isEqualTo(Action.STANDBY);
        assertThat(call(0x8400_0001, 0x8000_0000L)).isEqualTo(INVALID_PARAMETERS);
        assertThat(call(0x8400_0001, 0x0002_0000L)).isEqualTo(INVALID_PARAMETERS);
        assertThat(request.action()).isEqualTo(Action.RETURN);
    }
}
