// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.cli.process.UserError;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PerfEventTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "arm_spe_0//",
                "arm_spe//u",
                "arm_spe_0/ts_enable=1,branch_filter=1,min_latency=10/u",
                "arm_spe_0/ts_enable,event_filter=0x2/k",
                "cycles:u",
                "instructions",
                "{cycles,instructions}:u",
                "syscalls:sys_enter_*"
            })
    void whatPerfTakesPasses(String event) {
        assertThatCode(() -> PerfEvent.check(event)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "arm_spe_0, write arm_spe_0/TERM",
        "arm_spe_0/ts_enable=1, write arm_spe_0/TERM",
        "arm_spe_0/ts_enabled=1/u, unknown term 'ts_enabled'; terms are ts_enable",
        "arm_spe_0/min_latency=ten/u, min_latency wants a number",
        "arm_spe_0//x, unknown modifier 'x'",
        "cycles; reboot, is no event",
        "'', is no event"
    })
    void whatPerfRefusesIsSaidBeforeTheBoot(String event, String message) {
        assertThatThrownBy(() -> PerfEvent.check(event))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "arm_spe_0//u, true",
        "arm_spe_0/ts_enable=1/u, true",
        "arm_spe_0//up, true",
        "arm_spe_0//, false",
        "'arm_spe_0/ts_enable=1,branch_filter=1/', false",
        "arm_spe_0//uk, false",
        "arm_spe_0//k, false"
    })
    void anEventSaysWhetherItSamplesTheKernel(String event, boolean user) {
        assertThat(PerfEvent.onlyUserSpace(event)).isEqualTo(user);
    }
}
