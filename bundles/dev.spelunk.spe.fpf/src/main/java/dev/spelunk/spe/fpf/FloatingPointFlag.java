// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.fpf;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE_FPF: Operation Type packets of class Other tell floating-point and Advanced SIMD operations
 * (DDI 0487, D18.2.7). */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + FloatingPointFlag.FEATURE})
@BringsFeature(value = FloatingPointFlag.FEATURE, from = "9.4")
@NeedsFeature("FEAT_SPE")
@NeedsFeature("FEAT_SPE_EFT")
public final class FloatingPointFlag implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPE_FPF";

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 770;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsidr |= PMSIDR_EL1.FPF;
        rules.packet(PacketOrder.OPERATION_TYPE, new FloatingPointPacket(rules.packet(PacketOrder.OPERATION_TYPE)));
    }
}
