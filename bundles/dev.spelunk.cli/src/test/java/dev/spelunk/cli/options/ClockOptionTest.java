// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@DisplayName("--rtc")
class ClockOptionTest {
    private static ClockOption option(String... arguments) {
        ClockOption option = new ClockOption();
        CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();
        spec.addMixin("clock", CommandLine.Model.CommandSpec.forAnnotatedObject(option));
        new CommandLine(spec).parseArgs(arguments);
        return option;
    }

    @Test
    @DisplayName("an operating system has the same time in each run, another guest has no clock")
    void otherwise() {
        assertThat(option().forSystem()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(option().forGuest()).isNull();
        assertThat(option("--rtc", "none").forSystem()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "1970-01-01, 1970-01-01T00:00:00Z",
        "2026-11-29T12:34:56, 2026-11-29T12:34:56Z",
        "2106-02-07T06:28:15Z, 2106-02-07T06:28:15Z"
    })
    void times(String text, Instant time) {
        assertThat(option("--rtc", text).forSystem()).isEqualTo(time);
        assertThat(option("--rtc", text).forGuest()).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"yesterday", "2026-13-01", "1969-12-31T23:59:59", "2106-02-07T06:28:16Z", "2026-01-01T00:00:00.5"
            })
    void refused(String text) {
        assertThatThrownBy(() -> option("--rtc", text))
                .isInstanceOf(CommandLine.ParameterException.class)
                .hasMessageContaining(text);
    }
}
