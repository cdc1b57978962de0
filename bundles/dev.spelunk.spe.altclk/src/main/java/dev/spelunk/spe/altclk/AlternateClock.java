// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.altclk;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.Packets;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import dev.spelunk.api.state.Operation;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE_ALTCLK: the issue latency in an IMPLEMENTATION DEFINED clock domain (DDI 0487, D18.2.3), here a clock that
 * is the CPU clock divided by a configured number. There is no Streaming Mode Compute Unit whose clock it could be. */
@Component(
        service = ProfilingFeatures.class,
        configurationPid = AlternateClock.PID,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + AlternateClock.FEATURE})
@BringsFeature(value = AlternateClock.FEATURE, from = "9.4")
@NeedsFeature("FEAT_SPE")
public final class AlternateClock implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPE_ALTCLK";

    /** PID of the configuration. */
    public static final String PID = "dev.spelunk.spe.altclk";

    /** The alternate clock. */
    public @interface Config {
        /** CPU cycles of one cycle of the alternate clock, from 1 to 1024. */
        int divisor() default 2;
    }

    /** Index of the counter packet. */
    private static final int INDEX = 4;

    private static final int LARGEST_DIVISOR = 1024;

    private final int divisor;

    /** @throws BadInputException when the divisor is not one of those allowed */
    @Activate
    public AlternateClock(Config config) {
        divisor = config.divisor();
        if (divisor < 1 || divisor > LARGEST_DIVISOR) {
            throw new BadInputException(PID + ": divisor is " + divisor + ", but must be from 1 to " + LARGEST_DIVISOR);
        }
    }

    /** Edges of the alternate clock while the operation waited to issue. */
    private int ticks(Operation operation) {
        long issued = operation.dispatch + operation.issueLatency;
        return (int) (issued / divisor - operation.dispatch / divisor);
    }

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 780;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsidr |= PMSIDR_EL1.ALTCLK;
        rules.packet(
                PacketOrder.COUNTER + INDEX,
                (operation, composed, out, at) ->
                        Packets.counter(out, at, INDEX, ticks(operation), composed.counterMaximum()));
    }
}
