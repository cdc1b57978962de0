// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The script that the guest runs. */
class GuestScriptTest {
    private static String script(long period, String... command) {
        return GuestScript.of("mark ", "arm_spe_0/ts_enable=1/u", period, Path.of("/home/it's"), List.of(command));
    }

    @Test
    void quotesWhatTheUserWrote() {
        assertThat(script(0, "/p", "a b", "it's", "$HOME", "`x`")).contains(
                "-e 'arm_spe_0/ts_enable=1/u' -- '/p' 'a b' 'it'\\''s' '$HOME' '`x`' </dev/null", "cd '/home/it'\\''s'");
    }

    @Test
    void thePeriodIsTheUsers() {
        assertThat(script(2048, "/p")).contains(" -c 2048 -- ");
        assertThat(script(0, "/p")).contains("/u' -- '/p'");
    }
}
