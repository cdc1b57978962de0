// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.crr;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE_CRR: Branch packets tell branches with link and procedure returns (DDI 0487, D18.2.7). */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + CallReturnRecording.FEATURE})
@BringsFeature(CallReturnRecording.FEATURE)
@NeedsFeature("FEAT_SPEv1p4")
public final class CallReturnRecording implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPE_CRR";

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 750;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsidr |= PMSIDR_EL1.CRR;
        rules.packet(PacketOrder.OPERATION_TYPE, new CallReturnPacket(rules.packet(PacketOrder.OPERATION_TYPE)));
    }
}
