// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.traps;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.registers.SystemRegister;
import org.osgi.service.component.annotations.Component;

/** ACTLR_EL1 (HCR_EL2.TACR): the guest sees hardware's and changes nothing. */
@Component(property = {Parts.PART + "=" + Parts.TRAPS, Parts.NAME + "=actlr"})
public final class AuxiliaryControlTraps implements TrapHandler {
    @Override
    public boolean handles(int encoding) {
        return encoding == SystemRegister.ACTLR_EL1;
    }

    @Override
    public long read(Vcpu vcpu, int encoding) {
        return vcpu.pe().register(encoding);
    }

    @Override
    public boolean write(Vcpu vcpu, int encoding, long value) {
        return true;
    }
}
