// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.spelunk.cli.debian.Cache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Debian's {@code perf stat} counts what a timing model's caches, TLBs and predictor do. The model sees each operation of
 * Linux' boot too, which takes minutes.
 */
@Tag("debian")
@Tag("long")
class DebianModelEventsTest {
    private static final String TEST = "DebianModelEventsTest";
    /** What a pass over the program's words and over its numbers touches at least, in lines of 64 bytes. */
    private static final long LINES = 2 * (1 << 14) * 4 / 64;

    @TempDir
    private Path folder;

    @Test
    @DisplayName("the kernel offers the model's events by name, and their counts fit the program and each other")
    void counts() throws IOException, InterruptedException {
        Cache packages = Debian.cache(TEST);
        Path program = Debian.program(TEST, folder, "mixed");
        Path variant = Files.writeString(
                folder.resolve("variant.json"),
                "{\"id\": \"test:events:1\", \"bundles\": [{\"id\":"
                        + " \"dev.spelunk:dev.spelunk.timing.inorder:0.2.0-SNAPSHOT\"}], \"configurations\":"
                        + " {\"dev.spelunk.timing.inorder\": {\"mode\": \"full\"}}, \"extensions\": {\"spelunk-variant\":"
                        + " {\"json\": {\"extends\": \"default\", \"parts\": {\"timing\": \"inorder\"}}}}}");
        Path initrd = Debian.initramfs(packages, folder.resolve("initrd"), """
                echo offered $(cd /sys/bus/event_source/devices/armv8_pmuv3*/events && echo *) .
                perf stat -x, -e mem_access:u,l1d_cache:u,l1d_cache_refill:u,l2d_cache:u /mixed 4 2>&1
                perf stat -x, -e inst_retired:u,l1i_cache:u,l1d_tlb:u,l1d_tlb_refill:u /mixed 4 2>&1
                perf stat -x, -e br_retired:u,br_pred:u,br_mis_pred:u,br_mis_pred_retired:u /mixed 4 2>&1
                """, archive -> {
            archive.file("mixed", 0755, program);
            Debian.addPerf(TEST, packages, archive);
        });
        Spelunk.Outcome run = Spelunk.run(
                "boot",
                "--variant",
                variant.toString(),
                "--kernel",
                packages.kernel().toString(),
                "--initrd",
                initrd.toString(),
                "--append",
                "nokaslr kpti=off");
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        String console = run.out();
        assertThat(console)
                .containsPattern("offered .*br_mis_pred .*l1d_cache .*l1d_cache_refill .*l1d_tlb .*l1i_cache .*l2d_cache ");

        long accesses = count(console, "mem_access");
        long l1 = count(console, "l1d_cache");
        // An access that crosses a line touches two.
        assertThat(l1).isBetween(accesses * 99 / 100, accesses * 11 / 10);
        // 64 KiB of words and 64 KiB of numbers in turns do not stay in a first level that is not larger.
        assertThat(count(console, "l1d_cache_refill")).isBetween(4 * LINES / 2, l1 / 4);
        assertThat(count(console, "l2d_cache")).isGreaterThanOrEqualTo(count(console, "l1d_cache_refill"));
        assertThat(count(console, "l1i_cache"))
                .isBetween(count(console, "inst_retired") / 32, count(console, "inst_retired"));
        assertThat(count(console, "l1d_tlb")).isCloseTo(accesses, within(accesses / 10));
        assertThat(count(console, "l1d_tlb_refill")).isBetween(2 * LINES * 64 / 4096, accesses / 100);
        long branches = count(console, "br_retired");
        assertThat(count(console, "br_pred")).isBetween(branches / 2, branches);
        // What odd() decides is random for each of its words.
        assertThat(count(console, "br_mis_pred_retired")).isBetween(4L * (1 << 14) / 8, branches / 4);
        assertThat(count(console, "br_mis_pred"))
                .isCloseTo(count(console, "br_mis_pred_retired"), within(branches / 100));
    }

    private static long count(String console, String event) {
        Matcher matcher =
                Pattern.compile("(?m)^(\\d+),," + event + ":u,").matcher(console);
        assertThat(matcher.find()).as("%s in %s", event, console).isTrue();
        return Long.parseLong(matcher.group(1));
    }
}
