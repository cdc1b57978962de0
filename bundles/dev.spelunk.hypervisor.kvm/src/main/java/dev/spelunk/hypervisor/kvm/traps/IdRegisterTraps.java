// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.traps;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.ID_AA64DFR0_EL1;
import dev.spelunk.api.registers.fields.ID_AA64DFR2_EL1;
import dev.spelunk.api.registers.fields.ID_AA64MMFR0_EL1;
import dev.spelunk.api.registers.fields.ID_AA64MMFR1_EL1;
import dev.spelunk.api.registers.fields.ID_AA64MMFR2_EL1;
import dev.spelunk.api.registers.fields.ID_AA64PFR0_EL1;
import org.osgi.service.component.annotations.Component;

/**
 * Identification registers (HCR_EL2.TID3 and TID1): hardware's, without what a guest of this VM does not have.
 * PMSVer is at most that of FEAT_SPEv1p5; EL2, the fine-grained traps, VHE and the parts of FEAT_SPEv1p5
 * that need a hypervisor's help (SPE_EXC, SPE_nVM) are hidden; so are performance monitors other than FEAT_PMUv3.
 */
@Component(property = {Parts.PART + "=" + Parts.TRAPS, Parts.NAME + "=id"})
public final class IdRegisterTraps implements TrapHandler {
    /** PMSVer of FEAT_SPEv1p5. */
    private static final long PMSVER_LIMIT = 6;

    private static final int REVIDR_EL1 = Encoding.of(3, 0, 0, 0, 6);
    private static final int AIDR_EL1 = Encoding.of(3, 1, 0, 0, 7);

    @Override
    public boolean handles(int encoding) {
        int crm = Encoding.crm(encoding);
        return encoding == REVIDR_EL1
                || encoding == AIDR_EL1
                || Encoding.of(3, 0, 0, crm, 0) == (encoding & ~7) && crm >= 1 && crm <= 7;
    }

    @Override
    public long read(Vcpu vcpu, int encoding) {
        long value = vcpu.pe().registers.read(encoding);
        switch (encoding) {
            case SystemRegister.ID_AA64DFR0_EL1:
                long pmsVer = Math.min(value >>> ID_AA64DFR0_EL1.PMSVer_SHIFT & 15, PMSVER_LIMIT);
                boolean monitors = vcpu.pe().architecture.has("FEAT_PMUv3");
                return hide(
                                hide(monitors ? value : hide(value, ID_AA64DFR0_EL1.PMUVer), ID_AA64DFR0_EL1.PMSVer),
                                ID_AA64DFR0_EL1.HPMN0)
                        | pmsVer << ID_AA64DFR0_EL1.PMSVer_SHIFT;
            case SystemRegister.ID_AA64DFR2_EL1:
                return hide(hide(value, ID_AA64DFR2_EL1.SPE_EXC), ID_AA64DFR2_EL1.SPE_nVM);
            case SystemRegister.ID_AA64PFR0_EL1:
                return hide(value, ID_AA64PFR0_EL1.EL2);
            case SystemRegister.ID_AA64MMFR0_EL1:
                return hide(hide(value, ID_AA64MMFR0_EL1.FGT), ID_AA64MMFR0_EL1.ECV);
            case SystemRegister.ID_AA64MMFR1_EL1:
                return hide(value, ID_AA64MMFR1_EL1.VH);
            case SystemRegister.ID_AA64MMFR2_EL1:
                return hide(value, ID_AA64MMFR2_EL1.NV);
            default:
                return value;
        }
    }

    private static long hide(long value, long field) {
        return value & ~field;
    }

    @Override
    public boolean write(Vcpu vcpu, int encoding, long value) {
        return false;
    }
}
