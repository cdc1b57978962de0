// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.profiling.SampleFilter;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;
import java.util.Arrays;

/** Composed rules of FEAT_SPE. */
final class Composed {
    private Composed() {}

    static ProfilingRules rules(boolean wideCounters) {
        return builder(wideCounters).build();
    }

    static ProfilingRulesBuilder builder(boolean wideCounters) {
        ProfilingRulesBuilder rules = new ProfilingRulesBuilder();
        rules.pmsidr = 6L << 12 | (wideCounters ? 3L : 2L) << 16;
        new StatisticalProfiling().contribute(rules);
        return rules;
    }

    static byte[] record(Operation operation, ProfilingRules rules) {
        byte[] out = new byte[256];
        int at = 0;
        for (PacketEncoder encoder : rules.encoders()) {
            at = encoder.encode(operation, rules.extension(), out, at);
        }
        return Arrays.copyOf(out, at);
    }

    static boolean rejects(PeContext context, ProfilingRules rules, Operation operation) {
        for (SampleFilter filter : rules.filters()) {
            if (filter.enabled(context) && filter.rejects(context, rules.extension(), operation)) {
                return true;
            }
        }
        return false;
    }
}
