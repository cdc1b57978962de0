// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script that the guest runs. */
class GuestScriptTest {
    private static String script(long period, String... command) {
        return GuestScript.of("arm_spe_0/ts_enable=1/u", period, Path.of("/home/it's"), List.of(command));
    }

    @Test
    void quotesWhatTheUserWrote() {
        assertThat(script(0, "/p", "a b", "it's", "$HOME", "`x`"))
                .contains(
                        "-e 'arm_spe_0/ts_enable=1/u' -- '/p' 'a b' 'it'\\''s' '$HOME' '`x`' </spelunk/port/stdin >/spelunk/port/stdout",
                        "cd '/home/it'\\''s'");
    }

    @Test
    void thePeriodIsTheUsers() {
        assertThat(script(2048, "/p")).contains(" -c 2048 -- ");
        assertThat(script(0, "/p")).contains("/u' -- '/p'");
    }

    @Test
    void isAScriptForTheShell() throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("sh", "-n").redirectErrorStream(true).start();
        shell.getOutputStream().write(script(1, "/p", "it's").getBytes(StandardCharsets.UTF_8));
        shell.getOutputStream().close();
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(shell.waitFor()).isZero();
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
        assertThat(GuestScript.onlyUserSpace(event)).isEqualTo(user);
    }
}
