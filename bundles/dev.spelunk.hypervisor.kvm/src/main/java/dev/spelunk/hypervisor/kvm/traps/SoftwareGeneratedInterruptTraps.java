// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.traps;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.registers.SystemRegister;
import org.osgi.service.component.annotations.Component;

/** ICC_SGI1R_EL1 goes to the virtual distributor; the other groups' registers generate nothing in a VM. */
@Component(property = {Parts.PART + "=" + Parts.TRAPS, Parts.NAME + "=sgi"})
public final class SoftwareGeneratedInterruptTraps implements TrapHandler {
    @Override
    public boolean handles(int encoding) {
        return encoding == SystemRegister.ICC_SGI1R_EL1
                || encoding == SystemRegister.ICC_ASGI1R_EL1
                || encoding == SystemRegister.ICC_SGI0R_EL1;
    }

    /** These registers are write-only: a read never traps. */
    @Override
    public long read(Vcpu vcpu, int encoding) {
        return 0;
    }

    @Override
    public boolean write(Vcpu vcpu, int encoding, long value) {
        if (encoding == SystemRegister.ICC_SGI1R_EL1) {
            vcpu.interrupts().softwareGenerated(vcpu.index(), value);
            vcpu.pe().pe.sendsInterrupt();
        }
        return true;
    }
}
