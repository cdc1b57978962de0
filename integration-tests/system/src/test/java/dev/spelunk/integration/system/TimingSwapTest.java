// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.SwapRequest;
import dev.spelunk.api.parts.Parts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Swaps between the timing models, and of the in-order one by an equal one, while the guest profiles itself. */
class TimingSwapTest {
    private static final int RECORD = 64;

    @TempDir
    private static Path folder;

    private static Machines.Setup setup(String timing) throws IOException {
        Path file = folder.resolve(timing + ".json");
        Files.writeString(
                file,
                "{\"id\": \"t:both:1\", \"bundles\": [{\"id\":"
                        + " \"dev.spelunk:dev.spelunk.timing.inorder:0.2.0-SNAPSHOT\"}], \"extensions\": {\"spelunk-variant\": {\"json\":"
                        + " {\"extends\": \"default\", \"parts\": {\"timing\": \"" + timing + "\"}}}}}");
        return Machines.setup()
                .variant(file.toString())
                .append("workload=sort spe.interval=2048 spe.jitter=1")
                .seed(5);
    }

    private static Machines.Run good(Machines.Run run) {
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        return run;
    }

    @Test
    @DisplayName("Another model changes latencies and events, and nothing else of the records")
    void another() throws IOException {
        Machines.Run fixed = good(setup("fixed").run());
        long total = fixed.result().instructions();
        Machines.Run swapped = good(setup("fixed")
                .run(
                        (machine, swaps) -> {
                            swaps.swapAt(machine, total / 2, new SwapRequest(Parts.TIMING, null, "inorder", false));
                            swaps.swapAt(machine, total / 4 * 3, new SwapRequest(Parts.TIMING, null, "fixed", false));
                        },
                        (machine, swaps) -> {}));
        assertThat(swapped.records()).isNotEqualTo(fixed.records()).hasSameSizeAs(fixed.records());
        assertThat(withoutTiming(swapped.records())).isEqualTo(withoutTiming(fixed.records()));
        assertThat(swapped.result().instructions()).isEqualTo(total);
        assertThat(swapped.result().cycles()).isEqualTo(fixed.result().cycles());
    }

    @Test
    @DisplayName("An equal in-order model changes no byte")
    void equal() throws IOException {
        Machines.Run undisturbed = good(setup("inorder").run());
        long total = undisturbed.result().instructions();
        Machines.Run swapped = good(setup("inorder")
                .run(
                        (machine, swaps) -> {
                            for (int i = 1; i < 50; i++) {
                                swaps.swapAt(machine, total / 50 * i + i * 37, SwapRequest.anew(Parts.TIMING));
                            }
                        },
                        (machine, swaps) -> {}));
        assertThat(swapped.records()).isEqualTo(undisturbed.records());
        assertThat(swapped.result().counters()).isEqualTo(undisturbed.result().counters());
    }

    /** The records with counter packets and the events that a timing model gives left out (DDI 0487, D18.2). */
    private static byte[] withoutTiming(byte[] records) {
        byte[] rest = new byte[records.length];
        for (int record = 0; record < records.length; record += RECORD) {
            int to = record;
            int at = record;
            while (at < record + RECORD && records[at] != 0 && records[at] != 1) {
                int size = 1 + (1 << (records[at] >>> 4 & 3));
                boolean counter = (records[at] & 0xF8) == 0x98;
                boolean events = (records[at] & 0xCF) == 0x42;
                if (events) {
                    rest[to] = records[at];
                    rest[to + 1] = (byte) (records[at + 1] & 0x43);
                    to += size;
                } else if (!counter) {
                    System.arraycopy(records, at, rest, to, size);
                    to += size;
                }
                at += size;
            }
        }
        return Arrays.copyOf(rest, rest.length);
    }
}
