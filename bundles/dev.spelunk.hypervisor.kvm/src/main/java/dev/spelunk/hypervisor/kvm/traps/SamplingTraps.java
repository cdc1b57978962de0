// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.traps;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.registers.SystemRegister;
import org.osgi.service.component.annotations.Component;

/**
 * The sampling control registers on a machine without FEAT_FGT, where MDCR_EL2.TPMS = 1 traps them all to
 * get hold of PMSIDR_EL1: forwarded to hardware.
 */
@Component(property = {Parts.PART + "=" + Parts.TRAPS, Parts.NAME + "=spe-sampling"})
public final class SamplingTraps implements TrapHandler {
    @Override
    public boolean handles(int encoding) {
        switch (encoding) {
            case SystemRegister.PMSCR_EL1:
            case SystemRegister.PMSNEVFR_EL1:
            case SystemRegister.PMSICR_EL1:
            case SystemRegister.PMSIRR_EL1:
            case SystemRegister.PMSFCR_EL1:
            case SystemRegister.PMSEVFR_EL1:
            case SystemRegister.PMSLATFR_EL1:
            case SystemRegister.PMSDSFR_EL1:
                return true;
            default:
                return false;
        }
    }

    @Override
    public long read(Vcpu vcpu, int encoding) {
        return vcpu.pe().registers.read(hostName(encoding));
    }

    @Override
    public boolean write(Vcpu vcpu, int encoding, long value) {
        vcpu.pe().registers.write(hostName(encoding), value);
        return true;
    }

    /** At EL2 with E2H = 1, PMSCR_EL1 names PMSCR_EL2. */
    private static int hostName(int encoding) {
        return encoding == SystemRegister.PMSCR_EL1 ? SystemRegister.PMSCR_EL12 : encoding;
    }
}
