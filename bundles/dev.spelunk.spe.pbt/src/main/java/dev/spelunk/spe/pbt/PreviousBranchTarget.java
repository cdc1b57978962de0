// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.pbt;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE_PBT: the target of the taken branch before the sampled operation (DDI 0487, D17.6.3.1 and D18.2.1). */
@Component(
        service = ProfilingFeatures.class,
        configurationPid = PreviousBranchTarget.PID,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + PreviousBranchTarget.FEATURE})
@BringsFeature(PreviousBranchTarget.FEATURE)
@NeedsFeature("FEAT_SPEv1p2")
public final class PreviousBranchTarget implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPE_PBT";

    /** PID of the configuration. */
    public static final String PID = "dev.spelunk.spe.pbt";

    /** How far back the branch may be. */
    public @interface Config {
        /**
         * Operations before each sampled one that are looked at for the last taken branch, from 1 to 4096. They are
         * executed one by one, so a larger window finds more branches and runs slower.
         */
        int window() default 64;
    }

    /** Index of the address packet. */
    private static final int INDEX = 4;

    private static final int LARGEST_WINDOW = 4096;

    private final int window;

    /** @throws BadInputException when the window is not one of those allowed */
    @Activate
    public PreviousBranchTarget(Config config) {
        window = config.window();
        if (window < 1 || window > LARGEST_WINDOW) {
            throw new BadInputException(
                    PID + ": window is " + window + ", but must be from 1 to " + LARGEST_WINDOW + " operations");
        }
    }

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 730;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsidr |= PMSIDR_EL1.PBT;
        LastBranch lastBranch = new LastBranch(rules.value(), rules.value(), rules.value(), rules.value(), window);
        rules.collector(lastBranch);
        rules.packet(PacketOrder.ADDRESS + INDEX, lastBranch);
    }
}
