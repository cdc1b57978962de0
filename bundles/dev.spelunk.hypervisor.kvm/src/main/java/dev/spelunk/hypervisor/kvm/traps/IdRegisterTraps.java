// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.traps;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
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

    private static final int PMSVER_SHIFT = 32;
    private static final int PMUVER_SHIFT = 8;
    private static final int HPMN0_SHIFT = 60;
    private static final int DFR2_SPE_EXC_SHIFT = 16;
    private static final int DFR2_SPE_NVM_SHIFT = 20;
    private static final int PFR0_EL2_SHIFT = 8;
    private static final int MMFR0_FGT_SHIFT = 56;
    private static final int MMFR0_ECV_SHIFT = 60;
    private static final int MMFR1_VH_SHIFT = 8;
    private static final int MMFR2_NV_SHIFT = 24;
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
                long pmsVer = Math.min(value >>> PMSVER_SHIFT & 15, PMSVER_LIMIT);
                boolean monitors = vcpu.pe().architecture.has("FEAT_PMUv3");
                return hide(hide(monitors ? value : hide(value, PMUVER_SHIFT), PMSVER_SHIFT), HPMN0_SHIFT)
                        | pmsVer << PMSVER_SHIFT;
            case SystemRegister.ID_AA64DFR2_EL1:
                return hide(hide(value, DFR2_SPE_EXC_SHIFT), DFR2_SPE_NVM_SHIFT);
            case SystemRegister.ID_AA64PFR0_EL1:
                return hide(value, PFR0_EL2_SHIFT);
            case SystemRegister.ID_AA64MMFR0_EL1:
                return hide(hide(value, MMFR0_FGT_SHIFT), MMFR0_ECV_SHIFT);
            case SystemRegister.ID_AA64MMFR1_EL1:
                return hide(value, MMFR1_VH_SHIFT);
            case SystemRegister.ID_AA64MMFR2_EL1:
                return hide(value, MMFR2_NV_SHIFT);
            default:
                return value;
        }
    }

    private static long hide(long value, int shift) {
        return value & ~(15L << shift);
    }

    @Override
    public boolean write(Vcpu vcpu, int encoding, long value) {
        return false;
    }
}
