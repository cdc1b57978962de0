// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.api.machine.Machine.Result;
import java.util.Locale;

/** Why nothing was recorded, as far as machine and kernel know it. */
final class NoRecords {
    private NoRecords() {}

    /**
     * Says why.
     *
     * @param kernel what the guest's kernel said last of its SPE; empty for nothing
     * @param result of the machine
     */
    static String reason(String kernel, Result result) {
        StringBuilder reason = new StringBuilder();
        result.bufferEvents().forEach((event, count) -> {
            if (count != 0) {
                reason.append(reason.length() == 0 ? "" : ", ")
                        .append(count)
                        .append(" times ")
                        .append(event);
            }
        });
        if (reason.length() == 0) {
            long population = result.counters().getOrDefault("SAMPLE_POP", 0L);
            long feed = result.counters().getOrDefault("SAMPLE_FEED", 0L);
            long passed = result.counters().getOrDefault("SAMPLE_FILTRATE", 0L);
            if (population == 0) {
                reason.append("no operation was executed while profiling was enabled for its Exception level");
            } else if (feed == 0) {
                reason.append(String.format(
                        Locale.ROOT,
                        "%,d operations were executed while profiling was enabled, fewer than the sampling interval",
                        population));
            } else if (passed == 0) {
                reason.append(String.format(Locale.ROOT, "%,d operations were sampled, and filtered", feed));
            } else {
                reason.append(String.format(
                        Locale.ROOT,
                        "%,d operations were sampled, of which %,d passed the filters and were discarded "
                                + "(PMBLIMITR_EL1.FM)",
                        feed,
                        passed));
            }
        }
        if (!kernel.isEmpty() && !kernel.contains("probed for")) {
            reason.append("; the guest's kernel said: ").append(kernel);
        }
        return reason.toString();
    }
}
