// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.parts.Mmu;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.Component;

/** Publishes the MMU of the VMSAv8-64. */
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_E0PD", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_HAFDBS", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_HPDS", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_S2FWB", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_TLBIOS", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_TLBIRANGE", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_TTCNP", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_TTL", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_TTST", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_VMID16", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_XNX", effective = "compose")
@Component(
        service = Mmu.class,
        property = {Parts.PART + "=" + Parts.MMU, Parts.NAME + "=vmsav8-64"})
public final class MmuComponent implements Mmu {
    @Override
    public Translator create(PeContext context) {
        return new Vmsa64Translator(context);
    }
}
