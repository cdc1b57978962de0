// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.traps;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;
import org.osgi.service.component.annotations.Component;

/**
 * PMBLIMITR_EL1, PMBPTR_EL1 and PMBSR_EL1 (MDCR_EL2.E2PB = 0b10): the guest works on the in-memory values,
 * and never on hardware.
 */
@Component(property = {Parts.PART + "=" + Parts.TRAPS, Parts.NAME + "=spe-buffer"})
public final class ProfilingBufferTraps implements TrapHandler {

    @Override
    public boolean handles(int encoding) {
        return encoding == SystemRegister.PMBLIMITR_EL1
                || encoding == SystemRegister.PMBPTR_EL1
                || encoding == SystemRegister.PMBSR_EL1;
    }

    @Override
    public long read(Vcpu vcpu, int encoding) {
        return vcpu.memory(encoding);
    }

    @Override
    public boolean write(Vcpu vcpu, int encoding, long value) {
        long written = vcpu.pe().registers.description(encoding).merge(vcpu.memory(encoding), value);
        if (encoding == SystemRegister.PMBLIMITR_EL1) {
            written &= ~PMBLIMITR_EL1.nVM;
        }
        vcpu.bufferWrite(encoding, written);
        return true;
    }
}
