// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.fixed;

import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.TimingModel;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Service: the same number of cycles for each operation of a class, and nothing about caches, TLBs or predictors. */
@Component(
        service = TimingModel.class,
        configurationPid = FixedTimingModel.PID,
        property = {Parts.PART + "=" + Parts.TIMING, Parts.NAME + "=fixed"})
public final class FixedTimingModel implements TimingModel {
    /** PID of the configuration. */
    public static final String PID = "dev.spelunk.timing.fixed";

    private static final int MAXIMUM = 1_000_000;

    /**
     * Cycles, each from 0 to 1,000,000. The total latency of an operation is issue + its class, and for data
     * accesses + translation + misaligned where that applies.
     */
    @interface Config {
        /** Waiting to issue, every class: the issue latency. */
        int issue() default 1;

        /** Operations that are neither branches nor data accesses, cache maintenance included. */
        int other() default 1;

        /** Branches and exception returns. */
        int branch() default 1;

        /** Loads. */
        int load() default 3;

        /** Stores. */
        int store() default 1;

        /** Atomics and swaps, value-returning or not. */
        int atomic() default 8;

        /** Address translation of a data access: the translation latency. */
        int translation() default 1;

        /** What a misaligned data access takes longer; where it is not 0 such an access has Events bit 11. */
        int misaligned() default 0;
    }

    private final Config config;

    /** @throws BadInputException when a value is out of range */
    @Activate
    public FixedTimingModel(Config config) {
        this.config = config;
        check("issue", config.issue());
        check("other", config.other());
        check("branch", config.branch());
        check("load", config.load());
        check("store", config.store());
        check("atomic", config.atomic());
        check("translation", config.translation());
        check("misaligned", config.misaligned());
    }

    private static void check(String key, int cycles) {
        if (cycles < 0 || cycles > MAXIMUM) {
            throw new BadInputException(
                    PID + ": " + key + " is " + cycles + ", but must be from 0 to " + MAXIMUM + " cycles");
        }
    }

    @Override
    public OperationTimer create(PeContext context) {
        return new FixedOperationTimer(context, config);
    }
}
