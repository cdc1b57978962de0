// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.cli.process.UserError;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An event for perf in the guest, looked at before the guest boots: perf's own complaint would come a minute later. */
public final class PerfEvent {
    private static final Pattern SPE = Pattern.compile("arm_spe(?:_\\d+)?/([^/]*)/([a-zA-Z]*)");
    /** Any other: perf knows more than can be known here. */
    private static final Pattern OTHER = Pattern.compile("[\\w{},.@*?=:/-]+");

    private static final Pattern VALUE = Pattern.compile("0[xX][0-9a-fA-F]{1,16}|\\d{1,20}");
    private static final String MODIFIERS = "ukhHGpPDSWe";
    /** The driver's format attributes, of all its versions; then those that perf has for every event. */
    private static final List<String> TERMS = List.of(
            "ts_enable",
            "pa_enable",
            "pct_enable",
            "jitter",
            "branch_filter",
            "load_filter",
            "store_filter",
            "event_filter",
            "inv_event_filter",
            "min_latency",
            "discard",
            "simd_filter",
            "float_filter",
            "simd_filter_mask",
            "float_filter_mask",
            "branch_filter_mask",
            "load_filter_mask",
            "store_filter_mask",
            "inv_data_src_filter",
            "period",
            "freq",
            "name",
            "config",
            "config1",
            "config2",
            "config3",
            "config4");

    private PerfEvent() {}

    /**
     * Looks at an event.
     *
     * @throws UserError when perf would refuse it, with what could be written instead
     */
    public static void check(String event) {
        if (!event.startsWith("arm_spe")) {
            if (!OTHER.matcher(event).matches()) {
                throw new UserError("--event '" + event + "' is no event of perf");
            }
            return;
        }
        Matcher spe = SPE.matcher(event);
        if (!spe.matches()) {
            throw new UserError("--event '" + event + "': write arm_spe_0/TERM=VALUE,.../MODIFIERS, for example "
                    + "arm_spe_0/ts_enable=1/u");
        }
        for (String term : spe.group(1).isEmpty() ? new String[0] : spe.group(1).split(",", -1)) {
            int equals = term.indexOf('=');
            String name = equals < 0 ? term : term.substring(0, equals);
            if (!TERMS.contains(name)) {
                throw new UserError(
                        "--event '" + event + "': unknown term '" + name + "'; terms are " + String.join(", ", TERMS));
            }
            if (equals >= 0
                    && !name.equals("name")
                    && !VALUE.matcher(term.substring(equals + 1)).matches()) {
                throw new UserError(
                        "--event '" + event + "': " + name + " wants a number, decimal or with 0x in front");
            }
        }
        for (char modifier : spe.group(2).toCharArray()) {
            if (MODIFIERS.indexOf(modifier) < 0) {
                throw new UserError("--event '" + event + "': unknown modifier '" + modifier + "'; perf's are "
                        + String.join(", ", MODIFIERS.split("")));
            }
        }
    }

    /** Whether an event counts nothing of the kernel. */
    static boolean onlyUserSpace(String event) {
        return event.matches(".*[/:][uG]*u[uG]*p*");
    }

    /** Whether its samples are records of SPE. */
    static boolean ofSpe(String event) {
        return event.startsWith("arm_spe");
    }
}
