// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.parts.Mmu;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.service.component.annotations.Component;

/** Publishes the MMU of the VMSAv8-64. */
@BringsFeature("FEAT_E0PD")
@BringsFeature("FEAT_HAFDBS")
@BringsFeature("FEAT_HPDS")
@BringsFeature("FEAT_S2FWB")
@BringsFeature("FEAT_TLBIOS")
@BringsFeature("FEAT_TLBIRANGE")
@BringsFeature("FEAT_TTCNP")
@BringsFeature("FEAT_TTL")
@BringsFeature("FEAT_TTST")
@BringsFeature("FEAT_VMID16")
@BringsFeature("FEAT_XNX")
@Component(
        service = Mmu.class,
        property = {Parts.PART + "=" + Parts.MMU, Parts.NAME + "=vmsav8-64"})
public final class MmuComponent implements Mmu {
    @Override
    public Translator create(PeContext context) {
        return new Vmsa64Translator(context);
    }
}
