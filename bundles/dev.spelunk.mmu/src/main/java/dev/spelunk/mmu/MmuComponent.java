// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.machine.Parts;
import dev.spelunk.api.machine.PeContext;
import dev.spelunk.api.mmu.Mmu;
import dev.spelunk.api.mmu.Translator;
import org.osgi.service.component.annotations.Component;

/** Publishes the MMU of the VMSAv8-64. */
@Component(service = Mmu.class, property = {Parts.PART + "=" + Parts.MMU, Parts.NAME + "=vmsav8-64"})
public final class MmuComponent implements Mmu {
    @Override
    public Translator create(PeContext context) {
        return new Vmsa64Translator(context);
    }
}
