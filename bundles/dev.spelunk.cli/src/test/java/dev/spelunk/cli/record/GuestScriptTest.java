// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The script that the guest runs. */
class GuestScriptTest {
    private static String script(long period, String... command) {
        return script(period, null, List.of(), command);
    }

    private static String script(long period, String duration, List<GuestFile> results, String... command) {
        RecordingOrder order = new RecordingOrder(
                "arm_spe_0/ts_enable=1/u",
                period,
                duration,
                Long.MAX_VALUE,
                false,
                List.of(command),
                List.of(),
                results,
                null,
                1,
                true);
        return GuestScript.of(List.of("arm_spe_pmu.ko"), order, Path.of("/where/it's"), Path.of(command[0]));
    }

    @Test
    void quotesWhatTheUserWrote() {
        assertThat(script(0, "/p", "a b", "it's", "$HOME", "`x`"))
                .contains(
                        "-e 'arm_spe_0/ts_enable=1/u' -- '/p' 'a b' 'it'\\''s' '$HOME' '`x`' </spelunk/port/stdin >/spelunk/port/stdout",
                        "cd '/where/it'\\''s'");
    }

    @Test
    void aLinuxThatHasBootedWaitsForItsOrders() throws IOException, InterruptedException {
        String script = GuestScript.waiting(List.of("arm_spe_pmu.ko"), 12);
        assertThat(script)
                .contains("[ $ports -lt 12 ]")
                .containsSubsequence("echo \"booted\" >&9", "sleep", "echo \"orders\" >&9", "cpio", ". /spelunk/order");
        Process shell = new ProcessBuilder("sh", "-n").redirectErrorStream(true).start();
        shell.getOutputStream().write(script.getBytes(StandardCharsets.UTF_8));
        shell.getOutputStream().close();
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(shell.waitFor()).isZero();
    }

    @Test
    void theKernelsRandomNumbersFollowFromTheSeed() {
        RecordingOrder order = new RecordingOrder(
                "cycles", 0, null, 1, false, List.of("/p"), List.of(), List.of(), null, RecordingOrder.BOOT_SEED, true);
        assertThat(GuestScript.order(order, Path.of("/"), Path.of("/p"))).doesNotContain("urandom");
        assertThat(GuestScript.order(order.with("cycles", 7), Path.of("/"), Path.of("/p")))
                .containsSubsequence("echo 7 >/dev/urandom", "started");
    }

    @Test
    void whetherTheSymbolsAreWantedChangesNothingBefore() {
        assertThat(GuestScript.SYMBOLS).hasSameSizeAs(GuestScript.NO_SYMBOLS);
        assertThat(script(0, "/p")).containsSubsequence("read -r symbols <&8", "[ $symbols = symbols ]");
    }

    @Test
    void thePeriodIsTheUsers() {
        assertThat(script(2048, "/p")).contains(" -c 2048 -- ");
        assertThat(script(0, "/p")).contains("/u' -- '/p'");
    }

    @Test
    void isAScriptForTheShell() throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("sh", "-n").redirectErrorStream(true).start();
        shell.getOutputStream()
                .write(script(1, "2", List.of(GuestFile.outOf("/it's:x")), "/p", "it's")
                        .getBytes(StandardCharsets.UTF_8));
        shell.getOutputStream().close();
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(shell.waitFor()).isZero();
    }

    @Test
    void theDurationIsTheGuests() {
        assertThat(script(0, "2.5", List.of(), "/p")).contains("( $B sleep 2.5 ");
        assertThat(script(0, "/p")).doesNotContain("time-over");
    }

    @Test
    void resultsAreSentWithTheirLengths() {
        assertThat(script(0, null, List.of(GuestFile.outOf("/it's:found")), "/p"))
                .contains("[ $ports -lt 8 ]", "$B cat '/it'\\''s' >/spelunk/port/result0; echo result 0 $($B wc -c");
    }
}
